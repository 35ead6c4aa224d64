import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectCard, listenForCard, transceive, transportTo } from '@tegata/apdu';
import { hex, long, SELECT, talk } from './chip-for-tests.ts';
import { disturbChip } from './disturb-chip.ts';

test('in pieces of any size the client puts the same answer together', async () => {
  for (const pieces of [1, 7, 100, 255, 256]) {
    const card = transportTo(disturbChip(talk().chip, { pieces }));
    await transceive(card, hex(SELECT.text));
    const { data, sw } = await transceive(card, hex('00B08400 00'), { maxRounds: 300 });
    assert.deepEqual([Buffer.from(data), sw], [Buffer.from(long.slice(0, 256)), 0x9000]);
    assert.equal((await transceive(card, hex('00B09100 00'))).sw, 0x6981);
  }
});

test('GET RESPONSE without an answer to fetch is 6985, with too long an Le 6Cxx', async () => {
  const chip = disturbChip(talk().chip, { pieces: 100 });
  const send = async (command: string) => Buffer.from(await chip.transmit(hex(command))).toString('hex');
  assert.equal(await send('00C0000010'), '6985');
  await send(SELECT.text);
  assert.match(await send('00B08400 00'), /6164$/);
  assert.equal(await send('00C0000065'), '6c64');
  assert.match(await send('00C0000064'), /6138$/);
  chip.reset();
  assert.equal(await send('00C0000038'), '6985');
});

test('a card that is pulled after n commands leaves the next one unanswered, in process and in a reader', async () => {
  const card = transportTo(disturbChip(talk().chip, { pulledAfter: 2 }));
  await card.transmit(hex(SELECT.text));
  await card.transmit(hex('00B08400 00'));
  await assert.rejects(card.transmit(hex('00B08400 00')), { code: 'card-removed' });

  const reader = await listenForCard();
  try {
    const chip = disturbChip(talk().chip, { pulledAfter: 1, slowMs: 1 });
    const held = await connectCard({ host: '127.0.0.1', port: reader.address.port, atr: hex('3B00'), chip });
    const session = await reader.waitForCard({ timeoutMs: 5000 });
    assert.deepEqual([...(await session.transmit(hex(SELECT.text)))], [0x90, 0x00]);
    await assert.rejects(session.transmit(hex('00B08400 00')), { code: 'card-removed' });
    await held.gone;
  } finally {
    await reader.close();
  }
});

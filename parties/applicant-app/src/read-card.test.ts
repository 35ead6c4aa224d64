import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { digestInfoSha256, transportTo } from '@tegata/apdu';
import { readCard } from './1-read-card.ts';
import { type TestChip, testChip } from './chip-for-tests.ts';

const challenge = new Uint8Array(32).fill(5);
const pin = (digits: string) => new Uint8Array(Buffer.from(digits));
const read = (chip: TestChip, options: { pin?: string; confirmLastTry?: boolean } = {}) =>
  readCard({
    card: transportTo(chip),
    pin: pin(options.pin ?? '1234'),
    challenge,
    confirmLastTry: options.confirmLastTry ?? false,
  });

describe('reading the card', () => {
  it('gives every file as stored, filler included, also one that ends on a full read', async () => {
    const chip = testChip();
    const { text, surface, presence } = await read(chip);
    const { text: stored, surface: face } = chip.applications;
    for (const file of [1, 2, 3, 4, 7] as const) assert.deepEqual(text[file], stored.files[file]);
    for (const file of [2, 3, 4] as const) assert.deepEqual(surface[file], face.files[file]);
    assert.equal(text[1].length, 17);
    assert.equal(presence.length, 256);
  });

  it('has the card prove its presence over the hash of the challenge, with the key of the text AP and with that of the surface AP', async () => {
    const chip = testChip();
    const asked: { p1: number; p2: number; data: Uint8Array }[] = [];
    chip.sign = (command) => {
      asked.push(command);
      return new Uint8Array(256).fill(asked.length);
    };
    const { presence, surfacePresence } = await read(chip);
    const proof = { p1: 0, p2: 0, data: digestInfoSha256(createHash('sha256').update(challenge).digest()) };
    assert.deepEqual(asked, [proof, proof]);
    assert.deepEqual([presence[0], surfacePresence[0]], [1, 2]);
    const commands = chip.commands.filter((hex) => hex.startsWith('00a4') || hex.startsWith('802a'));
    assert.deepEqual(
      commands.map((hex) => (hex.startsWith('802a') ? 'sign' : hex.slice(-2))),
      ['01', '08', 'sign', '02', 'sign'],
    );
  });

  it('opens the surface AP with the number that the card gave, and shows each secret once', async () => {
    const chip = testChip();
    await read(chip);
    assert.deepEqual(chip.shown, [0x91, 0x93]);
  });

  it('says that a PIN was wrong and how many tries are left, and does not try again', async () => {
    const chip = testChip();
    await assert.rejects(read(chip, { pin: '0000' }), { code: 'wrong-pin', context: { pin: 'text', triesLeft: 2 } });
    assert.deepEqual(chip.shown, [0x91]);
  });

  it('stops before the last try, and goes on when the person says so', async () => {
    const chip = testChip();
    chip.applications.text.secrets[0x11] = { value: '1234', tries: 1 };
    await assert.rejects(read(chip), { code: 'last-try', context: { pin: 'text', triesLeft: 1 } });
    assert.deepEqual(chip.shown, []);
    await read(chip, { confirmLastTry: true });
    chip.applications.text.secrets[0x11] = { value: '1234', tries: 1 };
    await assert.rejects(read(chip, { pin: '0000', confirmLastTry: true }), { code: 'pin-locked' });
  });

  it('looks at the signature password’s tries before the PIN is shown', async () => {
    for (const [tries, code] of [
      [1, 'last-try'],
      [0, 'signature-password-locked'],
    ] as const) {
      const chip = testChip();
      chip.applications.jpki.secrets[0x1b] = { value: 'TEGATA1', tries };
      await assert.rejects(read(chip), { code });
      assert.deepEqual(chip.shown, []);
    }
  });

  it('says that a PIN is locked without showing one', async () => {
    const chip = testChip();
    chip.applications.text.secrets[0x11] = { value: '1234', tries: 0 };
    await assert.rejects(read(chip), { code: 'pin-locked' });
    assert.deepEqual(chip.shown, []);
  });

  it('says that a child’s card cannot apply, before any secret is shown', async () => {
    const chip = testChip();
    chip.applications.jpki.files[8] = new Uint8Array([0x00, 0x8f, 0x00]);
    await assert.rejects(read(chip), { code: 'no-signature-certificate' });
    assert.deepEqual(chip.shown, []);
  });

  it('refuses a card that is none of ours, or answers without end', async () => {
    const foreign = testChip();
    foreign.transmit = () => new Uint8Array([0x6a, 0x82]);
    await assert.rejects(read(foreign), { code: 'card-hostile' });
    const short = testChip();
    short.transmit = () => new Uint8Array([0x90]);
    await assert.rejects(read(short), { code: 'card-hostile' });
    const endless = testChip();
    const honest = endless.transmit.bind(endless);
    endless.transmit = (command) =>
      command[1] === 0xb0 ? new Uint8Array([...new Uint8Array(256).fill(0x8f), 0x90, 0x00]) : honest(command);
    await assert.rejects(read(endless), { code: 'card-hostile' });
  });

  it('does not spend the surface AP’s last tries on a number that the card itself gave', async () => {
    const chip = testChip();
    chip.applications.surface.secrets[0x13] = { value: '000000000000', tries: 1 };
    await assert.rejects(read(chip), { code: 'card-hostile' });
    assert.deepEqual(chip.shown, [0x91]);
  });
});

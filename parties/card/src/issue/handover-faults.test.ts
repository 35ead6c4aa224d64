import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { transceive, transportTo } from '@tegata/apdu';
import { type CardCheckId, checkCardFiles, parseCvc, presenceCommand, verifyCvc } from '@tegata/card-files';
import { ascii, hex, hexOf, openTestDrawer, SELECT, type TestDrawer, talkTo } from '../cards-for-tests.ts';
import { SIGNED_RECORDS, type SignedRecord } from './broken-signature.ts';
import { type HandoverFaults, handoverFaults } from './handover-faults.ts';

let drawer: TestDrawer;
before(async () => {
  drawer = await openTestDrawer();
});
after(() => drawer.close());

const cardWith = async (faults: HandoverFaults, id = 'adult') => drawer.cards.card(id, faults);
const talk = async (faults: HandoverFaults, id?: string) => talkTo((await cardWith(faults, id)).chip);
const verify = (p2: string, value: string) => `002000${p2}${value.length.toString(16).padStart(2, '0')}${ascii(value)}`;

type Send = ReturnType<typeof talkTo>;

function fileOf(send: Send, id: string): Uint8Array {
  assert.equal(send(`00A4020C0200${id}`).sw, '9000');
  const parts: Buffer[] = [];
  for (let at = 0; ; at += 256) {
    const { sw, data } = send(`00B0${at.toString(16).padStart(4, '0')}00`);
    if (sw !== '9000') return new Uint8Array(Buffer.concat(parts));
    parts.push(data);
  }
}

/** The checks of a whole reading that did not pass. */
function failedChecks(send: Send): readonly CardCheckId[] {
  send(SELECT.text, verify('91', '1234'));
  const file = (id: string) => fileOf(send, id);
  const text = { 1: file('01'), 2: file('02'), 3: file('03'), 4: file('04'), 7: file('07') };
  const challenge = new Uint8Array(32);
  const proof = () => new Uint8Array(send(hexOf(presenceCommand(challenge))).data);
  const presence = proof();
  send(SELECT.surface, verify('93', '900000000010'));
  const surface = { 2: file('02'), 3: file('03'), 4: file('04') };
  const surfacePresence = proof();
  const { textAnchors, surfaceAnchors } = drawer.authority;
  const at = new Date('2026-11-24T12:00:00Z');
  const input = { text, surface, presence, surfacePresence, challenge, textAnchors, surfaceAnchors, at };
  const { checks } = checkCardFiles(input);
  return checks.filter(({ result }) => result === 'failed').map(({ id }) => id);
}

test('a locked PIN has no try left: of the text AP, of both JPKI keys, of common and resident AP', async () => {
  const send = await talk({ lockedPins: ['text', 'auth', 'signature', 'card'] });
  const keys = { text: ['91'], jpki: ['98', '9B'], common: ['9C'], resident: ['9C'] } as const;
  for (const [name, references] of Object.entries(keys)) {
    for (const p2 of references) {
      assert.equal(send(SELECT[name as keyof typeof SELECT], `002000${p2}`).sw, '63C0');
      assert.equal(send(verify(p2, p2 === '9B' ? 'TEGATA1' : '1234')).sw, '6984');
    }
  }
  const one = await talk({ lockedPins: ['auth'] });
  assert.deepEqual([one(SELECT.jpki, '00200098').sw, one('0020009B').sw], ['63C0', '63C5']);
});

test('without a signature certificate EF 0008 is 00 8F 00, EF 0001 empty, and the password blocked', async () => {
  const send = await talk({ noSignatureCertificate: true });
  assert.equal(hexOf(send(SELECT.jpki, '00B0880000').data), '008F00');
  assert.deepEqual([send('0020009B').sw, send(verify('9B', 'TEGATA1')).sw], ['63C0', '6984']);
});

test('an expired card ended yesterday, in all places that say so, and nothing else is wrong with it', async () => {
  const send = await talk({ expired: true });
  assert.deepEqual(failedChecks(send), ['card-expiry']);
  assert.match(send(SELECT.common, '00B2010C00').data.toString(), /20261123$/);
  assert.equal(send(SELECT.card, '00CA00F200').data.toString(), '20261123');
});

test('each broken signature makes its own check fail and no other', async () => {
  const failing: Partial<Record<SignedRecord, readonly CardCheckId[]>> = {
    'text-0003': ['text-signature'],
    'text-0004': ['text-cvc'],
    'text-0007': ['card-key-signature'],
    'surface-0002': ['surface-signature'],
    'surface-0004': ['surface-cvc'],
  };
  for (const record of SIGNED_RECORDS) {
    const send = await talk({ brokenSignatures: [record] });
    assert.deepEqual(failedChecks(send), failing[record] ?? [], record);
    const chain = async () => {
      const root = await drawer.authority.chain.anchor();
      const upper = parseCvc(send(SELECT.card, '00CA00F8000000').data);
      const lower = parseCvc(send('00CA7F21000000').data);
      return [verifyCvc(upper, [root]), verifyCvc(lower, [{ keyId: upper.subjectKeyId, publicKey: upper.publicKey }])];
    };
    const verdict = (name: SignedRecord) => (record === name ? 'bad-signature' : 'valid');
    assert.deepEqual(await chain(), [verdict('card-00F8'), verdict('card-7F21')], record);
    send(SELECT.jpki, verify('9B', 'TEGATA1'));
    const certificate = (id: string) => {
      const file = fileOf(send, id);
      return new X509Certificate(file.subarray(0, 4 + ((file[2]! << 8) | file[3]!)));
    };
    assert.equal(certificate('0A').verify(certificate('0B').publicKey), record !== 'jpki-000A', record);
    assert.equal(certificate('01').verify(certificate('02').publicKey), record !== 'jpki-0001', record);
  }
});

test('a signature that is named twice, or by two faults, is broken once', async () => {
  const twice = await talk({ brokenSignatures: ['text-0003', 'text-0003'] });
  assert.deepEqual(failedChecks(twice), ['text-signature']);
  // This person's card has that signature broken from its making on.
  const both = await drawer.cards.card('forged-text', { brokenSignatures: ['text-0003'] });
  assert.equal(both.persona.card?.fault, 'text-signature');
  const send = talkTo(both.chip);
  assert.equal(send(SELECT.text, verify('91', both.persona.pins.text)).sw, '9000');
  const good = talkTo((await drawer.cards.card('forged-text')).chip);
  assert.equal(good(SELECT.text, verify('91', both.persona.pins.text)).sw, '9000');
  assert.deepEqual(fileOf(send, '03'), fileOf(good, '03'));
});

test('a record that the card does not have cannot be broken, and the hand hears of it', async () => {
  for (const faults of [
    { profile: 'android', brokenSignatures: ['text-0003'] },
    { noSignatureCertificate: true, brokenSignatures: ['jpki-0001'] },
    { withoutCardCertificate: true, brokenSignatures: ['card-7F21'] },
  ] as const) {
    const refused = cardWith(faults as unknown as HandoverFaults);
    await assert.rejects(refused, { code: 'persona-malformed' }, JSON.stringify(faults));
  }
});

test('an older card has no 7F21 among its objects', async () => {
  const send = await talk({ withoutCardCertificate: true });
  assert.equal(send('00CA7F21000000').sw, '6A88');
  assert.equal(send('00CA00F8000000').sw, '9000');
});

test('with the profile of a phone there is the JPKI-AP alone, with its own label and the certificate behind the PIN', async () => {
  const labels = { android: /^JPKIAPGPSETOKEN /, ios: /^JPKIAPIOSTOKEN / };
  for (const profile of ['android', 'ios'] as const) {
    const send = await talk({ profile });
    assert.equal(send(SELECT.text).sw, '6A82');
    assert.match(send(SELECT.jpki, '00B0860000').data.toString('latin1'), labels[profile]);
    assert.deepEqual([send('00B08A0000').sw, send(verify('98', '1234'), '00B08A0000').sw], ['6982', '9000']);
  }
});

test('a slow card answers late, a pulled one not at all, one over T=0 in pieces: each holding anew', async () => {
  const pulled = await cardWith({ pulledAfter: 1, slowMs: 1 });
  for (let holding = 0; holding < 2; holding++) {
    const reader = transportTo(pulled.inHand());
    assert.deepEqual([...(await reader.transmit(hex(SELECT.text)))], [0x90, 0x00]);
    await assert.rejects(reader.transmit(hex(SELECT.text)), { code: 'card-removed' });
  }
  const reader = transportTo((await cardWith({ pieces: 50 })).inHand());
  await transceive(reader, hex(SELECT.jpki));
  assert.deepEqual([...(await reader.transmit(hex('00B0860000'))).subarray(-2)], [0x61, 0x32]);
  assert.equal((await transceive(reader, hex('00B0860000'))).data.length, 160);
  const good = await drawer.cards.card('adult');
  assert.equal(good.inHand(), good.chip);
});

test('a card with faults is another card: its tries are not the person’s, and nothing of it is kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  try {
    const cards = drawer.open({ dataDir: folder });
    const wrong = talkTo((await cards.card('revoked', { withoutCardCertificate: true })).chip);
    assert.equal(wrong(SELECT.text, verify('91', '0000')).sw, '63C2');
    assert.deepEqual(readdirSync(folder), []);
    const own = talkTo((await cards.card('revoked')).chip);
    assert.equal(own(SELECT.text, '00200091').sw, '63C3');
    assert.equal(cards.made('revoked')?.triesLeft().text, 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a changed PIN is kept with the card, opens it after a restart, and the hand knows it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pins-'));
  try {
    const card = await drawer.open({ dataDir: folder }).card('adult');
    const send = talkTo(card.chip);
    const change = `00240180 04 ${ascii('9999')}`;
    assert.equal(send(SELECT.text, '00A4020C020011', verify('80', '1234'), change).sw, '9000');
    assert.deepEqual(card.pins(), { ...card.persona.pins, text: '9999' });
    const again = await drawer.open({ dataDir: folder }).card('adult');
    assert.equal(again.pins().text, '9999');
    assert.equal(talkTo(again.chip)(SELECT.text, verify('91', '9999')).sw, '9000');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('faults that do not exist, or are out of bounds, are refused', () => {
  const wrong = [
    { locked: true },
    { slowMs: 0 },
    { slowMs: 1e9 },
    { pieces: 257 },
    { lockedPins: ['pin'] },
    { expired: false },
  ];
  for (const faults of wrong) assert.equal(handoverFaults.safeParse(faults).success, false, JSON.stringify(faults));
  assert.equal(handoverFaults.safeParse({}).success, true);
});

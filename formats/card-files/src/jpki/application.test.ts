import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { parseResponse } from '@tegata/apdu';
import { ChipError, type KeyDevice, keyInMemory, makeChip, memoryCounters } from '@tegata/chip';
import { seededRandom } from '@tegata/random';
import { type JpkiApplicationFields, jpkiApplication } from './application.ts';
import { parseAvailabilityFile } from './availability-file.ts';
import { parseTokenInfo, type TokenProfile, writeTokenInfo } from './token-info.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const der = (fill: number) => new Uint8Array(900).fill(fill);
const SELECT = '00A4040C0A D392F000260100000001';
const PIN = `00200098 04 ${ascii('1234')}`;
const PASSWORD = `0020009B 07 ${ascii('PASSWD1')}`;

function token(fields: Partial<JpkiApplicationFields> & { profile: TokenProfile }) {
  const application = jpkiApplication({
    certificates: { auth: der(1), authCa: der(2), sign: der(3), signCa: der(4) },
    authKey: rsa,
    signKey: rsa,
    authPin: '1234',
    signaturePassword: 'PASSWD1',
    serialNumber: '9000000000002380',
    ...fields,
  });
  const chip = makeChip({ applications: [application], counters: memoryCounters(), random: seededRandom('token') });
  return (...commands: string[]) => {
    let answer = parseResponse(chip.transmit(hex(SELECT)));
    for (const command of commands) answer = parseResponse(chip.transmit(hex(command)));
    return { sw: answer.sw.toString(16).toUpperCase(), data: new Uint8Array(answer.data) };
  };
}

test('EF 0006 tells a card, an Android phone and an iPhone apart; spaces and 00 are trimmed', () => {
  const labels = { card: 'JPKIAPICCTOKEN2', android: 'JPKIAPGPSETOKEN', ios: 'JPKIAPIOSTOKEN' } as const;
  for (const profile of ['card', 'android', 'ios'] as const) {
    const { data } = token({ profile })('00B08600 00');
    const info = parseTokenInfo(data);
    assert.deepEqual([info.profile, info.label], [profile, labels[profile]]);
    assert.deepEqual(
      [info.serialNumber, info.flags, info.maxPinLength, info.minPinLength],
      ['9000000000002380', 0x40d, 16, 6],
    );
    assert.deepEqual(parseTokenInfo(data.map((byte, i) => (i < 32 && byte === 0x20 ? 0 : byte))).profile, profile);
  }
  const other = writeTokenInfo({ profile: 'card', serialNumber: '0000000000000000' });
  other.set(Buffer.from('ANOTHER'));
  assert.equal(parseTokenInfo(other).profile, undefined);
  assert.throws(() => parseTokenInfo(other.subarray(1)), { code: 'file-malformed' });
  other[3] = 0x07;
  assert.throws(() => parseTokenInfo(other), { code: 'file-malformed' });
  assert.throws(() => writeTokenInfo({ profile: 'card', serialNumber: '1' }), { code: 'value-out-of-range' });
});

test('the authentication certificate is free on the card and behind the PIN on phones', () => {
  assert.equal(token({ profile: 'card' })('00B08A00 00').sw, '9000');
  for (const profile of ['android', 'ios'] as const) {
    assert.equal(token({ profile })('00B08A00 00').sw, '6982');
    assert.equal(token({ profile })(PIN, '00B08A00 00').sw, '9000');
    assert.equal(token({ profile })(PASSWORD, '00B08A00 00').sw, '6982');
  }
});

test('80 FC 00 00 is known to an iPhone only, where it takes the PIN back', () => {
  assert.equal(token({ profile: 'card' })('80FC0000').sw, '6700');
  assert.equal(token({ profile: 'android' })('80FC0000').sw, '6700');
  assert.equal(token({ profile: 'ios' })('80FC0000').sw, '9000');
  assert.equal(token({ profile: 'ios' })(PIN, '80FC0000', '00B08A00 00').sw, '6982');
  assert.equal(token({ profile: 'ios' })('80FC0001').sw, '6A86');
  assert.equal(token({ profile: 'ios' })('80FC000000').sw, '6700');
});

test('a missing certificate leaves an empty file, and a secret that nobody set is blocked for ever', () => {
  const certificates = { auth: der(1), authCa: der(2), sign: undefined, signCa: der(4) };
  const send = token({ profile: 'android', certificates, signaturePassword: null });
  assert.deepEqual(parseAvailabilityFile(send('00B08800 00').data), { sign: false, auth: true });
  assert.deepEqual([send('0020009B').sw, send(PASSWORD).sw], ['63C0', '6984']);
  assert.equal(token({ profile: 'android', authPin: null })(PIN).sw, '6984');
  assert.throws(() => parseAvailabilityFile(hex('8F8F')), { code: 'file-malformed' });
  assert.throws(() => parseAvailabilityFile(hex('8F0100')), { code: 'file-malformed' });
});

test('the attempts are 3 and 5, or as told', () => {
  const full = token({ profile: 'card' });
  assert.deepEqual([full('00200098').sw, full('0020009B').sw], ['63C3', '63C5']);
  const told = token({ profile: 'ios', tries: { auth: 5, signature: 2 } });
  assert.deepEqual([told('00200098').sw, told('0020009B').sw], ['63C5', '63C2']);
});

test('with a P-384 key P1 00 and 02 sign a given SHA-384 hash, 01 and 03 hash on the token, and PSS is 6A86', () => {
  const send = token({ profile: 'android', authKey: curve });
  const message = Buffer.from('a message');
  const hash = createHash('sha384').update(message).digest('hex');
  for (const p1 of ['00', '02']) {
    const { data } = send(PIN, `802A${p1}97 30 ${hash} 00`);
    assert.ok(verify('sha384', message, createPublicKey(curve), data));
  }
  for (const p1 of ['01', '03']) {
    const { data } = send(PIN, `802A${p1}97 09 ${message.toString('hex')} 00`);
    assert.ok(verify('sha384', message, createPublicKey(curve), data));
  }
  assert.equal(send(PIN, `802A0297 20 ${'00'.repeat(32)} 00`).sw, '6985');
  assert.equal(send(PIN, `802A0497 30 ${hash} 00`).sw, '6A86');
});

test('a device behind the key sees each computation and may refuse: 6985; after a PIN only', () => {
  const asked: string[] = [];
  let unlocked = false;
  const inner = keyInMemory(rsa);
  const authKey: KeyDevice = {
    algorithm: 'RSA-2048',
    compute(operation) {
      asked.push(operation.kind);
      if (!unlocked) throw new ChipError('key-refused', 'The owner has not agreed.');
      return inner.compute(operation);
    },
  };
  const send = token({ profile: 'ios', authKey });
  const sign = `802A0297 20 ${createHash('sha256').update('m').digest('hex')} 00`;
  assert.equal(send(sign).sw, '6982');
  assert.equal(send(PIN, sign).sw, '6985');
  unlocked = true;
  assert.ok(verify('sha256', Buffer.from('m'), createPublicKey(rsa), send(PIN, sign).data));
  assert.deepEqual(asked, ['rsa-pkcs1', 'rsa-pkcs1']);
});

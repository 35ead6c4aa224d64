import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { parseCvc, verifyCvc, writeCvc } from '../cvc.ts';
import { keyId, TEST_CARD_AUTHORITY } from '../key-id.ts';
import { digestInfoSigner } from '../rsa-signature.ts';
import {
  parseCardInformation,
  parseKeyReference,
  writeCardInformation,
  writeKeyReference,
} from './card-information.ts';
import { CARD_OBJECT, writeCardObjects } from './data-objects.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('common AP 0001 has the form of the published example: 01 1C, serial, municipality, expiry', () => {
  const fields = { serial: '400000012719843', municipalityCode: '13221', expiry: '20350217' };
  const record = writeCardInformation(fields);
  assert.equal(Buffer.from(record).toString('latin1'), '\x01\x1c4000000127198431322120350217');
  assert.deepEqual(parseCardInformation(record), fields);
  assert.throws(() => writeCardInformation({ ...fields, serial: '1' }), { code: 'value-out-of-range' });
  const damaged = [record.subarray(1), record.subarray(0, 29), Buffer.concat([record, hex('FF')]), hex('02 01 31')];
  for (const bytes of damaged) assert.throws(() => parseCardInformation(bytes), { code: 'file-malformed' });
  const letters = record.slice();
  letters[20] = 0x41;
  assert.throws(() => parseCardInformation(letters), { code: 'file-malformed' });
});

test('EF 0002 of common AP and resident AP is one key reference of 16 bytes', () => {
  const id = keyId('9920111', '000');
  assert.deepEqual(parseKeyReference(writeKeyReference(id)), id);
  assert.throws(() => parseKeyReference(writeKeyReference(id.subarray(1))), { code: 'file-malformed' });
});

test('the objects of the card level are values without tags; the certificates chain from the root of the card', async () => {
  const key = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [root, intermediate, below] = [key(), key(), key()];
  const intermediateKeyId = keyId('9920111', '000');
  const upperCertificate = await writeCvc({
    issuerKeyId: TEST_CARD_AUTHORITY,
    subjectKeyId: intermediateKeyId,
    publicKey: intermediate.publicKey,
    sign: digestInfoSigner(root.privateKey),
  });
  const lowerCertificate = await writeCvc({
    issuerKeyId: intermediateKeyId,
    subjectKeyId: keyId('9920112', '000'),
    publicKey: below.publicKey,
    sign: digestInfoSigner(intermediate.privateKey),
  });
  const fields = {
    issuerKeyId: intermediateKeyId,
    cardIdentification: '900000000002380',
    municipalityCode: '99201',
    expiry: '20350217',
    intermediateKeyId,
    upperCertificate,
    lowerCertificate,
    contactAtr: hex('3BE000FF8131FE4514'),
  };
  const objects = writeCardObjects(fields);
  const text = (id: number) => Buffer.from(objects.get(id) as Uint8Array).toString('latin1');
  assert.deepEqual([text(0x0045), text(0x00f0), text(0x00f2)], ['900000000002380', '99201', '20350217']);
  assert.deepEqual(objects.get(0x5f51), hex('E000FF8131FE4514'));
  assert.equal(objects.get(0x0042)?.length, 16);
  // GlobalPlatform's arc 1.2.840.114283, as the first object inside.
  assert.match(Buffer.from(objects.get(0x0066) as Uint8Array).toString('hex'), /^73..06072a864886fc6b01/);
  assert.equal(text(0x00f8).slice(0, 2), '\x5f\x4e');
  const upper = parseCvc(objects.get(CARD_OBJECT.upperCertificate) as Uint8Array);
  const lower = parseCvc(objects.get(CARD_OBJECT.lowerCertificate) as Uint8Array);
  assert.equal(verifyCvc(upper, [{ keyId: TEST_CARD_AUTHORITY, publicKey: root.publicKey }]), 'valid');
  assert.equal(verifyCvc(lower, [{ keyId: upper.subjectKeyId, publicKey: upper.publicKey }]), 'valid');
  assert.deepEqual(upper.subjectKeyId, objects.get(CARD_OBJECT.intermediateKeyId));
  const older = writeCardObjects({ ...fields, lowerCertificate: undefined });
  assert.deepEqual([older.has(0x7f21), older.size], [false, objects.size - 1]);
});

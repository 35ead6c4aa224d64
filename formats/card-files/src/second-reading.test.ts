// The writers are read here by code made from the tables of card.md alone: it shares nothing with the encoder or the parsers.
import assert from 'node:assert/strict';
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicDecrypt,
  verify,
} from 'node:crypto';
import { test } from 'node:test';
import { writeCvc } from './cvc.ts';
import { withFiller } from './filler.ts';
import { keyId } from './key-id.ts';
import { digestInfoSigner } from './rsa-signature.ts';
import { writeAgeFile } from './surface/age-file.ts';
import { parseFaceFile, writeFaceFile } from './surface/face-file.ts';
import { writeIssuerFile } from './surface/issuer-file.ts';
import { writeMyNumberImageFile } from './surface/my-number-image-file.ts';
import { writeAttributesFile } from './text/attributes-file.ts';
import { writeCardKeyFile } from './text/card-key-file.ts';
import { writeIntegrityFile } from './text/integrity-file.ts';
import { writeMyNumberFile } from './text/my-number-file.ts';
import { writeSessionKeyFile, writeTextInformationFile } from './text/session-files.ts';

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').toUpperCase();
const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const card = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sign = digestInfoSigner(issuer.privateKey);
const modulus = (key: KeyObject) => hexOf(Buffer.from(key.export({ format: 'jwk' }).n!, 'base64url'));
/** The 265 bytes of a key, as the tables spell them. */
const keyHex = (key: KeyObject) => `900301000191820100${modulus(key)}`;
const signedBy = (key: KeyObject, data: string, signature: string) =>
  verify('sha256', Buffer.from(data, 'hex'), key, Buffer.from(signature, 'hex'));

const face = {
  birthDate: '19800217',
  sex: '2' as const,
  cardKey: card.publicKey,
  nameImage: Uint8Array.of(1, 2, 3),
  addressImage: new Uint8Array(200).fill(4),
  portrait: new Uint8Array(5000).fill(5),
  expiry: '20350217',
  securityCodeImage: Uint8Array.of(6),
};

test('text 0001 is 17 bytes with the filler FF FF', () => {
  assert.equal(hexOf(writeMyNumberFile('537686677188')), `FF100C${hexOf(Buffer.from('537686677188'))}FFFF`);
});

test('text 0002 has the offsets that a real test card with these lengths has: 000E 0020 0059 0064', () => {
  // 5 characters of name are 15 bytes, 18 of address 54 (card.md §7.4).
  const file = writeAttributesFile({ name: '見本　太郎', address: '見'.repeat(18), birthDate: '19800217', sex: '1' });
  assert.equal(file.length, 104);
  assert.equal(hexOf(file.subarray(0, 14)), 'FF2065DF2108000E002000590064'.toUpperCase());
  assert.equal(hexOf(file.subarray(14, 17)), 'DF220F');
  assert.equal(hexOf(file.subarray(0x20, 0x23)), 'DF2336');
  assert.equal(hexOf(file.subarray(0x59)), `DF2408${hexOf(Buffer.from('19800217'))}DF250131`);
});

test('text 0002 with a long address takes the 82 form twice and its offsets follow', () => {
  const file = writeAttributesFile({ name: '見', address: '本'.repeat(60), birthDate: '19800217', sex: '1' });
  const at = (n: number) => (file[n]! << 8) | file[n + 1]!;
  assert.equal(hexOf(file.subarray(0, 3)), 'FF2082');
  assert.equal(at(3), file.length - 5);
  assert.equal(hexOf(file.subarray(5, 8)), 'DF2108');
  const [name, address, birth, sex] = [at(8), at(10), at(12), at(14)] as [number, number, number, number];
  assert.equal(hexOf(file.subarray(name, name + 3)), 'DF2203');
  assert.equal(hexOf(file.subarray(address, address + 5)), 'DF238200B4');
  assert.equal(hexOf(file.subarray(birth, birth + 3)), 'DF2408');
  assert.equal(hexOf(file.subarray(sex)), 'DF250131');
});

test('text 0002 with name and address as long as they may be, in characters of four bytes, has offsets above FF', () => {
  const [name, address] = ['𠮷'.repeat(100), '𠮷'.repeat(200)];
  const file = Buffer.from(writeAttributesFile({ name, address, birthDate: '19800217', sex: '0' }));
  // FF20 82 hh ll, then DF21 08, so that the first object stands at 16; each of the next two has a header of 5.
  const offsets = [16, 16 + 405, 16 + 405 + 805, 16 + 405 + 805 + 11];
  assert.equal(file.readUInt16BE(3), file.length - 5);
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => file.readUInt16BE(8 + 2 * i)),
    offsets,
  );
  assert.deepEqual(
    offsets.map((at) => hexOf(file.subarray(at, at + 2))),
    ['DF22', 'DF23', 'DF24', 'DF25'],
  );
  assert.equal(file.toString('utf8', offsets[1]! + 5, offsets[2]), address);
});

test('text 0003 hashes file 0001 with its filler and file 0002 from the byte DF22 on, and the issuer signs 70 bytes', async () => {
  const myNumberFile = writeMyNumberFile('537686677188');
  const attributesFile = writeAttributesFile({ name: '見本', address: '見本', birthDate: '19800217', sex: '1' });
  const file = hexOf(await writeIntegrityFile({ myNumberFile, attributesFile, sign }));
  assert.equal(file.length / 2, 5 + 0x14b);
  const d31 = `DF3120${sha(myNumberFile)}`;
  const d32 = `DF3220${sha(attributesFile.subarray(14))}`;
  assert.equal(file.slice(0, 10 + 140), `FF3082014B${d31}${d32}`);
  assert.equal(file.slice(150, 160), 'DF33820100');
  assert.ok(signedBy(issuer.publicKey, d31 + d32, file.slice(160)));
});

test('text 0004 and surface 0004 are 7F21 with 297 signed bytes', async () => {
  const fields = {
    issuerKeyId: keyId('9000033', '001'),
    subjectKeyId: keyId('9920131', '000'),
    publicKey: card.publicKey,
  };
  const file = hexOf(await writeCvc({ ...fields, sign }));
  const body = `39303030303333080530303100000000${'39393230313331080530303000000000'}${keyHex(card.publicKey)}`;
  assert.equal(body.length / 2, 297);
  assert.equal(file.slice(0, 20 + 594), `7F21820233${'5F4E820129'}${body}`);
  assert.equal(file.slice(614, 624), '5F37820100');
  assert.ok(signedBy(issuer.publicKey, body, file.slice(624)));
});

test('text 0005 is 164 bytes in the 82 form, text 0006 a key under A1', () => {
  const file = hexOf(writeTextInformationFile({ keyId: keyId('9000034', '001'), opaque: new Uint8Array(32) }));
  const id = '39303030303334080530303100000000';
  assert.equal(file, `FF4082009FDF410401030E01DF4210${id}DF43820080${'00'.repeat(32)}${'FF'.repeat(96)}`);
  assert.equal(hexOf(writeSessionKeyFile(card.publicKey)), `A1820109${keyHex(card.publicKey)}`);
});

test('text 0007 signs the 270 bytes of DF51', async () => {
  const file = hexOf(await writeCardKeyFile({ cardKey: card.publicKey, sign }));
  const key = `DF51820109${keyHex(card.publicKey)}`;
  assert.equal(key.length / 2, 270);
  assert.equal(file.slice(0, 560), `FF50820213${key}DF52820100`);
  assert.ok(signedBy(issuer.publicKey, key, file.slice(560)));
});

test('surface 0001 and 0005 sign all objects before the signature', async () => {
  const age = hexOf(await writeAgeFile({ birthDate: '19800217', cardKey: card.publicKey, sign }));
  const signedAge = `DF1108${hexOf(Buffer.from('19800217'))}DF12820109${keyHex(card.publicKey)}`;
  assert.equal(age.slice(0, 10 + signedAge.length), `FF1082021E${signedAge}`);
  assert.ok(signedBy(issuer.publicKey, signedAge, age.slice(20 + signedAge.length)));

  const image = Uint8Array.of(9, 9, 9);
  const file = hexOf(await writeMyNumberImageFile({ image, cardKey: card.publicKey, sign }));
  const signed = `DF4103090909DF42820109${keyHex(card.publicKey)}`;
  assert.equal(file.slice(10, 20 + signed.length), `${signed}DF43820100`);
  assert.ok(signedBy(issuer.publicKey, signed, file.slice(20 + signed.length)));
});

test('surface 0002: nine offsets, three hashes in one DigestInfo of 115 bytes, expiry and security code behind the signature', async () => {
  const file = Buffer.from(await writeFaceFile({ ...face, sign }));
  assert.equal(hexOf(file.subarray(0, 3)), 'FF2082');
  assert.equal(file.readUInt16BE(3), file.length - 5);
  assert.equal(hexOf(file.subarray(5, 8)), 'DF2112');
  const starts = Array.from({ length: 9 }, (_, i) => file.readUInt16BE(8 + 2 * i));
  assert.equal(starts[0], 26);
  const tags = starts.map((start) => hexOf(file.subarray(start, start + 2)));
  assert.deepEqual(tags, ['DF22', 'DF23', 'DF24', 'DF25', 'DF26', 'DF27', 'DF28', 'DF29', 'DF2A']);
  const hashes = [
    sha(file.subarray(starts[0], starts[3])),
    sha(file.subarray(starts[3], starts[5])),
    sha(file.subarray(starts[5], starts[6])),
  ];
  const signature = file.subarray(starts[6]! + 5, starts[7]);
  const digestInfo = publicDecrypt({ key: issuer.publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
  assert.equal(hexOf(digestInfo), `3071300D060960864801650304020105000460${hashes.join('')}`);
  assert.equal(hexOf(file.subarray(starts[7]! + 3, starts[8])), hexOf(Buffer.from('20350217')));
});

test('surface 0002 is no longer than READ BINARY reaches: beyond that it is value-out-of-range', async () => {
  for (const length of [32_500, 70_000]) {
    const portrait = new Uint8Array(length);
    await assert.rejects(writeFaceFile({ ...face, portrait, sign }), { code: 'value-out-of-range' }, String(length));
  }
  const most = await writeFaceFile({ ...face, portrait: new Uint8Array(31_700), sign });
  assert.ok(withFiller(most).length <= 0x7fff + 256);
  assert.equal(parseFaceFile(withFiller(most)).portrait.length, 31_700);
});

test('surface 0003 has the version 06030E01, the municipality and a reference of 272 bytes', () => {
  const id = keyId('9000024', '001');
  const file = hexOf(
    writeIssuerFile({ municipalityCode: '99201', keyId: id, keyReference: id, opaque: new Uint8Array(256).fill(7) }),
  );
  const idHex = '39303030303234080530303100000000';
  const content = `DF310406030E01DF3210${idHex}DF330100DF34053939323031DF35820110${idHex}${'07'.repeat(256)}`;
  assert.equal(file, `FF3082${(content.length / 2).toString(16).toUpperCase().padStart(4, '0')}${content}`);
});

test('a key that the files cannot hold is key-unsupported', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  assert.throws(() => writeSessionKeyFile(ec.publicKey), { code: 'key-unsupported' });
  const small = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);
  assert.throws(() => writeSessionKeyFile(small), { code: 'key-unsupported' });
});

import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, generateKeyPairSync, privateEncrypt, verify } from 'node:crypto';
import { test } from 'node:test';
import { type DigestName, digestInfo, digestInfoSha256, digestInfoThreeSha256 } from './digest-info.ts';
import { commandName, isSecretCommand, maskCommand } from './mask-command.ts';
import { describeStatus, triesLeft } from './status-word.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('a padded DigestInfo is what sha256WithRSAEncryption verifies', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const message = Buffer.from('message');
  const info = digestInfoSha256(createHash('sha256').update(message).digest());
  assert.equal(info.length, 51);
  const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
  assert.ok(verify('sha256', message, createPublicKey(privateKey), signature));
});

test('the DigestInfo of each hash, padded, is what the library verifies for that hash', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const message = Buffer.from('message');
  const lengths: [DigestName, number][] = [
    ['sha1', 35],
    ['sha256', 51],
    ['sha384', 67],
    ['sha512', 83],
  ];
  for (const [name, length] of lengths) {
    const info = digestInfo(name, createHash(name).update(message).digest());
    assert.equal(info.length, length);
    const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
    assert.ok(verify(name, message, createPublicKey(privateKey), signature), name);
    assert.throws(() => digestInfo(name, new Uint8Array(31)), { code: 'digest-length' });
  }
});

test('the three-digest form has 115 bytes and the header of card.md §8', () => {
  const info = digestInfoThreeSha256(new Uint8Array(96).fill(1));
  assert.equal(info.length, 115);
  assert.deepEqual(info.subarray(0, 19), hex('30 71 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 60'));
  assert.throws(() => digestInfoThreeSha256(new Uint8Array(32)), { code: 'digest-length' });
});

test('status words have names, and the attempts left are read from 63Cx and 6984', () => {
  assert.equal(describeStatus(0x9000), '9000 success');
  assert.equal(describeStatus(0x63c2), '63C2 verification failed, 2 attempts left');
  assert.equal(describeStatus(0x6984), '6984 key blocked');
  assert.match(describeStatus(0x1234), /unknown/);
  assert.deepEqual([0x63c3, 0x63c0, 0x6984, 0x6300, 0x9000].map(triesLeft), [3, 0, 0, undefined, undefined]);
});

test('the bytes of a PIN are masked in VERIFY and CHANGE, and nothing else is', () => {
  assert.deepEqual(maskCommand(hex('00 20 00 91 04 31323334')), hex('00 20 00 91 04 2A2A2A2A'));
  assert.deepEqual(maskCommand(hex('00 24 01 80 04 31323334')), hex('00 24 01 80 04 2A2A2A2A'));
  assert.deepEqual(maskCommand(hex('80 32 00 80 04 31323334')), hex('80 32 00 80 04 2A2A2A2A'));
  assert.deepEqual(maskCommand(hex('00 20 00 91 00 00 04 31323334')), hex('00 20 00 91 00 00 04 2A2A2A2A'));
  // A PIN behind an Lc of 0 is no command, and is a PIN.
  assert.deepEqual(maskCommand(hex('00 20 00 91 00 31323334')), hex('00 20 00 91 00 2A2A2A2A'));
  const read = hex('00 B0 00 00 00');
  assert.equal(maskCommand(read), read);
  assert.ok(!isSecretCommand(hex('00 20 00 91')));
  assert.equal(commandName(read), 'READ BINARY');
  assert.equal(commandName(hex('00 FF 00 00')), 'INS FF');
});

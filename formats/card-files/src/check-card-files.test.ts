import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, test } from 'node:test';
import { digestInfoSha256 } from '@tegata/apdu';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import fc from 'fast-check';
import { type CheckCardFiles, checkCardFiles } from './check-card-files.ts';
import { checkSurfaceFiles } from './check-surface-files.ts';
import { checkTextFiles } from './check-text-files.ts';
import { parseCvc, writeCvc } from './cvc.ts';
import { CardFilesError } from './error.ts';
import { keyId, TEST_SURFACE_AUTHORITY, TEST_TEXT_AUTHORITY } from './key-id.ts';
import { myNumberCheckDigit } from './my-number.ts';
import { presenceCommand } from './presence.ts';
import { digestInfoSigner, sha256 } from './rsa-signature.ts';
import { parseFaceFile, writeFaceFile } from './surface/face-file.ts';
import { writeIssuerFile } from './surface/issuer-file.ts';
import { parseAttributesFile, writeAttributesFile } from './text/attributes-file.ts';
import { writeCardKeyFile } from './text/card-key-file.ts';
import { writeIntegrityFile } from './text/integrity-file.ts';
import { parseMyNumberFile, writeMyNumberFile } from './text/my-number-file.ts';

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [textCa, surfaceCa, textIssuer, surfaceIssuer] = [rsa(), rsa(), rsa(), rsa()] as const;
const [cardKey, surfaceKey] = [rsa(), rsa()] as const;
const challenge = new Uint8Array(32).fill(0x42);
const myNumber = `12345678901${myNumberCheckDigit('12345678901')}`;

/** What a test may change before the card is made. */
const plain = {
  myNumber,
  attributes: {
    name: '見本　花子',
    address: '見本県手形市関所一丁目２－３',
    birthDate: '19900401',
    sex: '2' as '1' | '2',
  },
  faceSex: '2' as '1' | '2',
  faceMunicipality: '99201',
  subject: '9920121',
  portrait: undefined as Uint8Array | undefined,
  expiry: '20350401',
};

async function makeCard(change: Partial<typeof plain> = {}): Promise<CheckCardFiles> {
  const made = { ...plain, ...change };
  const textSign = digestInfoSigner(textIssuer.privateKey);
  const surfaceSign = digestInfoSigner(surfaceIssuer.privateKey);
  const myNumberFile = writeMyNumberFile(made.myNumber);
  const attributesFile = writeAttributesFile(made.attributes);
  const face = await writeFaceFile({
    birthDate: made.attributes.birthDate,
    sex: made.faceSex,
    cardKey: surfaceKey.publicKey,
    nameImage: Uint8Array.of(1),
    addressImage: Uint8Array.of(2),
    portrait: made.portrait ?? (await encodeGreyscaleJp2(new Uint8Array(64 * 64).fill(90), 64, 64)),
    expiry: made.expiry,
    securityCodeImage: Uint8Array.of(3),
    sign: surfaceSign,
  });
  const reference = keyId('9000025', '001');
  return {
    text: {
      1: myNumberFile,
      2: new Uint8Array(Buffer.concat([attributesFile, Buffer.alloc(7, 0xff)])),
      3: await writeIntegrityFile({ myNumberFile, attributesFile, sign: textSign }),
      4: await writeCvc({
        issuerKeyId: TEST_TEXT_AUTHORITY,
        subjectKeyId: keyId('9920131', '000'),
        publicKey: textIssuer.publicKey,
        sign: digestInfoSigner(textCa.privateKey),
      }),
      7: await writeCardKeyFile({ cardKey: cardKey.publicKey, sign: textSign }),
    },
    surface: {
      2: new Uint8Array(Buffer.concat([face, Buffer.alloc(9, 0xff)])),
      3: writeIssuerFile({
        municipalityCode: made.faceMunicipality,
        keyId: reference,
        keyReference: reference,
        opaque: new Uint8Array(256),
      }),
      4: await writeCvc({
        issuerKeyId: TEST_SURFACE_AUTHORITY,
        subjectKeyId: keyId(made.subject, '000'),
        publicKey: surfaceIssuer.publicKey,
        sign: digestInfoSigner(surfaceCa.privateKey),
      }),
    },
    presence: await digestInfoSigner(cardKey.privateKey)(digestInfoSha256(sha256(challenge))),
    surfacePresence: await digestInfoSigner(surfaceKey.privateKey)(digestInfoSha256(sha256(challenge))),
    challenge,
    textAnchors: [{ keyId: TEST_TEXT_AUTHORITY, publicKey: textCa.publicKey }],
    surfaceAnchors: [{ keyId: TEST_SURFACE_AUTHORITY, publicKey: surfaceCa.publicKey }],
    at: new Date('2026-11-24T12:00:00Z'),
  };
}

let good: CheckCardFiles;
before(async () => {
  good = await makeCard();
});

/** `id: code` of every check that was not passed. */
function complaints(input: CheckCardFiles): string[] {
  const { checks, refusal, attributes } = checkCardFiles(input);
  assert.equal(checks.length, 16);
  assert.equal(new Set(checks.map((check) => check.id)).size, 16);
  const open = checks.filter((check) => check.result !== 'passed');
  assert.deepEqual(refusal, open[0]);
  assert.equal(attributes === undefined, open.length > 0);
  return open.map((check) => `${check.id}: ${check.code}`);
}

function withByte(bytes: Uint8Array, at: number, xor = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= xor;
  return copy;
}

test('a good card passes all sixteen checks and its attributes come out', () => {
  assert.deepEqual(complaints(good), []);
  const { attributes } = checkCardFiles(good);
  const { portrait, ...rest } = attributes!;
  assert.equal(Buffer.from(portrait.subarray(4, 8)).toString('latin1'), 'jP  ');
  assert.deepEqual(rest, { ...plain.attributes, myNumber, municipalityCode: '99201', expiry: '20350401' });
});

test('another My Number in file 0001 breaks its digest, and so does its filler', () => {
  const other = `98765432109${myNumberCheckDigit('98765432109')}`;
  assert.deepEqual(complaints({ ...good, text: { ...good.text, 1: writeMyNumberFile(other) } }), [
    'text-digest-number: digest-mismatch',
  ]);
  assert.deepEqual(complaints({ ...good, text: { ...good.text, 1: withByte(good.text[1], -1, 0xff) } }), [
    'text-digest-number: digest-mismatch',
  ]);
});

test('another name in file 0002 breaks its digest; its filler does not', () => {
  const forged = writeAttributesFile({ ...plain.attributes, name: '見本　次郎' });
  assert.deepEqual(complaints({ ...good, text: { ...good.text, 2: forged } }), [
    'text-digest-attributes: digest-mismatch',
  ]);
  const bare = writeAttributesFile(plain.attributes);
  assert.deepEqual(complaints({ ...good, text: { ...good.text, 2: bare } }), []);
});

test('a broken signature in each record is found by the check of its name', () => {
  const text = (n: 3 | 7, at: number) => ({ ...good, text: { ...good.text, [n]: withByte(good.text[n], at) } });
  assert.deepEqual(complaints(text(3, -1)), ['text-signature: bad-signature']);
  assert.deepEqual(complaints(text(3, 10)), ['text-digest-number: digest-mismatch', 'text-signature: bad-signature']);
  assert.deepEqual(complaints(text(7, -1)), ['card-key-signature: bad-signature', 'presence: issuer-not-established']);
  const cvc = { ...good, text: { ...good.text, 4: withByte(good.text[4], -1) } };
  assert.deepEqual(complaints(cvc), [
    'text-cvc: bad-signature',
    'text-signature: issuer-not-established',
    'card-key-signature: issuer-not-established',
    'presence: issuer-not-established',
  ]);
});

test('an issuer that no anchor knows is "nothing checked", not a bad signature', () => {
  for (const textAnchors of [[], [{ ...good.textAnchors[0]!, keyId: withByte(TEST_TEXT_AUTHORITY, 15) }]]) {
    const report = checkCardFiles({ ...good, textAnchors });
    assert.equal(report.refusal?.code, 'unknown-issuer');
    assert.equal(report.refusal?.result, 'not_performed');
    assert.equal(report.attributes, undefined);
  }
  // The anchors of one application are none for the other.
  const crossed = complaints({ ...good, textAnchors: good.surfaceAnchors, surfaceAnchors: good.textAnchors });
  assert.deepEqual(crossed.slice(0, 2), ['text-cvc: unknown-issuer', 'surface-cvc: unknown-issuer']);
});

test('an anchor of the right id and another key is a bad signature', () => {
  const textAnchors = [{ keyId: TEST_TEXT_AUTHORITY, publicKey: surfaceCa.publicKey }];
  assert.equal(complaints({ ...good, textAnchors })[0], 'text-cvc: bad-signature');
});

test('a presence proof for another challenge, of another length or by the issuer is refused', () => {
  const expected = ['presence: bad-signature'];
  assert.deepEqual(complaints({ ...good, challenge: withByte(challenge, 0) }), [
    ...expected,
    'surface-presence: bad-signature',
  ]);
  assert.deepEqual(complaints({ ...good, presence: new Uint8Array(0) }), expected);
  assert.deepEqual(complaints({ ...good, presence: new Uint8Array(256).fill(0xff) }), expected);
});

test('a surface AP that answers another challenge, or whose key the text AP used, is refused', () => {
  const expected = ['surface-presence: bad-signature'];
  assert.deepEqual(complaints({ ...good, surfacePresence: good.presence }), expected);
  assert.deepEqual(complaints({ ...good, surfacePresence: new Uint8Array(0) }), expected);
  assert.deepEqual(complaints({ ...good, surfacePresence: withByte(good.surfacePresence, 40) }), expected);
  assert.deepEqual(complaints({ ...good, presence: good.surfacePresence }), ['presence: bad-signature']);
});

test('a portrait, a birth date or a key put into the signed groups of the face breaks its one signature', () => {
  const face = parseFaceFile(good.surface[2]);
  for (const part of [face.portrait, face.nameImage, face.addressImage]) {
    // The view lies in the file, so the place is known; in the photo it is one of the packets, which no header counts.
    const last = part === face.portrait ? 5 : 1;
    const file = withByte(good.surface[2], part.byteOffset - good.surface[2].byteOffset + part.length - last);
    assert.deepEqual(complaints({ ...good, surface: { ...good.surface, 2: file } }), [
      'surface-signature: bad-signature',
      'surface-presence: issuer-not-established',
    ]);
  }
});

test('text and surface that disagree in sex or birth date are refused', async () => {
  assert.deepEqual(complaints(await makeCard({ faceSex: '1' })), ['surface-agrees-with-text: attributes-disagree']);
});

test('the municipality must be the one that both certificates name', async () => {
  const expected = ['municipality: municipality-disagrees'];
  assert.deepEqual(complaints(await makeCard({ faceMunicipality: '99202' })), expected);
  assert.deepEqual(complaints(await makeCard({ subject: '9920221' })), expected);
});

test('a signed My Number with a wrong check digit is refused', async () => {
  const wrong = `12345678901${(Number(myNumber[11]) + 1) % 10}`;
  assert.deepEqual(complaints(await makeCard({ myNumber: wrong })), ['my-number: check-digit']);
});

test('a signed photo that is no JPEG 2000 image is refused', async () => {
  assert.deepEqual(complaints(await makeCard({ portrait: new Uint8Array(100) })), ['portrait: portrait-unreadable']);
});

test('the last day of the card counts in Japan, to its end', async () => {
  const card = await makeCard({ expiry: '20261124' });
  assert.deepEqual(complaints({ ...card, at: new Date('2026-11-24T14:59:59Z') }), []);
  assert.deepEqual(complaints({ ...card, at: new Date('2026-11-24T15:00:00Z') }), ['card-expiry: card-expired']);
});

test('each application alone has the same checks', () => {
  const text = checkTextFiles({ files: good.text, presence: good.presence, challenge, anchors: good.textAnchors });
  assert.equal(text.length, 7);
  assert.ok(text.every((check) => check.result === 'passed'));
  const surface = checkSurfaceFiles({ ...good, files: good.surface, anchors: good.surfaceAnchors });
  assert.equal(surface.length, 4);
  assert.ok(surface.every((check) => check.result === 'passed'));
});

test('a malformed file fails by its name and nothing after it counts as checked', () => {
  const cut = { ...good, text: { ...good.text, 2: good.text[2].subarray(0, 40) } };
  const { checks, refusal } = checkCardFiles(cut);
  assert.equal(refusal?.id, 'text-files');
  assert.equal(refusal?.detail, 'text 0002: value cut short (offset 0)');
  assert.equal(checks.filter((check) => check.result === 'passed').length, 1);
});

test('what the report says never holds what the card says about its holder', () => {
  for (const input of [good, { ...good, challenge: new Uint8Array(1) }, { ...good, textAnchors: [] }]) {
    const written = JSON.stringify(checkCardFiles(input).checks);
    for (const secret of [myNumber, '見本', '19900401', '20350401']) assert.ok(!written.includes(secret));
  }
});

test('any byte changed in any file is refused or changes nothing that is said', () => {
  const files = [
    ...([1, 2, 3, 4, 7] as const).map((n) => ['text', n] as const),
    ...([2, 3, 4] as const).map((n) => ['surface', n] as const),
  ];
  const expected = JSON.stringify(checkCardFiles(good).attributes);
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 255 }), ([ap, n], at, xor) => {
      const group = good[ap] as unknown as Record<number, Uint8Array>;
      const file = withByte(group[n]!, at % group[n]!.length, xor);
      const { attributes } = checkCardFiles({ ...good, [ap]: { ...group, [n]: file } });
      // DF29, the expiry, stands outside the signature on real cards too.
      if (attributes) assert.equal(JSON.stringify({ ...attributes, expiry: '20350401' }), expected);
    }),
    { numRuns: 300 },
  );
});

test('parsers meet any bytes with CardFilesError only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(20), (bytes, keep) => {
      const start = Buffer.concat([good.text[2].subarray(0, keep), bytes]);
      for (const parse of [parseMyNumberFile, parseAttributesFile, parseFaceFile]) {
        try {
          parse(start);
        } catch (error) {
          assert.ok(error instanceof CardFilesError);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a certificate without 7F21 that is longer than any object is malformed, as GET DATA may give it', () => {
  const long = new Uint8Array(65_536);
  long.set([0x5f, 0x4e, 0x01]);
  assert.throws(() => parseCvc(long), { code: 'file-malformed' });
});

test('the command for the proof is 80 2A 00 00 33 … 00', () => {
  const command = Buffer.from(presenceCommand(challenge));
  assert.equal(command.subarray(0, 5).toString('hex'), '802a000033');
  assert.deepEqual([command.length, command[56]], [57, 0]);
});

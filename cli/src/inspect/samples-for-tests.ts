import { generateKeyPairSync } from 'node:crypto';
import { digestInfoSha256, encodeCommand } from '@tegata/apdu';
import { APPLICATION_CONTENT_TYPE, encodeApplication } from '@tegata/application';
import {
  digestInfoSigner,
  keyId,
  TEST_SURFACE_AUTHORITY,
  TEST_TEXT_AUTHORITY,
  writeAttributesFile,
  writeCardKeyFile,
  writeCvc,
  writeFaceFile,
  writeIntegrityFile,
  writeIssuerFile,
  writeMyNumberFile,
  writeMyNumberImageFile,
} from '@tegata/card-files';
import { type CborValue, encode, FullDate } from '@tegata/cbor';
import { adjustableClock } from '@tegata/clock';
import { prepareSignedData } from '@tegata/cms';
import { encodeCoseKey } from '@tegata/cose';
import { dpopProof, encryptTo, p256Jwk, signKeyAttestation } from '@tegata/jose';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import {
  buildDeviceEngagement,
  buildDeviceRequest,
  buildDeviceResponse,
  eReaderKeyBytes,
  httpRetrieval,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { seededRandom } from '@tegata/random';
import { buildOcspRequest, readOcspRequest } from '@tegata/x509';
import {
  buildAttestationRoot,
  buildAttestationSigner,
  buildDocumentSigner,
  buildIaca,
  buildJpkiCa,
  buildJpkiSign,
  buildOcspResponse,
} from '@tegata/x509-build';

/** What must never be seen while masking is on. */
export const MY_NUMBER = '123456789018';
export const PERSON = { name: '見本　花子', address: '見本県手形市関所一丁目２－３' };

const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
const random = seededRandom('inspect samples');
const notBefore = clock.now();
const ec = async (curve: 'P-256' | 'P-384' = 'P-256') => softwareSigner(await generateSoftwareKey(curve));
const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** One object of each kind that inspect knows, made by the packages that make the real ones. */
export async function makeSamples() {
  // One RSA key plays every RSA part: who signed what is of no interest to a decoder, and each key costs 200 ms.
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const card = softwareSigner(rsa.privateKey);
  const sign = digestInfoSigner(rsa.privateKey);
  const portrait = await encodeGreyscaleJp2(new Uint8Array(64 * 64).fill(90), 64, 64);

  const myNumberFile = writeMyNumberFile(MY_NUMBER);
  const attributesFile = writeAttributesFile({ ...PERSON, birthDate: '19900401', sex: '2' });
  const cvc = (issuerKeyId: Uint8Array) =>
    writeCvc({ issuerKeyId, subjectKeyId: keyId('9920121', '000'), publicKey: rsa.publicKey, sign });
  const text = {
    1: myNumberFile,
    2: concat(attributesFile, new Uint8Array(7).fill(0xff)),
    3: await writeIntegrityFile({ myNumberFile, attributesFile, sign }),
    4: await cvc(TEST_TEXT_AUTHORITY),
    7: await writeCardKeyFile({ cardKey: rsa.publicKey, sign }),
  };
  const face = await writeFaceFile({
    birthDate: '19900401',
    sex: '2',
    cardKey: rsa.publicKey,
    nameImage: Uint8Array.of(1),
    addressImage: Uint8Array.of(2),
    portrait,
    expiry: '20350401',
    securityCodeImage: Uint8Array.of(3),
    sign,
  });
  const reference = keyId('9000025', '001');
  const surface = {
    2: concat(face, new Uint8Array(9).fill(0xff)),
    3: writeIssuerFile({
      municipalityCode: '99201',
      keyId: reference,
      keyReference: reference,
      opaque: new Uint8Array(256),
    }),
    4: await cvc(TEST_SURFACE_AUTHORITY),
  };
  const myNumberImage = await writeMyNumberImageFile({
    image: Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
    cardKey: rsa.publicKey,
    sign,
  });

  const jpkiCa = await buildJpkiCa({ ca: 'sign', signer: card, random, notBefore });
  const holder = {
    ...PERSON,
    birthDate: '19900401',
    sex: '2',
    prefecture: 'Mihon-ken',
    municipality: 'Tegata-shi',
    municipalityCode: '99201',
  } as const;
  const signCertificate = await buildJpkiSign({
    issuer: { certificate: jpkiCa, signer: card },
    publicKey: rsa.publicKey,
    holder,
    random,
    at: notBefore,
  });
  const ocspRequest = buildOcspRequest({ certificate: signCertificate, issuer: jpkiCa, nonce: random.bytes(32) });
  const asked = readOcspRequest(ocspRequest);
  const ocspResponse = await buildOcspResponse({
    answers: asked.certIds.map(({ raw }) => ({
      certId: raw,
      status: { status: 'revoked', revokedAt: notBefore, reason: 'affiliationChanged' },
      thisUpdate: notBefore,
    })),
    producedAt: notBefore,
    signer: card,
    certificates: [jpkiCa],
    nonce: asked.nonce,
  });

  const attestationCa = await ec();
  const attestationSigner = await ec();
  const attestationRoot = await buildAttestationRoot({ signer: attestationCa, random, notBefore });
  const phone = await ec();
  const { attestation } = await signKeyAttestation({
    signer: attestationSigner,
    certificateChain: [
      await buildAttestationSigner({
        issuer: { certificate: attestationRoot, signer: attestationCa },
        publicKey: attestationSigner.publicKey,
        random,
        notBefore,
      }),
    ],
    attestedKeys: [p256Jwk(phone.publicKey)],
    nonce: 'challenge',
    keyStorage: ['iso_18045_basic'],
    userAuthentication: ['iso_18045_basic'],
    lifetimeSeconds: 600,
    clock,
    random,
  });
  const application = encodeApplication({
    version: 1,
    session: 'session-0000000000000001',
    challenge: random.bytes(32),
    platform: 'ios',
    time: clock.now(),
    card: {
      text,
      surface,
      presence: await sign(digestInfoSha256(random.bytes(32))),
      surfacePresence: await sign(digestInfoSha256(random.bytes(32))),
    },
    deviceKeys: [encodeCoseKey(phone.publicKey)],
    keyAttestation: attestation,
    responseKey: encodeCoseKey(phone.publicKey),
  });
  const prepared = prepareSignedData({
    content: application,
    eContentType: APPLICATION_CONTENT_TYPE,
    certificate: signCertificate,
    signingTime: clock.now(),
  });
  const signedApplication = prepared.finish(await card.sign(prepared.toBeSigned));

  const root = await ec('P-384');
  const iaca = await buildIaca({ signer: root, random, notBefore });
  const documentSigner = await ec();
  const documentSignerCertificate = await buildDocumentSigner({
    issuer: { certificate: iaca, signer: root },
    publicKey: documentSigner.publicKey,
    random,
    notBefore,
  });
  const elements: Record<string, Record<string, CborValue>> = {
    [NS_JP]: {
      full_name_unicode: PERSON.name,
      resident_address_unicode: PERSON.address,
      individual_number_unicode: MY_NUMBER,
      portrait,
      sex_unicode: '女',
      birth_date_unicode: '1990年4月1日',
    },
    [NS_ISO]: { sex: 2, age_over_20: true, age_in_years: 36, birth_date: new FullDate('1990-04-01') },
  };
  const issuerSigned = await issueMdoc({
    docType: MNC_DOCTYPE,
    elements,
    deviceKey: phone.publicKey,
    validity: { signed: notBefore, validFrom: notBefore, validUntil: new Date('2026-05-01T00:00:00Z') },
    random,
    signer: documentSigner,
    certificateChain: [documentSignerCertificate],
  });
  const deviceEngagement = buildDeviceEngagement({
    eDeviceKey: phone.publicKey,
    retrievalMethods: [httpRetrieval('http://127.0.0.1:4711/sessions/x')],
  });
  const sessionTranscript = sessionTranscriptQr({
    deviceEngagementBytes: parseDeviceEngagement(deviceEngagement).encoded,
    eReaderKeyBytes: eReaderKeyBytes(documentSigner.publicKey),
  });
  const deviceResponse = await buildDeviceResponse({
    issuerSigned,
    docType: MNC_DOCTYPE,
    disclose: { [NS_ISO]: ['age_over_20'] },
    sessionTranscript,
    deviceSigner: phone,
  });

  return {
    text,
    surface,
    myNumberImage,
    portrait,
    jpkiCa,
    signCertificate,
    ocspRequest,
    ocspResponse,
    attestation,
    application,
    signedApplication,
    iaca,
    issuerSigned,
    deviceEngagement,
    sessionTranscript,
    deviceResponse,
    deviceRequest: buildDeviceRequest({ docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } }),
    dpop: await dpopProof({
      signer: phone,
      method: 'POST',
      url: 'http://127.0.0.1:1/applications',
      body: new Uint8Array(1),
      clock,
      random,
    }),
    jwe: await encryptTo(p256Jwk(phone.publicKey), issuerSigned, { cty: 'application/cbor' }),
    issuance: encode({ record: { myNumber: MY_NUMBER, ...PERSON }, deviceKey: encodeCoseKey(phone.publicKey) }),
    verifyPin: encodeCommand({ cla: 0, ins: 0x20, p1: 0, p2: 0x91, data: Buffer.from('1234') }),
  };
}

/** What {@link makeSamples} makes. */
export type Samples = Awaited<ReturnType<typeof makeSamples>>;

import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { digestInfoSha256 } from '@tegata/apdu';
import {
  APPLICATION_CONTENT_TYPE,
  type Application,
  type CardFiles,
  type CertificateRequests,
  encodeApplication,
} from '@tegata/application';
import {
  digestInfoSigner,
  keyId,
  myNumberCheckDigit,
  TEST_SURFACE_AUTHORITY,
  TEST_TEXT_AUTHORITY,
  writeAttributesFile,
  writeCardKeyFile,
  writeCvc,
  writeFaceFile,
  writeIntegrityFile,
  writeIssuerFile,
  writeMyNumberFile,
} from '@tegata/card-files';
import { prepareSignedData } from '@tegata/cms';
import { encodeCoseKey } from '@tegata/cose';
import { fromBase64url, p256Jwk, signKeyAttestation } from '@tegata/jose';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { systemRandom } from '@tegata/random';
import { buildAttestationRoot, buildAttestationSigner, buildCsr, buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import type { Trust } from './config.ts';
import type { Wants } from './states.ts';

/** When the world of the tests begins. */
export const START = new Date('2026-11-24T03:00:00Z');

const random = systemRandom;
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const year = (n: number) => new Date(START.getTime() + n * 365 * 86_400_000);

/** Test authorities: made once per test process, because RSA keys take their time. */
const textCa = rsa();
const surfaceCa = rsa();
const textIssuer = rsa();
const surfaceIssuer = rsa();
const cardKey = rsa();
const holderKey = rsa();

/** The CA of signature certificates; its OCSP answers are its own. */
export const jpkiSigner = softwareSigner(await generateSoftwareKey('RSA-2048'));
/** Its certificate, DER. */
export const jpkiCa = await buildJpkiCa({ ca: 'sign', signer: jpkiSigner, random, notBefore: year(-1) });
const attestationRootSigner = softwareSigner(await generateSoftwareKey('P-256'));
const attestationSigner = softwareSigner(await generateSoftwareKey('P-256'));
const attestationRoot = await buildAttestationRoot({ signer: attestationRootSigner, random, notBefore: year(-1) });
const attestationCertificate = await buildAttestationSigner({
  issuer: { certificate: attestationRoot, signer: attestationRootSigner },
  publicKey: attestationSigner.publicKey,
  random,
  notBefore: year(-1),
});

/** The CA of authentication certificates, for phones. */
export const jpkiAuthSigner = softwareSigner(await generateSoftwareKey('P-384'));
/** Its certificate, DER. */
export const jpkiAuthCa = await buildJpkiCa({ ca: 'auth', signer: jpkiAuthSigner, random, notBefore: year(-1) });

/** What the SMP under test trusts. */
export const trust: Trust = {
  jpkiSign: [jpkiCa],
  jpkiAuth: [jpkiAuthCa],
  textCvc: [{ keyId: TEST_TEXT_AUTHORITY, publicKey: textCa.publicKey }],
  surfaceCvc: [{ keyId: TEST_SURFACE_AUTHORITY, publicKey: surfaceCa.publicKey }],
  walletProvider: [attestationRoot],
};

const portrait = await encodeGreyscaleJp2(new Uint8Array(64 * 64).fill(90), 64, 64);

/** A person with a card. */
export interface Person {
  readonly myNumber: string;
  readonly name: string;
  readonly certificate: Uint8Array;
  readonly files: Omit<CardFiles, 'presence' | 'surfacePresence'>;
}

/** What a test may want to be otherwise. */
export interface PersonOptions {
  readonly name?: string;
  readonly myNumber?: string;
  /** The name in the certificate, where it shall not be the card's. */
  readonly certificateName?: string;
  readonly cardExpiry?: string;
  readonly certificateFrom?: Date;
  /** A CA that nobody trusts. */
  readonly issuer?: { certificate: Uint8Array; signer: Signer };
}

let count = 0;

/** Makes a card and a signature certificate for one more person. */
export async function makePerson(options: PersonOptions = {}): Promise<Person> {
  count += 1;
  const digits = `2${String(process.pid % 100_000).padStart(5, '0')}${String(count).padStart(5, '0')}`;
  const myNumber = options.myNumber ?? `${digits}${myNumberCheckDigit(digits)}`;
  const name = options.name ?? `見本　${String.fromCodePoint(0x4e00 + count)}子`;
  const address = '東京都清瀬市関所一丁目２－３';
  const certificate = await buildJpkiSign({
    issuer: options.issuer ?? { certificate: jpkiCa, signer: jpkiSigner },
    publicKey: holderKey.publicKey,
    holder: {
      name: options.certificateName ?? name,
      address,
      sex: '2',
      birthDate: '19900401',
      prefecture: 'Tokyo-to',
      municipality: 'Kiyose-shi',
      municipalityCode: '13221',
    },
    random,
    at: options.certificateFrom ?? new Date(START.getTime() - 30 * 86_400_000),
  });
  const textSign = digestInfoSigner(textIssuer.privateKey);
  const surfaceSign = digestInfoSigner(surfaceIssuer.privateKey);
  const myNumberFile = writeMyNumberFile(myNumber);
  const attributesFile = writeAttributesFile({ name, address, birthDate: '19900401', sex: '2' });
  const reference = keyId('9000025', '001');
  const files: Person['files'] = {
    text: {
      1: myNumberFile,
      2: attributesFile,
      3: await writeIntegrityFile({ myNumberFile, attributesFile, sign: textSign }),
      4: await writeCvc({
        issuerKeyId: TEST_TEXT_AUTHORITY,
        subjectKeyId: keyId('1322131', '000'),
        publicKey: textIssuer.publicKey,
        sign: digestInfoSigner(textCa.privateKey),
      }),
      7: await writeCardKeyFile({ cardKey: cardKey.publicKey, sign: textSign }),
    },
    surface: {
      2: await writeFaceFile({
        birthDate: '19900401',
        sex: '2',
        cardKey: cardKey.publicKey,
        nameImage: Uint8Array.of(1),
        addressImage: Uint8Array.of(2),
        portrait,
        expiry: options.cardExpiry ?? '20350401',
        securityCodeImage: Uint8Array.of(3),
        sign: surfaceSign,
      }),
      3: writeIssuerFile({
        municipalityCode: '13221',
        keyId: reference,
        keyReference: reference,
        opaque: new Uint8Array(256),
      }),
      4: await writeCvc({
        issuerKeyId: TEST_SURFACE_AUTHORITY,
        subjectKeyId: keyId('1322121', '000'),
        publicKey: surfaceIssuer.publicKey,
        sign: digestInfoSigner(surfaceCa.privateKey),
      }),
    },
  };
  return { myNumber, name, certificate, files };
}

/** A phone: its keys. */
export interface Phone {
  /** Signs the calls of the app. */
  readonly caller: Signer;
  readonly deviceKey: KeyObject;
  readonly responseKey: KeyObject;
  /** The keys of its certificates. P-384, as the next ones: they are made quickly. */
  readonly certificateKeys: { readonly auth: Signer; readonly sign: Signer };
}

/** Makes a phone. */
export async function makePhone(): Promise<Phone> {
  return {
    caller: softwareSigner(await generateSoftwareKey('P-256')),
    deviceKey: await generateSoftwareKey('P-256'),
    responseKey: await generateSoftwareKey('P-256'),
    certificateKeys: {
      auth: softwareSigner(await generateSoftwareKey('P-384')),
      sign: softwareSigner(await generateSoftwareKey('P-384')),
    },
  };
}

/** The phone's requests for its certificates. */
export async function certificateRequests(phone: Phone, challenge: string): Promise<CertificateRequests> {
  const request = (signer: Signer) => buildCsr({ signer, subject: [['CN', challenge]] });
  const { auth, sign } = phone.certificateKeys;
  return { auth: await request(auth), sign: await request(sign) };
}

/** What a test may change between the steps of signing. */
export interface SigningOptions {
  readonly at: Date;
  readonly session: string;
  /** base64url */
  readonly challenge: string;
  readonly platform?: 'ios' | 'android';
  /** What is applied for; the card alone when absent. */
  readonly wants?: Wants;
  /** The challenge to which the card answers, where it shall be another. */
  readonly presenceOver?: string;
  readonly attestationNonce?: string;
  /** Keys that the attestation speaks for, where they shall be others. */
  readonly attestedKey?: KeyObject;
  readonly change?: (application: Application) => Application;
}

/** The key of every card of these tests. */
export const cardHolderKey = holderKey.privateKey;

/** Signs an application with the person's card. */
export async function signApplication(person: Person, phone: Phone, options: SigningOptions): Promise<Uint8Array> {
  const challenge = fromBase64url(options.challenge);
  const { attestation } = await signKeyAttestation({
    signer: attestationSigner,
    certificateChain: [attestationCertificate],
    attestedKeys: [p256Jwk(options.attestedKey ?? phone.deviceKey)],
    nonce: options.attestationNonce ?? options.challenge,
    keyStorage: ['iso_18045_basic'],
    userAuthentication: ['iso_18045_basic'],
    lifetimeSeconds: 3600,
    clock: { now: () => options.at },
    random,
  });
  const asked = createHash('sha256')
    .update(fromBase64url(options.presenceOver ?? options.challenge))
    .digest();
  const presence = await digestInfoSigner(cardKey.privateKey)(digestInfoSha256(asked));
  const { wants = 'card' } = options;
  const application: Application = {
    version: 1,
    session: options.session,
    challenge,
    platform: options.platform ?? 'ios',
    time: options.at,
    // This card has one key in both applications.
    card: { ...person.files, presence, surfacePresence: presence },
    deviceKeys: [encodeCoseKey(softwareSigner(phone.deviceKey).publicKey)],
    keyAttestation: attestation,
    responseKey: encodeCoseKey(softwareSigner(phone.responseKey).publicKey),
    ...(wants === 'card' ? {} : { certificateRequests: await certificateRequests(phone, options.challenge) }),
    ...(wants === 'certificates' ? { want: wants } : {}),
  };
  const prepared = prepareSignedData({
    content: encodeApplication(options.change ? options.change(application) : application),
    eContentType: APPLICATION_CONTENT_TYPE,
    certificate: person.certificate,
    signingTime: options.at,
  });
  return prepared.finish(await softwareSigner(holderKey.privateKey).sign(prepared.toBeSigned));
}

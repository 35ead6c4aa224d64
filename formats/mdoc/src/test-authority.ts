/**
 * A test IACA, a document signer, a phone and a record, made on the spot for the tests of this package. TEST ONLY.
 * @module
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, decode, Encoded, encode, FullDate } from '@tegata/cbor';
import { sign1 } from '@tegata/cose';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { deviceAuthenticationBytes } from './device-authentication.ts';
import { buildDeviceEngagement, parseDeviceEngagement } from './device-engagement.ts';
import { type PlanOptions, planIssuerSigned } from './issue.ts';
import { MNC_DOCTYPE, NS_ISO, NS_JP } from './mnc.ts';
import { eReaderKeyBytes } from './session-encryption.ts';
import { sessionTranscriptQr } from './session-transcript.ts';

/** The instant at which the tests take place. */
export const NOW = new Date('2026-11-24T03:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
/** So many days after `NOW` (negative: before). */
export const days = (count: number) => new Date(NOW.getTime() + count * DAY);

/** A root with one document signer below it. */
export interface TestAuthority {
  readonly root: Uint8Array;
  readonly rootSigner: Signer;
  readonly dsCertificate: Uint8Array;
  readonly dsSigner: Signer;
}

/** Makes an authority with fresh keys. */
export async function makeAuthority(curve: 'P-256' | 'P-384' = 'P-256'): Promise<TestAuthority> {
  const rootSigner = softwareSigner(await generateSoftwareKey('P-384'));
  const random = seededRandom('mdoc test authority');
  const root = await buildIaca({ signer: rootSigner, random, notBefore: days(-100) });
  const dsSigner = softwareSigner(await generateSoftwareKey(curve));
  const dsCertificate = await buildDocumentSigner({
    issuer: { signer: rootSigner, certificate: root },
    publicKey: dsSigner.publicKey,
    random,
    notBefore: days(-30),
  });
  return { root, rootSigner, dsCertificate, dsSigner };
}

/** A key pair of a phone. */
export function makeDevice(): { privateKey: KeyObject; publicKey: KeyObject; signer: Signer } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: createPublicKey(privateKey), signer: softwareSigner(privateKey) };
}

/** Elements of nobody. */
export const ELEMENTS: Record<string, Record<string, CborValue>> = {
  [NS_JP]: {
    full_name_unicode: '見本　花子',
    resident_address_unicode: '見本県見本市見本町１－２－３',
    local_gov_code_unicode: '99999',
    individual_number_unicode: '000000000000',
    portrait: Uint8Array.of(0xff, 0x4f, 0xff, 0x51, 0, 0),
    sex_unicode: '女',
    birth_date_unicode: '2000年3月31日',
  },
  [NS_ISO]: {
    sex: 2,
    age_over_18: true,
    age_over_20: true,
    age_over_65: false,
    age_in_years: 26,
    birth_date: new FullDate('2000-03-31'),
  },
};

/** What the tests order. */
export function planOptions(deviceKey: KeyObject, changes: Partial<PlanOptions> = {}): PlanOptions {
  return {
    docType: MNC_DOCTYPE,
    elements: ELEMENTS,
    deviceKey,
    validity: { signed: days(-1), validFrom: days(-1), validUntil: days(29), expectedUpdate: days(20) },
    random: seededRandom('mdoc test plan'),
    ...changes,
  };
}

/** Ephemeral keys and the transcript of one engagement. */
export function makeSession() {
  const device = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const reader = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const engagement = parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey: device.publicKey }));
  const readerBytes = eReaderKeyBytes(reader.publicKey);
  const transcript = sessionTranscriptQr({
    deviceEngagementBytes: engagement.encoded,
    eReaderKeyBytes: readerBytes,
  });
  return { device, reader, engagement, readerBytes, transcript };
}

/** Changes to a response that are made before it is signed, so that only the check in question can tell. */
export interface Forgery {
  readonly elements?: Record<string, Record<string, CborValue>>;
  readonly disclose?: Record<string, string[]>;
  /** The MSO map, before signing. */
  readonly mso?: (mso: CborMap) => void;
  /** The payload in place of the MSO in tag 24. */
  readonly payload?: (mso: CborMap) => Uint8Array;
  readonly chain?: CborValue;
  readonly dsSigner?: Signer;
  /** issuerAuth after signing. */
  readonly issuerAuth?: (issuerAuth: CborValue[]) => CborValue;
  /** The items that are shown, after signing. */
  readonly items?: (items: Map<string, CborValue[]>) => void;
  readonly deviceNameSpaces?: Record<string, Record<string, CborValue>>;
  readonly deviceAuth?: (deviceAuth: CborMap, payload: Uint8Array) => CborValue;
  readonly document?: (document: CborMap) => void;
  readonly response?: (response: CborMap) => void;
  /** docType of Document and DeviceAuthentication. */
  readonly docType?: string;
  readonly sessionTranscript?: Uint8Array;
}

/** A response to a request for `age_over_20`, all good but for the forgery. */
export async function respond(
  authority: TestAuthority,
  device: ReturnType<typeof makeDevice>,
  session: ReturnType<typeof makeSession>,
  forgery: Forgery = {},
): Promise<Uint8Array> {
  const plan = planIssuerSigned(planOptions(device.publicKey, forgery.elements ? { elements: forgery.elements } : {}));
  const mso = decode(plan.mso) as CborMap;
  forgery.mso?.(mso);
  const signer = forgery.dsSigner ?? authority.dsSigner;
  const signed = await sign1({
    signer,
    payload: forgery.payload?.(mso) ?? Encoded.of(mso).bytes,
    unprotectedHeaders: new Map([[33, forgery.chain === undefined ? authority.dsCertificate : forgery.chain]]),
  });
  const issuerAuth = forgery.issuerAuth?.(signed as CborValue[]) ?? signed;
  const nameSpaces = new Map<string, CborValue[]>();
  for (const [namespace, names] of Object.entries(forgery.disclose ?? { [NS_ISO]: ['age_over_20'] })) {
    const item = (encoded: Encoded) => (encoded.decode() as CborMap).get('elementIdentifier') as string;
    nameSpaces.set(
      namespace,
      (plan.items[namespace] ?? []).filter((encoded) => names.includes(item(encoded))),
    );
  }
  forgery.items?.(nameSpaces);
  const docType = forgery.docType ?? MNC_DOCTYPE;
  const deviceNameSpaces = Encoded.of(forgery.deviceNameSpaces ?? {});
  const transcript = forgery.sessionTranscript ?? session.transcript;
  const payload = deviceAuthenticationBytes(transcript, docType, deviceNameSpaces);
  const deviceSignature = await sign1({ signer: device.signer, payload, detached: true });
  const deviceAuth: CborMap = new Map([['deviceSignature', deviceSignature]]);
  const document: CborMap = new Map<string, CborValue>([
    ['docType', docType],
    [
      'issuerSigned',
      new Map<string, CborValue>([
        ['nameSpaces', nameSpaces],
        ['issuerAuth', issuerAuth],
      ]),
    ],
    [
      'deviceSigned',
      new Map<string, CborValue>([
        ['nameSpaces', deviceNameSpaces],
        ['deviceAuth', forgery.deviceAuth ? forgery.deviceAuth(deviceAuth, payload) : deviceAuth],
      ]),
    ],
  ]);
  forgery.document?.(document);
  const response: CborMap = new Map<string, CborValue>([
    ['version', '1.0'],
    ['documents', [document]],
    ['status', 0],
  ]);
  forgery.response?.(response);
  return encode(response);
}

/**
 * An authority, a record and a phone that behaves as it is told, made on the spot for the tests of this party. TEST ONLY.
 * @module
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CborValue, FullDate } from '@tegata/cbor';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import {
  answerable,
  buildDeviceEngagement,
  buildDeviceResponse,
  buildEmptyDeviceResponse,
  buildSessionData,
  type Elements,
  engagementToQr,
  establishSession,
  httpRetrieval,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseIssuerSigned,
  parseSessionData,
  parseSessionEstablishment,
  type SessionEncryption,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { seededRandom } from '@tegata/random';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';

/** The instant at which the tests take place. */
export const NOW = new Date('2026-11-24T03:00:00Z');
const DAY = 86_400_000;
const later = (days: number) => new Date(NOW.getTime() + days * DAY);

/** Values of nobody; twelve digits without a right check digit. */
export const ADULT: Elements = {
  [NS_JP]: { full_name_unicode: '見本　太郎', individual_number_unicode: '000000000000' },
  [NS_ISO]: {
    sex: 1,
    age_over_18: true,
    age_over_20: true,
    age_over_65: false,
    age_in_years: 55,
    birth_date: new FullDate('1971-09-01'),
  },
};

/** The same person, with other values in the namespace of ISO/IEC 23220. */
export const withIso = (iso: Record<string, CborValue>): Elements => ({ ...ADULT, [NS_ISO]: iso });

/** An IACA with one document signer. */
export async function makeIssuer() {
  const rootSigner = softwareSigner(await generateSoftwareKey('P-384'));
  const random = seededRandom('verifier tests');
  const root = await buildIaca({ signer: rootSigner, random, notBefore: later(-100) });
  const signer = softwareSigner(await generateSoftwareKey('P-256'));
  const certificate = await buildDocumentSigner({
    issuer: { signer: rootSigner, certificate: root },
    publicKey: signer.publicKey,
    random,
    notBefore: later(-30),
  });
  return { root, signer, certificate };
}

/** One of them. */
export type Issuer = Awaited<ReturnType<typeof makeIssuer>>;

/** What a test may change in a phone. Each hook gets what an honest phone would use and returns what is used in its place. */
export interface PhoneBehaviour {
  /** What the record says. */
  readonly elements?: Elements;
  /** The days on which the record is valid. */
  readonly validity?: { signed: Date; validFrom: Date; validUntil: Date };
  /** The elements that are shown. */
  readonly disclose?: (honest: Record<string, string[]>) => Record<string, string[]>;
  /** The transcript that the phone signs. */
  readonly transcript?: (honest: Uint8Array) => Uint8Array;
  /** The response before it is encrypted. */
  readonly response?: (honest: Uint8Array) => Uint8Array;
  /** The whole HTTP answer. */
  readonly answer?: (honest: Uint8Array, session: SessionEncryption) => Uint8Array;
  /** Another server altogether. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => void;
  /** The address in the QR code. */
  readonly uri?: (honest: string) => string;
  /** The status that goes with the answer; none: the session stays open. */
  readonly status?: number | null;
  /** Shows nothing. */
  readonly silent?: boolean;
}

/** A phone that waits for one reader. */
export interface TestPhone {
  readonly qr: string;
  readonly root: Uint8Array;
  /** What was asked of it, decrypted. */
  readonly requests: Uint8Array[];
  /** Statuses of the reader's later messages. */
  readonly statuses: number[];
  /** How many calls reached it. */
  calls: number;
  close(): Promise<void>;
}

/** Shows a QR code. */
export async function testPhone(issuer: Issuer, behaviour: PhoneBehaviour = {}): Promise<TestPhone> {
  const device = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const deviceSigner = softwareSigner(device.privateKey);
  const issuerSigned = await issueMdoc({
    docType: MNC_DOCTYPE,
    elements: behaviour.elements ?? ADULT,
    deviceKey: createPublicKey(device.privateKey),
    validity: behaviour.validity ?? { signed: later(-1), validFrom: later(-1), validUntil: later(29) },
    random: seededRandom('record'),
    signer: issuer.signer,
    certificateChain: [issuer.certificate],
  });
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const phone: TestPhone = { qr: '', root: issuer.root, requests: [], statuses: [], calls: 0, close: async () => {} };
  let engagement = new Uint8Array(0);

  async function answer(body: Uint8Array): Promise<Uint8Array> {
    if (phone.requests.length > 0) {
      phone.statuses.push(parseSessionData(body).status ?? -1);
      return buildSessionData({ status: 20 });
    }
    const { eReaderKey, eReaderKeyBytes, data } = parseSessionEstablishment(body);
    const transcript = sessionTranscriptQr({
      deviceEngagementBytes: parseDeviceEngagement(engagement).encoded,
      eReaderKeyBytes,
    });
    const session = establishSession({
      role: 'device',
      privateKey: ephemeral.privateKey,
      peerKey: eReaderKey,
      transcript,
    });
    const request = session.decrypt(data);
    phone.requests.push(request);
    const honest = answerable(
      parseDeviceRequest(request).docRequests[0]!.itemsRequest,
      parseIssuerSigned(issuerSigned).nameSpaces,
    );
    const response = behaviour.silent
      ? buildEmptyDeviceResponse()
      : await buildDeviceResponse({
          issuerSigned,
          docType: MNC_DOCTYPE,
          disclose: behaviour.disclose?.(honest) ?? honest,
          sessionTranscript: behaviour.transcript?.(transcript) ?? transcript,
          deviceSigner,
        });
    const encrypted = session.encrypt(behaviour.response?.(response) ?? response);
    const status = behaviour.status === undefined ? 20 : behaviour.status;
    const whole = buildSessionData({ data: encrypted, ...(status === null ? {} : { status }) });
    return behaviour.answer?.(whole, session) ?? whole;
  }

  const server = createServer((request, response) => {
    phone.calls++;
    if (behaviour.serve) return behaviour.serve(request, response);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const body = await answer(new Uint8Array(Buffer.concat(parts)));
      response.writeHead(200, { 'content-type': 'application/cbor' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const honestUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sessions/abc`;
  engagement = new Uint8Array(
    buildDeviceEngagement({
      eDeviceKey: createPublicKey(ephemeral.privateKey),
      retrievalMethods: [httpRetrieval(behaviour.uri?.(honestUri) ?? honestUri)],
    }),
  );
  return Object.assign(phone, {
    qr: engagementToQr(engagement),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

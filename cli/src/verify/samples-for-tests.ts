import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type CborValue, FullDate } from '@tegata/cbor';
import { adjustableClock } from '@tegata/clock';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import {
  buildDeviceEngagement,
  buildDeviceResponse,
  type Disclosure,
  eReaderKeyBytes,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { seededRandom } from '@tegata/random';
import { certificateToPem, parseCertificate } from '@tegata/x509';
import { buildCrl, buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { verifyCommand } from './command.ts';
import type { VerifyResult } from './result.ts';
import type { CommandIo } from './terminal-io.ts';

/** The instant at which the tests take place. */
export const NOW = new Date('2026-11-24T03:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const days = (count: number) => new Date(NOW.getTime() + count * DAY);
const random = seededRandom('tegata verify samples');

/** What the tests show of nobody. */
export const ELEMENTS: Record<string, Record<string, CborValue>> = {
  [NS_JP]: {
    full_name_unicode: '見本　花子',
    individual_number_unicode: '123456789018',
    portrait: Uint8Array.of(0xff, 0x4f, 0xff, 0x51),
  },
  [NS_ISO]: { sex: 2, age_over_20: true, birth_date: new FullDate('2000-03-31') },
};

export const b64u = (bytes: Uint8Array) => `b64u:${Buffer.from(bytes).toString('base64url')}`;
export const hex = (bytes: Uint8Array) => `hex:${Buffer.from(bytes).toString('hex')}`;
export const pem = (key: KeyObject) =>
  key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();

/** An authority, a phone with an mdoc, a reader, and one session between them by QR code. TEST ONLY. */
export async function makeVerifySamples(options: { status?: CborValue } = {}) {
  const rootSigner = softwareSigner(await generateSoftwareKey('P-384'));
  const root = await buildIaca({ signer: rootSigner, random, notBefore: days(-100) });
  const dsSigner = softwareSigner(await generateSoftwareKey('P-256'));
  const ds = await buildDocumentSigner({
    issuer: { signer: rootSigner, certificate: root },
    publicKey: dsSigner.publicKey,
    random,
    notBefore: days(-30),
  });
  const deviceSigner = softwareSigner(await generateSoftwareKey('P-256'));
  const issuerSigned = await issueMdoc({
    docType: MNC_DOCTYPE,
    elements: ELEMENTS,
    deviceKey: deviceSigner.publicKey,
    validity: { signed: days(-1), validFrom: days(-1), validUntil: days(29) },
    random,
    signer: dsSigner,
    certificateChain: [ds],
    ...options,
  });
  const phone = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const reader = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const engagement = buildDeviceEngagement({ eDeviceKey: phone.publicKey });
  const readerKeyBytes = eReaderKeyBytes(createPublicKey(reader.privateKey));
  const transcript = sessionTranscriptQr({
    deviceEngagementBytes: parseDeviceEngagement(engagement).encoded,
    eReaderKeyBytes: readerKeyBytes,
  });
  const respond = (sessionTranscript: Uint8Array, disclose: Disclosure = { [NS_ISO]: ['age_over_20'] }) =>
    buildDeviceResponse({ issuerSigned, docType: MNC_DOCTYPE, disclose, sessionTranscript, deviceSigner });
  const crl = (revoked: boolean, thisUpdate = days(-1), nextUpdate = days(30)) =>
    buildCrl({
      issuer: { certificate: root, signer: rootSigner },
      number: 1,
      thisUpdate,
      nextUpdate,
      revoked: revoked ? [{ serial: parseCertificate(ds).serial, revokedAt: days(-1), reason: 'keyCompromise' }] : [],
    });
  return {
    root,
    rootPem: certificateToPem(root),
    rootSigner,
    ds,
    dsSigner,
    deviceSigner,
    issuerSigned,
    phone,
    reader,
    engagement,
    readerKeyBytes,
    transcript,
    respond,
    response: await respond(transcript),
    crl,
  };
}

/** What {@link makeVerifySamples} makes. */
export type VerifySamples = Awaited<ReturnType<typeof makeVerifySamples>>;
export type { Signer };

/** What a run came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The lines of output as JSON. */
  readonly results: VerifyResult[];
  /** The only one of them. */
  readonly result: VerifyResult;
}

/** Runs `tegata verify` in this process, at the instant of the samples; `lines` are those of a batch named `-`. */
export async function run(
  args: readonly string[],
  input: { stdin?: Uint8Array; lines?: Iterable<Uint8Array>; now?: Date } = {},
  command: (args: readonly string[], io: CommandIo) => Promise<number> = verifyCommand,
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await command(args, {
    clock: adjustableClock(input.now ?? NOW),
    write: async (text) => {
      out += text;
      return true;
    },
    writeError: (text) => {
      err += text;
    },
    readStdin: () => input.stdin ?? new Uint8Array(0),
    stream: async function* () {
      yield* input.lines ?? [];
    },
  });
  const parse = () =>
    out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as VerifyResult);
  return {
    code,
    out,
    err,
    get results() {
      return parse();
    },
    get result() {
      return parse()[0] as VerifyResult;
    },
  };
}

/** `id: code` of every check with that result, in all documents. */
export function checksThat(outcome: string, { documents, checks = [] }: VerifyResult): string[] {
  return [...checks, ...documents.flatMap((document) => document.checks)]
    .filter(({ result }) => result === outcome)
    .map(({ id, code }) => (code ? `${id}: ${code}` : id));
}

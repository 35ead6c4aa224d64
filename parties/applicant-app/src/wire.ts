import type { CertificateRequests } from '@tegata/application';
import type { Clock } from '@tegata/clock';
import { HttpError, type Peer, type PeerAnswer, type PeerRequest } from '@tegata/http';
import { dpopProof, fromBase64url, type P256Jwk, parseP256Jwk } from '@tegata/jose';
import type { Signer } from '@tegata/keys';
import { parseProblem } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { StepNumber } from '@tegata/tap';
import { z } from 'zod';
import { ApplicantAppError, RefusedByPeer } from './error.ts';

/** The media type of the signed application (RFC 8551 §3.2). */
export const APPLICATION_MEDIA_TYPE = 'application/pkcs7-mime; smime-type=signed-data';

/** An opened session with the SMP. */
export interface Session {
  readonly session: string;
  readonly challenge: Uint8Array;
  readonly expires: Date;
}

/** What the wallet gives for an application. */
export interface WalletKeys {
  readonly attestation: string;
  readonly deviceKeys: readonly P256Jwk[];
  readonly responseKey: P256Jwk;
  /** DER, where certificates were asked for. */
  readonly certificateRequests?: CertificateRequests;
}

/** The PINs that a person chooses for the phone's certificates. */
export interface PhonePins {
  readonly authPin: string;
  readonly signaturePassword: string;
}

const session = z.object({
  session: z.string().regex(/^[\w-]{16,64}$/),
  challenge: z.string().length(43),
  expires: z.iso.datetime(),
});
const walletKeys = z.object({
  attestation: z.string().max(32_768),
  deviceKeys: z.array(z.unknown()).min(1).max(64),
  responseKey: z.unknown(),
  certificateRequests: z.object({ auth: z.base64().max(6_000), sign: z.base64().max(6_000) }).optional(),
});
const resetRequest = z.object({ reference: z.string().regex(/^[\w-]{4,40}$/), nonce: z.string().regex(/^[\w-]{43}$/) });
const permission = z.object({ permission: z.string().regex(/^[\w-]{43}$/) });
const accepted = z.object({ reference: z.string().regex(/^[\w-]{4,40}$/), status: z.string().max(20) });
const words = z.object({ what: z.string(), next: z.string() });
const status = z.object({
  reference: z.string().max(40),
  status: z.string().max(20),
  since: z.string().max(40).optional(),
  waiting: z.string().max(60).nullish(),
  refusal: z.string().max(60).nullish(),
  wants: z.string().max(30).optional(),
  certificates: z.object({ state: z.string().max(20), refusal: z.string().max(60).optional() }).optional(),
  ja: words.nullish(),
  en: words.nullish(),
});

function readSession(value: unknown): Session {
  const opened = session.parse(value);
  const challenge = fromBase64url(opened.challenge);
  return { session: opened.session, challenge, expires: new Date(opened.expires) };
}

function readWalletKeys(value: unknown): WalletKeys {
  const keys = walletKeys.parse(value);
  const der = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  const requests = keys.certificateRequests;
  return {
    attestation: keys.attestation,
    deviceKeys: keys.deviceKeys.map(parseP256Jwk),
    responseKey: parseP256Jwk(keys.responseKey),
    ...(requests ? { certificateRequests: { auth: der(requests.auth), sign: der(requests.sign) } } : {}),
  };
}

/** Where an application stands, in the SMP's words. */
export type ApplicationStatus = z.infer<typeof status>;
/** The SMP's receipt. */
export type Accepted = z.infer<typeof accepted>;

/** The calls of this party. */
export interface Wire {
  openSession(platform: 'ios' | 'android'): Promise<Session>;
  walletKeys(
    challenge: Uint8Array,
    count: number,
    certificates?: PhonePins & { readonly platform: 'ios' | 'android' },
  ): Promise<WalletKeys>;
  sendApplication(session: string, signed: Uint8Array): Promise<Accepted>;
  status(reference: string): Promise<ApplicationStatus>;
  putProvisional(reference: string, status: ApplicationStatus): Promise<void>;
  /** Begins a reset of the PINs of the phone's certificates. */
  beginPinReset(): Promise<{ reference: string; nonce: Uint8Array }>;
  /** Has the SMP permit it. @returns the permission, base64url */
  permitPinReset(session: string, signed: Uint8Array): Promise<string>;
  finishPinReset(permission: string, pins: Partial<PhonePins>): Promise<void>;
}

/**
 * The wires to SMP and wallet. Calls to the SMP are signed with the phone's key (DPoP over method, URL and body).
 * @throws {ApplicantAppError} `smp-unreachable`, `wallet-unreachable`
 * @throws {RefusedByPeer} with the other party's code
 */
export function wireTo(options: { smp: Peer; wallet: Peer; phone: Signer; clock: Clock; random: Random }): Wire {
  const { smp, wallet, phone, clock, random } = options;

  const unreachable = (peer: 'smp' | 'wallet') =>
    peer === 'smp'
      ? new ApplicantAppError('smp-unreachable', 'The intake system cannot be reached, or is not well.')
      : new ApplicantAppError('wallet-unreachable', 'The wallet cannot be reached, or is not well.');

  async function reach(who: 'smp' | 'wallet', call: () => Promise<PeerAnswer>): Promise<PeerAnswer> {
    let answer: PeerAnswer;
    try {
      answer = await call();
    } catch (error) {
      if (error instanceof HttpError) throw unreachable(who);
      throw error;
    }
    if (answer.status < 400) return answer;
    const problem = parseProblem(answer.body);
    if (!problem || (answer.status >= 500 && problem.code === 'internal')) throw unreachable(who);
    throw new RefusedByPeer(problem.code, {
      ...(problem.reference === undefined ? {} : { reference: problem.reference }),
      ...(problem.triesLeft === undefined ? {} : { triesLeft: problem.triesLeft }),
    });
  }

  function understood<T>(who: 'smp' | 'wallet', read: (value: unknown) => T, answer: PeerAnswer): T {
    try {
      return read(answer.json());
    } catch {
      throw unreachable(who);
    }
  }

  async function askSmp(method: string, path: string, request: PeerRequest & { body?: Uint8Array } = {}) {
    const url = new URL(path, smp.url).href;
    const proof = await dpopProof({ signer: phone, method, url, body: request.body, clock, random });
    return reach('smp', () => smp.request(method, path, { ...request, headers: { ...request.headers, DPoP: proof } }));
  }

  const sendSigned = (path: string, sessionId: string, body: Uint8Array, step?: StepNumber) =>
    askSmp('POST', path, {
      body,
      contentType: APPLICATION_MEDIA_TYPE,
      headers: { 'Tegata-Session': sessionId },
      ...(step === undefined ? {} : { step }),
    });

  return {
    async openSession(platform) {
      const body = new TextEncoder().encode(JSON.stringify({ platform }));
      const answer = await askSmp('POST', '/sessions', { body, contentType: 'application/json', step: 1 });
      return understood('smp', readSession, answer);
    },
    async walletKeys(challenge, count, certificates) {
      const json = { challenge: Buffer.from(challenge).toString('base64url'), count, certificates };
      const answer = await reach('wallet', () => wallet.request('POST', '/keys', { json, step: 1 }));
      return understood('wallet', readWalletKeys, answer);
    },
    async sendApplication(sessionId, signed) {
      return understood('smp', accepted.parse, await sendSigned('/applications', sessionId, signed, 3));
    },
    async status(reference) {
      return understood('smp', status.parse, await askSmp('GET', `/applications/${encodeURIComponent(reference)}`));
    },
    async putProvisional(reference, shown) {
      const path = `/provisional/${encodeURIComponent(reference)}`;
      await reach('wallet', () => wallet.request('PUT', path, { json: shown }));
    },
    async beginPinReset() {
      const answer = await reach('wallet', () => wallet.request('POST', '/certificates/pin-resets'));
      const { reference, nonce } = understood('wallet', resetRequest.parse, answer);
      return { reference, nonce: fromBase64url(nonce) };
    },
    async permitPinReset(sessionId, signed) {
      return understood('smp', permission.parse, await sendSigned('/pin-resets', sessionId, signed)).permission;
    },
    async finishPinReset(given, pins) {
      const json = { permission: given, ...pins };
      await reach('wallet', () => wallet.request('PUT', '/certificates/pins', { json }));
    },
  };
}

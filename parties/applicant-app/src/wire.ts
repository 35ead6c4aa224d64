import type { Clock } from '@tegata/clock';
import { HttpError, type Peer, type PeerAnswer, type PeerRequest } from '@tegata/http';
import { dpopProof, fromBase64url, type P256Jwk, parseP256Jwk } from '@tegata/jose';
import type { Signer } from '@tegata/keys';
import { parseProblem } from '@tegata/problem';
import type { Random } from '@tegata/random';
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
});
const accepted = z.object({ reference: z.string().regex(/^[\w-]{4,40}$/), status: z.string().max(20) });
const words = z.object({ what: z.string(), next: z.string() });
const status = z.object({
  reference: z.string().max(40),
  status: z.string().max(20),
  since: z.string().max(40).optional(),
  waiting: z.string().max(60).nullish(),
  refusal: z.string().max(60).nullish(),
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
  return {
    attestation: keys.attestation,
    deviceKeys: keys.deviceKeys.map(parseP256Jwk),
    responseKey: parseP256Jwk(keys.responseKey),
  };
}

/** Where an application stands, in the SMP's words. */
export type ApplicationStatus = z.infer<typeof status>;
/** The SMP's receipt. */
export type Accepted = z.infer<typeof accepted>;

/** The calls of this party. */
export interface Wire {
  openSession(platform: 'ios' | 'android'): Promise<Session>;
  walletKeys(challenge: Uint8Array, count: number): Promise<WalletKeys>;
  sendApplication(session: string, signed: Uint8Array): Promise<Accepted>;
  status(reference: string): Promise<ApplicationStatus>;
  putProvisional(reference: string, status: ApplicationStatus): Promise<void>;
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

  return {
    async openSession(platform) {
      const body = new TextEncoder().encode(JSON.stringify({ platform }));
      const answer = await askSmp('POST', '/sessions', { body, contentType: 'application/json', step: 1 });
      return understood('smp', readSession, answer);
    },
    async walletKeys(challenge, count) {
      const json = { challenge: Buffer.from(challenge).toString('base64url'), count };
      const answer = await reach('wallet', () => wallet.request('POST', '/keys', { json, step: 1 }));
      return understood('wallet', readWalletKeys, answer);
    },
    async sendApplication(sessionId, signed) {
      const answer = await askSmp('POST', '/applications', {
        body: signed,
        contentType: APPLICATION_MEDIA_TYPE,
        headers: { 'Tegata-Session': sessionId },
        step: 3,
      });
      return understood('smp', accepted.parse, answer);
    },
    async status(reference) {
      return understood('smp', status.parse, await askSmp('GET', `/applications/${encodeURIComponent(reference)}`));
    },
    async putProvisional(reference, shown) {
      const path = `/provisional/${encodeURIComponent(reference)}`;
      await reach('wallet', () => wallet.request('PUT', path, { json: shown }));
    },
  };
}

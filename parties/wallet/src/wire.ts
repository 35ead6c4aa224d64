import { CborError, type CborValue, decode } from '@tegata/cbor';
import type { Clock } from '@tegata/clock';
import { HttpError, type Peer, type PeerAnswer } from '@tegata/http';
import { dpopProof, type P256Jwk } from '@tegata/jose';
import type { Signer } from '@tegata/keys';
import { parseProblem } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { StepNumber } from '@tegata/tap';
import { z } from 'zod';
import { WalletError } from './error.ts';
import { type TokenCertificates, tokenCertificatesOf } from './token/token-certificates.ts';

/** A delivery as the wallet provider hands it over: it could not read it. */
export interface Delivery {
  readonly id: string;
  readonly jwe: string;
}

const attested = z.object({ attestation: z.string().max(32_768), id: z.string().regex(/^[\w-]{16,64}$/) });
const deliveries = z.array(z.object({ id: z.string().regex(/^[\w-]{16,64}$/), jwe: z.string().max(360_000) })).max(16);

/** The calls to the wallet provider. */
export interface ProviderWire {
  /** Registers this phone, once; again is harmless. */
  register(): Promise<void>;
  attest(nonce: string, keys: readonly { jwk: P256Jwk; proof: string }[]): Promise<{ attestation: string; id: string }>;
  /** Waits up to `seconds` for a delivery. */
  fetch(seconds: number, signal: AbortSignal): Promise<readonly Delivery[]>;
  sendReceipt(delivery: string, digest: string): Promise<void>;
}

/**
 * The wires to the wallet provider. Every call is signed with the phone's instance key (DPoP over method, URL and body).
 * @throws {WalletError} `wallet-provider-unavailable`
 */
export function wireTo(options: {
  provider: Peer;
  instance: () => Promise<Signer>;
  clock: Clock;
  random: Random;
}): ProviderWire {
  const { provider, clock, random } = options;
  const unavailable = (context: Record<string, string | number> = {}) =>
    new WalletError('wallet-provider-unavailable', 'The wallet provider cannot be reached, or is not well.', context);

  async function once(
    method: string,
    path: string,
    request: { json?: unknown; step?: StepNumber; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<PeerAnswer> {
    const body = request.json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(request.json));
    const url = new URL(path, provider.url).href;
    const DPoP = await dpopProof({ signer: await options.instance(), method, url, body, clock, random });
    const { step, timeoutMs, signal } = request;
    try {
      return await provider.request(method, path, {
        body,
        ...(body ? { contentType: 'application/json' } : {}),
        headers: { DPoP },
        step,
        timeoutMs,
        signal,
      });
    } catch (error) {
      if (error instanceof HttpError) throw unavailable({ rule: error.code });
      throw error;
    }
  }

  const register = async () => {
    const { status } = await once('POST', '/instances', {});
    if (status !== 201) throw unavailable({ status });
  };

  // A provider that has lost its rows is told again who this phone is.
  async function ask(...call: Parameters<typeof once>): Promise<PeerAnswer> {
    let answer = await once(...call);
    if (answer.status >= 400 && parseProblem(answer.body)?.code === 'instance-unknown') {
      await register();
      answer = await once(...call);
    }
    if (answer.status >= 400) throw unavailable({ status: answer.status });
    return answer;
  }

  function understood<T>(schema: z.ZodType<T>, answer: PeerAnswer): T {
    try {
      return schema.parse(answer.json());
    } catch {
      throw unavailable({ rule: 'form' });
    }
  }

  return {
    register,
    async attest(nonce, keys) {
      return understood(attested, await ask('POST', '/key-attestations', { json: { nonce, keys }, step: 1 }));
    },
    async fetch(seconds, signal) {
      const timeoutMs = (seconds + 10) * 1000;
      return understood(deliveries, await ask('GET', `/deliveries?wait=${seconds}`, { timeoutMs, signal, step: 8 }));
    },
    async sendReceipt(delivery, digest) {
      await ask('POST', `/deliveries/${delivery}/receipt`, { json: { digest }, step: 8 });
    },
  };
}

/** What is inside a delivery: a card, certificates, or both. */
export interface Delivered {
  readonly reference: string;
  readonly issuerSigned?: Uint8Array;
  readonly certificates?: {
    readonly certificates: TokenCertificates;
    /** 32 octets that the SMP and this phone share: what a permission to reset the PINs is checked with. */
    readonly resetKey: Uint8Array;
  };
}

/**
 * Reads what is inside a delivery: `{"reference": tstr, ? "issuerSigned": bstr, ? "certificates": {"auth": bstr, "authCa": bstr,
 * "sign": bstr, "signCa": bstr}, ? "resetKey": bstr .size 32}`; at least one of the two, and a reset key exactly with certificates.
 * @throws {WalletError} `delivery-unreadable`
 */
export function decodeDelivery(plaintext: Uint8Array): Delivered {
  let value: CborValue;
  try {
    value = decode(plaintext, { maxDepth: 3, maxItems: 24 });
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw new WalletError('delivery-unreadable', 'The delivery is not CBOR.', { rule: error.code });
  }
  const malformed = () => new WalletError('delivery-unreadable', 'The delivery does not have its form.');
  if (!(value instanceof Map)) throw malformed();
  const [reference, issuerSigned, certificates, resetKey] = [
    'reference',
    'issuerSigned',
    'certificates',
    'resetKey',
  ].map((member) => value.get(member));
  if (typeof reference !== 'string' || !/^[\w-]{4,40}$/.test(reference)) throw malformed();
  if (value.has('issuerSigned') && !(issuerSigned instanceof Uint8Array)) throw malformed();
  if (!value.has('certificates')) {
    if (!(issuerSigned instanceof Uint8Array) || value.has('resetKey')) throw malformed();
    return { reference, issuerSigned };
  }
  if (!(resetKey instanceof Uint8Array) || resetKey.length !== 32) throw malformed();
  return {
    reference,
    ...(issuerSigned instanceof Uint8Array ? { issuerSigned } : {}),
    certificates: { certificates: tokenCertificatesOf(certificates), resetKey },
  };
}

import { type CborValue, decode, Tagged } from '@tegata/cbor';
import { CoseError, parseCoseKey } from '@tegata/cose';
import { hexValue } from './octets.ts';
import { type Row, row, type View } from './section.ts';
import { mapOf } from './value.ts';

const ALGORITHMS: Readonly<Record<string, string>> = {
  '-7': 'ES256',
  '-8': 'EdDSA',
  '-9': 'ESP256',
  '-19': 'Ed25519',
  '-35': 'ES384',
  '-36': 'ES512',
  '-51': 'ESP384',
  '-52': 'ESP512',
  '5': 'HMAC 256/256',
};

/** A COSE_Sign1 or COSE_Mac0, taken apart without judging it. */
export interface CoseParts {
  readonly algorithm: string;
  /** Certificates of x5chain, signer first. */
  readonly chain: readonly Uint8Array[];
  /** `null` when it is detached. */
  readonly payload: Uint8Array | null;
  readonly signature: Uint8Array;
}

/** The parts, or `undefined` when the value is no such array of four. */
export function coseParts(value: CborValue): CoseParts | undefined {
  const array = value instanceof Tagged && (value.tag === 17 || value.tag === 18) ? value.value : value;
  if (!Array.isArray(array) || array.length !== 4) return undefined;
  const [protectedBytes, unprotectedHeaders, payload, signature] = array as CborValue[];
  if (!(protectedBytes instanceof Uint8Array) || !(unprotectedHeaders instanceof Map)) return undefined;
  if (!(signature instanceof Uint8Array) || !(payload === null || payload instanceof Uint8Array)) return undefined;
  const protectedHeaders = mapOf(protectedBytes.length === 0 ? new Map() : attempt(() => decode(protectedBytes)));
  const alg = protectedHeaders.get(1);
  const chain = unprotectedHeaders.get(33) ?? protectedHeaders.get(33);
  return {
    algorithm: ALGORITHMS[String(alg)] ?? (alg === undefined ? 'not in the protected header' : String(alg)),
    chain: (Array.isArray(chain) ? chain : [chain]).filter((one): one is Uint8Array => one instanceof Uint8Array),
    payload,
    signature,
  };
}

/** Rows for a signed message. */
export function coseRows(parts: CoseParts, view: View): Row[] {
  return [
    row('algorithm', parts.algorithm),
    row('certificates (x5chain)', parts.chain.length),
    row('payload', parts.payload === null ? 'detached' : `${parts.payload.length} bytes`),
    row('signature', hexValue(parts.signature, view, 96)),
  ];
}

/** A COSE_Key in one line. */
export function coseKeyText(value: CborValue, view: View): string {
  try {
    const { kty, curve, x, y } = parseCoseKey(value);
    return [`${kty} ${curve}`, `x ${hexValue(x, view, 66)}`, ...(y ? [`y ${hexValue(y, view, 66)}`] : [])].join('\n');
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    return `not a public key that is known here: ${error.message}`;
  }
}

function attempt(read: () => CborValue): CborValue {
  try {
    return read();
  } catch {
    return undefined;
  }
}

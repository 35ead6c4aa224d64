import { CborError, type CborMap, type CborValue, decode, Tagged } from '@tegata/cbor';
import { CoseError, type CoseMessage, HEADER, parseSign1, verifyMac0, verifySign1, x5chain } from '@tegata/cose';
import { StatusListError } from './error.ts';
import type { TrustedSigner } from './signer.ts';

/** Claim keys of a CWT (RFC 8392; Token Status List §6.3; ISO/IEC 18013-5 §12.3.6). */
export const CLAIM = {
  sub: 2,
  exp: 4,
  nbf: 5,
  iat: 6,
  typ: 16,
  identifierList: 65530,
  statusList: 65533,
  ttl: 65534,
  status: 65535,
} as const;

/** The header in which a COSE message says what it is (RFC 9596). */
export const TYP_HEADER = 16;

const MAX_TOKEN_OCTETS = 16 * 1024 * 1024;
const limits = { maxBytes: MAX_TOKEN_OCTETS, maxDepth: 8, maxItems: 2_000_000 };

/** The claims of a CWT whose signature holds. */
export interface VerifiedCwt {
  readonly claims: CborMap;
  readonly protectedHeaders: CborMap;
}

/**
 * Verifies a CWT that is a tagged COSE_Sign1 or COSE_Mac0, the type of which the caller checks.
 * @throws {StatusListError} `structure` `algorithm` `signer-untrusted` `signature`
 */
export function verifyCwt(token: Uint8Array, signer: TrustedSigner): VerifiedCwt {
  const value = decodeCbor(token);
  if (!(value instanceof Tagged) || (value.tag !== 18 && value.tag !== 17)) {
    throw new StatusListError('structure', 'The token is not a tagged COSE_Sign1 or COSE_Mac0.');
  }
  const mac = value.tag === 17;
  const message = fromCose(() => (mac ? parseSign1(value.value) : parseSign1(value, 'require')));
  const kid = message.protectedHeaders.get(HEADER.kid) ?? message.unprotectedHeaders.get(HEADER.kid);
  const key = signer({
    form: 'cwt',
    x5chain: chainOf(message),
    ...(kid instanceof Uint8Array ? { kid } : {}),
  });
  if (!key) throw new StatusListError('signer-untrusted', 'Nobody who is trusted has signed the token.');
  if (mac !== (key.type === 'secret')) {
    throw new StatusListError('algorithm', 'The token is not secured in the way that the key allows.');
  }
  const verified = fromCose(() =>
    mac
      ? verifyMac0({ mac0: value, key: new Uint8Array(key.export()), tag: 'require' })
      : verifySign1({ sign1: message, publicKey: key }),
  );
  const claims = verified.payload === null ? null : decodeCbor(verified.payload);
  if (!(claims instanceof Map)) throw new StatusListError('structure', 'The token holds no claims.');
  return { claims, protectedHeaders: verified.protectedHeaders };
}

function chainOf(message: CoseMessage): Uint8Array[] {
  const carried = message.protectedHeaders.has(HEADER.x5chain) || message.unprotectedHeaders.has(HEADER.x5chain);
  return carried ? fromCose(() => x5chain(message)) : [];
}

function decodeCbor(bytes: Uint8Array): CborValue {
  try {
    return decode(bytes, limits);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw new StatusListError('structure', `The token is not valid CBOR: ${error.message}`, { rule: error.code });
  }
}

function fromCose<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new StatusListError(coseCode(error), error.message, { rule: error.code });
  }
}

function coseCode({ code }: CoseError): 'signature' | 'algorithm' | 'structure' {
  if (code === 'signature-invalid' || code === 'signature-form' || code === 'mac-invalid') return 'signature';
  return code.startsWith('alg-') || code.startsWith('key-') ? 'algorithm' : 'structure';
}

import type { Clock } from '@tegata/clock';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import {
  type Certificate,
  type Check,
  parseCertificate,
  type Report,
  report,
  verifyPath,
  X509Error,
} from '@tegata/x509';
import { JoseError } from './error.ts';
import { toBase64url } from './json.ts';
import { type P256Jwk, parseP256Jwk } from './jwk.ts';
import { parseJwt, signatureFits, signJwt, type UnverifiedJwt } from './jws.ts';

/** `typ` of a key attestation (OpenID4VCI 1.0, appendix D). */
export const KEY_ATTESTATION_TYPE = 'key-attestation+jwt';
/** The most keys that one attestation speaks for. */
export const MAX_ATTESTED_KEYS = 64;
const CLOCK_SKEW_SECONDS = 60;
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;

/** Attack potential resistance of ISO/IEC 18045, as OpenID4VCI names it. */
export type Resistance = 'iso_18045_high' | 'iso_18045_moderate' | 'iso_18045_enhanced-basic' | 'iso_18045_basic';
const RESISTANCES: readonly string[] = [
  'iso_18045_high',
  'iso_18045_moderate',
  'iso_18045_enhanced-basic',
  'iso_18045_basic',
];

/** What a wallet provider says about keys. */
export interface KeyAttestationOptions {
  readonly signer: Signer;
  /** DER, leaf first, without the root. */
  readonly certificateChain: readonly Uint8Array[];
  readonly attestedKeys: readonly P256Jwk[];
  /** The issuer's challenge in base64url. */
  readonly nonce: string;
  readonly keyStorage: readonly Resistance[];
  readonly userAuthentication: readonly Resistance[];
  readonly lifetimeSeconds: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Signs a key attestation JWT (OpenID4VCI 1.0, appendix D) with ES256 and an x5c chain that leaves the root out.
 * @throws {JoseError} `jose-algorithm`, `jose-key`
 * @example
 * const { attestation, id } = await signKeyAttestation({ signer, certificateChain, attestedKeys, nonce, keyStorage: ['iso_18045_basic'], … });
 */
export async function signKeyAttestation(options: KeyAttestationOptions): Promise<{ attestation: string; id: string }> {
  if (options.attestedKeys.length < 1 || options.attestedKeys.length > MAX_ATTESTED_KEYS) {
    throw new JoseError('jose-key', `An attestation speaks for 1 to ${MAX_ATTESTED_KEYS} keys.`);
  }
  const id = toBase64url(options.random.bytes(16));
  const iat = Math.floor(options.clock.now().getTime() / 1000);
  const attestation = await signJwt({
    signer: options.signer,
    header: {
      typ: KEY_ATTESTATION_TYPE,
      // x5c is base64 with padding, unlike everything else in JOSE (RFC 7515 §4.1.6).
      x5c: options.certificateChain.map((der) => Buffer.from(der).toString('base64')),
    },
    claims: {
      jti: id,
      iat,
      exp: iat + options.lifetimeSeconds,
      nonce: options.nonce,
      attested_keys: options.attestedKeys.map(parseP256Jwk),
      key_storage: options.keyStorage,
      user_authentication: options.userAuthentication,
    },
  });
  return { attestation, id };
}

/** The checks of an attestation, in the order in which they are made. */
type CheckId =
  | 'structure'
  | 'chain'
  | 'signature'
  | 'time'
  | 'nonce'
  | 'attested-keys'
  | 'key-storage'
  | 'user-authentication';

/** What an attestation says, once every check has passed. */
export interface KeyAttestation {
  /** Its `jti`: the wallet provider's name for it, and the address of deliveries. */
  readonly id: string;
  readonly attestedKeys: readonly P256Jwk[];
  readonly keyStorage: readonly string[];
  readonly userAuthentication: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** All checks, and the content only where none of them failed. */
export interface KeyAttestationReport extends Report {
  readonly verified?: KeyAttestation;
}

/** What to compare an attestation with. */
export interface VerifyKeyAttestationOptions {
  readonly attestation: string;
  /** Attestation roots of the wallet providers that are trusted, DER. */
  readonly trustAnchors: readonly Uint8Array[];
  readonly clock: Clock;
  /** The challenge that was given out, base64url. */
  readonly nonce: string;
  /** The lowest resistance that is accepted for storage and user authentication; `iso_18045_basic` by default. */
  readonly leastResistance?: Resistance;
}

function certificatesOf(jwt: UnverifiedJwt): Certificate[] {
  const x5c = jwt.header['x5c'];
  if (!Array.isArray(x5c) || x5c.length < 1 || x5c.length > 4) {
    throw new JoseError('jose-malformed', 'A key attestation carries 1 to 4 certificates in x5c.');
  }
  return x5c.map((entry: unknown) => {
    const der = typeof entry === 'string' ? Buffer.from(entry, 'base64') : undefined;
    if (!der || der.toString('base64') !== entry) throw new JoseError('jose-malformed', 'x5c holds base64 strings.');
    return parseCertificate(new Uint8Array(der));
  });
}

function fits(jwt: UnverifiedJwt, certificate: Certificate): boolean {
  try {
    return signatureFits(jwt, certificate.publicKey);
  } catch (error) {
    // A certificate can hold a key that nobody here knows: then nothing fits it.
    if (error instanceof X509Error) return false;
    throw error;
  }
}

function resistances(value: unknown, least: Resistance): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length < 1 || value.length > 8) return undefined;
  const allowed = RESISTANCES.slice(0, RESISTANCES.indexOf(least) + 1);
  return value.some((entry) => allowed.includes(entry as string)) ? (value as string[]) : undefined;
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';

/**
 * Checks a key attestation JWT (OpenID4VCI 1.0, appendix D): structure, certificate path to a given anchor, signature, times,
 * nonce, keys, and how well keys and user are guarded. Whether the keys are those of the application is the caller's to compare.
 * Never throws on hostile input: the report says what failed, and checks behind a failure are `not_performed`.
 * @example
 * const report = verifyKeyAttestation({ attestation, trustAnchors, clock, nonce });
 * if (report.verified) use(report.verified.attestedKeys);
 */
export function verifyKeyAttestation(options: VerifyKeyAttestationOptions): KeyAttestationReport {
  const checks: Check[] = [];
  const clause = 'OpenID4VCI 1.0, appendix D.1';
  const passed = (id: CheckId) => checks.push({ id, result: 'passed', clause });
  const failed = (id: CheckId, code: string, detail: string) =>
    checks.push({ id, result: 'failed', code, detail, clause });
  const check = (id: CheckId, holds: boolean, code: string, detail: string) =>
    holds ? passed(id) : failed(id, code, detail);
  const rest: CheckId[] = [
    'chain',
    'signature',
    'time',
    'nonce',
    'attested-keys',
    'key-storage',
    'user-authentication',
  ];

  let jwt: UnverifiedJwt;
  let certificates: Certificate[];
  try {
    jwt = parseJwt(options.attestation, KEY_ATTESTATION_TYPE);
    certificates = certificatesOf(jwt);
    passed('structure');
  } catch (error) {
    failed('structure', codeOf(error), 'This is not a key attestation JWT with certificates.');
    return report([...checks, ...rest.map((id) => ({ id, result: 'not_performed' as const, clause }))]);
  }

  const [leaf, ...intermediates] = certificates as [Certificate, ...Certificate[]];
  const now = options.clock.now();
  const isAnchor = (certificate: Certificate) =>
    options.trustAnchors.some((anchor) => Buffer.compare(anchor, certificate.raw) === 0);
  if (certificates.some(isAnchor)) {
    failed('chain', 'anchor-in-chain', 'The chain must leave the trust anchor out (HAIP 1.0).');
  } else {
    const path = verifyPath({
      leaf,
      intermediates,
      anchors: options.trustAnchors.map((der) => parseCertificate(der)),
      at: now,
      profile: 'key-attestation',
    });
    const bad = path.checks.find(({ result }) => result === 'failed');
    check('chain', !bad, bad?.code ?? bad?.id ?? 'untrusted', 'The chain does not lead to a trusted wallet provider.');
  }
  check('signature', fits(jwt, leaf), 'signature', 'The signature does not fit the first certificate.');

  const { jti, iat, exp, nonce, attested_keys: keys } = jwt.claims;
  const seconds = now.getTime() / 1000;
  const timed =
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp) &&
    (iat as number) <= seconds + CLOCK_SKEW_SECONDS &&
    (exp as number) > seconds &&
    (exp as number) > (iat as number) &&
    (exp as number) - (iat as number) <= MAX_LIFETIME_SECONDS;
  check('time', timed, 'time', 'The attestation is expired, not yet valid, or runs longer than a day.');
  check('nonce', nonce === options.nonce, 'nonce', 'The attestation was made for another challenge.');

  let attestedKeys: P256Jwk[] = [];
  try {
    if (!Array.isArray(keys) || keys.length < 1 || keys.length > MAX_ATTESTED_KEYS)
      throw new JoseError('jose-key', 'No keys.');
    attestedKeys = keys.map(parseP256Jwk);
    const distinct = new Set(attestedKeys.map(({ x, y }) => `${x}.${y}`));
    check('attested-keys', distinct.size === keys.length, 'repeated-key', 'One key stands in the attestation twice.');
  } catch (error) {
    failed('attested-keys', codeOf(error), `An attestation speaks for 1 to ${MAX_ATTESTED_KEYS} public P-256 keys.`);
  }

  const least = options.leastResistance ?? 'iso_18045_basic';
  const storage = resistances(jwt.claims['key_storage'], least);
  const authentication = resistances(jwt.claims['user_authentication'], least);
  check('key-storage', storage !== undefined, 'too-weak', `Keys must be guarded at least as ${least}.`);
  check('user-authentication', authentication !== undefined, 'too-weak', `Users must be known at least as ${least}.`);

  const id = typeof jti === 'string' && /^[\w-]{16,64}$/.test(jti) ? jti : undefined;
  if (id === undefined)
    checks[0] = { id: 'structure', result: 'failed', code: 'jti', detail: 'jti is missing.', clause };
  if (!id || !storage || !authentication || checks.some(({ result }) => result === 'failed')) return report(checks);
  return {
    ...report(checks),
    verified: {
      id,
      attestedKeys,
      keyStorage: storage,
      userAuthentication: authentication,
      issuedAt: new Date((iat as number) * 1000),
      expiresAt: new Date((exp as number) * 1000),
    },
  };
}

import { createHash } from 'node:crypto';
import { RelyingPartyError } from './error.ts';

/**
 * What proves later that a signature was good when it was accepted: keep it beside the document. The OCSP answer carries, as its
 * nonce, a digest of the document and a salt, so that the responder's own signature says: this document existed, and this
 * certificate was good, at that time.
 */
export interface SignatureEvidence {
  /** Time of acceptance. */
  readonly at: Date;
  /** DER of the signer's certificate. */
  readonly certificate: Uint8Array;
  /** DER of the CA that issued it. */
  readonly issuer: Uint8Array;
  /** DER of the OCSP answer. */
  readonly response: Uint8Array;
  /** 32 random octets. */
  readonly salt: Uint8Array;
}

const FORMAT = 'tegata-signature-evidence/1';
const MAX_BYTES = 65_536;
const octets = ['certificate', 'issuer', 'response', 'salt'] as const;

/** The nonce of the OCSP question that binds the answer to a document: SHA-256 over format, salt and both digests. */
export function documentNonce(salt: Uint8Array, cms: Uint8Array, content: Uint8Array | undefined): Uint8Array {
  const digest = (data: Uint8Array) => createHash('sha256').update(data).digest();
  const hash = createHash('sha256').update(`${FORMAT}\n`).update(salt).update(digest(cms));
  return new Uint8Array(hash.update(digest(content ?? new Uint8Array(0))).digest());
}

/**
 * Writes evidence as JSON, octets in base64url. It holds the signer's certificate, so it is personal data.
 * @example
 * await writeFile(`${id}.evidence.json`, encodeEvidence(report.evidence));
 */
export function encodeEvidence(evidence: SignatureEvidence): string {
  const text = Object.fromEntries(octets.map((name) => [name, Buffer.from(evidence[name]).toString('base64url')]));
  return `${JSON.stringify({ format: FORMAT, at: evidence.at.toISOString(), ...text })}\n`;
}

/**
 * Reads evidence. That it proves something is for `reverifySignedDocument` to say.
 * @throws {RelyingPartyError} `evidence-malformed`
 */
export function decodeEvidence(text: string): SignatureEvidence {
  const malformed = new RelyingPartyError('evidence-malformed', `This is not JSON of the form ${FORMAT}.`);
  if (text.length > MAX_BYTES) throw malformed;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed;
  }
  if (typeof value !== 'object' || value === null) throw malformed;
  const members = value as Record<string, unknown>;
  const at = new Date(typeof members['at'] === 'string' ? members['at'] : Number.NaN);
  if (members['format'] !== FORMAT || Number.isNaN(at.getTime())) throw malformed;
  const [certificate, issuer, response, salt] = octets.map((name) => {
    const member = members[name];
    if (typeof member !== 'string' || !/^[\w-]+$/.test(member)) throw malformed;
    return new Uint8Array(Buffer.from(member, 'base64url'));
  }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  if (salt.length !== 32) throw malformed;
  return { at, certificate, issuer, response, salt };
}

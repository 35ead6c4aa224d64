import { der } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import { keyIdentifier } from './extension.ts';
import { signatureAlgorithmDer } from './signature-algorithm.ts';

/** Reasons of revocation that we use, with their numbers (RFC 5280 §5.3.1). */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
} as const;

/** The name of a reason. */
export type RevocationReason = keyof typeof revocationReasons;

/** The status of one certificate. */
export type OcspStatus =
  | { readonly status: 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason?: RevocationReason };

/** One answer: `certId` is the DER of the CertID as the request had it, so SHA-1 and SHA-256 are answered alike. */
export interface OcspAnswer {
  readonly certId: Uint8Array;
  readonly status: OcspStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
}

/** What a response says. */
export interface OcspContent {
  readonly answers: readonly OcspAnswer[];
  readonly producedAt: Date;
  /** The request's nonce, echoed. */
  readonly nonce?: Uint8Array;
}

const OCSP_BASIC = der.oid('1.3.6.1.5.5.7.48.1.1');
const OCSP_NONCE = der.oid('1.3.6.1.5.5.7.48.1.2');
const SUCCESSFUL = der.enumerated(0);
/** identifier, length and the 15 octets of a GeneralizedTime. */
const TIME_OCTETS = 17;

/**
 * Makes the signed responses of one responder. What does not change from one to the next (its name, the algorithm, the certificates) is
 * encoded once; the rest is written straight into one buffer, since a responder of a nation does hardly anything else.
 * @returns a function from content to the DER of an OCSPResponse
 * @example
 * const answer = ocspWriter({ signer, certificates: [responder] });
 * await answer({ answers: [{ certId, status: { status: 'good' }, thisUpdate, nextUpdate }], producedAt, nonce });
 */
export function ocspWriter(responder: {
  readonly signer: Signer;
  readonly certificates: readonly Uint8Array[];
}): (content: OcspContent) => Promise<Uint8Array> {
  const { signer, certificates } = responder;
  const responderId = der.explicit(2, der.octetString(keyIdentifier(signer.publicKey)));
  const algorithm = signatureAlgorithmDer(signer);
  const certs = certificates.length > 0 ? der.explicit(0, der.sequence(...certificates)) : new Uint8Array();
  const writeTime = timeWriter();
  return async (content) => {
    const tbs = responseData(content, responderId, writeTime);
    const signature = await signer.sign(tbs);
    const bits = 1 + signature.length;
    const basic = tbs.length + algorithm.length + wrapped(bits) + certs.length;
    const typed = OCSP_BASIC.length + wrapped(wrapped(basic));
    const out = new Writer(wrapped(SUCCESSFUL.length + wrapped(wrapped(typed))));
    out.head(0x30, SUCCESSFUL.length + wrapped(wrapped(typed)));
    out.put(SUCCESSFUL);
    out.head(0xa0, wrapped(typed));
    out.head(0x30, typed);
    out.put(OCSP_BASIC);
    out.head(0x04, wrapped(basic));
    out.head(0x30, basic);
    out.put(tbs);
    out.put(algorithm);
    out.head(0x03, bits);
    out.octet(0);
    out.put(signature);
    out.put(certs);
    return out.bytes;
  };
}

type TimeWriter = (out: Writer, time: Date) => void;

/** ResponseData (RFC 6960 §4.2.1): version 1 left out. */
function responseData(content: OcspContent, responderId: Uint8Array, writeTime: TimeWriter): Uint8Array {
  const { answers, nonce } = content;
  let list = 0;
  for (const answer of answers) list += wrapped(singleLength(answer));
  // Extensions { Extension { id, OCTET STRING { OCTET STRING } } }
  const inner = nonce ? OCSP_NONCE.length + wrapped(wrapped(nonce.length)) : 0;
  const extensions = nonce ? wrapped(wrapped(wrapped(inner))) : 0;
  const length = responderId.length + TIME_OCTETS + wrapped(list) + extensions;
  const out = new Writer(wrapped(length));
  out.head(0x30, length);
  out.put(responderId);
  writeTime(out, content.producedAt);
  out.head(0x30, list);
  for (const answer of answers) writeSingle(out, answer, writeTime);
  if (nonce) {
    out.head(0xa1, wrapped(wrapped(inner)));
    out.head(0x30, wrapped(inner));
    out.head(0x30, inner);
    out.put(OCSP_NONCE);
    out.head(0x04, wrapped(nonce.length));
    out.head(0x04, nonce.length);
    out.put(nonce);
  }
  return out.bytes;
}

/** `[0] { ENUMERATED }` of a reason: five octets. */
const REASON_OCTETS = 5;

function statusLength({ status }: OcspAnswer): number {
  if (status.status !== 'revoked') return 0;
  return TIME_OCTETS + (status.reason ? REASON_OCTETS : 0);
}

function singleLength(answer: OcspAnswer): number {
  const next = answer.nextUpdate ? wrapped(TIME_OCTETS) : 0;
  return answer.certId.length + wrapped(statusLength(answer)) + TIME_OCTETS + next;
}

function writeSingle(out: Writer, answer: OcspAnswer, writeTime: TimeWriter): void {
  const { status } = answer;
  out.head(0x30, singleLength(answer));
  out.put(answer.certId);
  if (status.status === 'revoked') {
    out.head(0xa1, statusLength(answer));
    writeTime(out, status.revokedAt);
    if (status.reason) {
      out.head(0xa0, 3);
      out.head(0x0a, 1);
      out.octet(revocationReasons[status.reason]);
    }
  } else out.head(status.status === 'good' ? 0x80 : 0x82, 0);
  writeTime(out, answer.thisUpdate);
  if (answer.nextUpdate) {
    out.head(0xa0, TIME_OCTETS);
    writeTime(out, answer.nextUpdate);
  }
}

/** Writes GeneralizedTimes; within one second most are the same few. */
function timeWriter(): TimeWriter {
  const kept = new Map<number, Uint8Array>();
  return (out, time) => {
    const second = Math.floor(time.getTime() / 1000);
    let encoded = kept.get(second);
    if (!encoded) {
      encoded = der.generalizedTime(time);
      if (kept.size > 64) kept.clear();
      kept.set(second, encoded);
    }
    out.put(encoded);
  };
}

/** Octets of an element with so much content. */
function wrapped(length: number): number {
  return length + (length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x1_0000 ? 4 : 5);
}

/** A buffer of the right size from the start, filled from left to right. */
class Writer {
  readonly bytes: Uint8Array;
  #at = 0;
  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  octet(value: number): void {
    this.bytes[this.#at++] = value;
  }

  put(part: Uint8Array): void {
    this.bytes.set(part, this.#at);
    this.#at += part.length;
  }

  /** Identifier and length. */
  head(tag: number, length: number): void {
    this.octet(tag);
    if (length >= 0x80) {
      const octets = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
      this.octet(0x80 | octets);
      for (let shift = 8 * (octets - 1); shift > 0; shift -= 8) this.octet((length >> shift) & 0xff);
    }
    this.octet(length & 0xff);
  }
}

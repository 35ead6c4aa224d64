import { createHash } from 'node:crypto';
import type { OcspStatus } from '@tegata/x509-build';

/** A response without nonce that was signed once and is given to many. */
export interface KeptAnswer {
  readonly body: Uint8Array;
  readonly status: OcspStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** For caches: a digest of the body. */
  readonly etag: string;
}

interface Entry {
  answer: KeptAnswer;
  /** When the rows were last asked whether it is still so. */
  checkedAt: number;
}

/** Signed answers, the ones asked for of late, at most so many. */
export interface KeptAnswers {
  /**
   * The answer to a CertID (its octets) about a certificate; signed anew only when it is half through its life or its status changed.
   */
  answer(question: {
    readonly certificate: string;
    readonly certId: Uint8Array;
    readonly now: Date;
    readonly look: () => Promise<OcspStatus>;
    readonly sign: (status: OcspStatus) => Promise<Omit<KeptAnswer, 'etag' | 'status'>>;
  }): Promise<KeptAnswer>;
  /** Forgets what was said of a certificate, because its status changed. */
  forget(certificate: string): void;
  readonly size: number;
}

/** How long an answer is given out without asking the rows again: another process may have changed them. */
const CHECK_MS = 60_000;
/** One certificate has a CertID in SHA-1 and one in SHA-256; requesters that write them oddly do not push out others. */
const MAX_FORMS = 4;

/**
 * Keeps signed answers for relying parties, who send no nonce. `unknown` is not kept: a flood of made-up numbers takes no memory and
 * pushes nothing out.
 * @param limit certificates for which answers are kept; an answer takes about 1.5 kB
 */
export function keptAnswers(limit = 20_000): KeptAnswers {
  // A Map keeps the order of insertion: what was used last stands last, the first goes when there is no room.
  const kept = new Map<string, Map<string, Entry>>();
  // Grows when something is forgotten: what was looked up before then is not kept.
  let changes = 0;

  const keep = (certificate: string, form: string, entry: Entry) => {
    const forms = kept.get(certificate) ?? new Map<string, Entry>();
    if (forms.size >= MAX_FORMS && !forms.has(form)) forms.clear();
    forms.set(form, entry);
    kept.set(certificate, forms);
    if (kept.size > limit) kept.delete(kept.keys().next().value as string);
  };

  return {
    async answer({ certificate, certId, now, look, sign }) {
      const form = Buffer.from(certId.buffer, certId.byteOffset, certId.length).toString('latin1');
      const forms = kept.get(certificate);
      const entry = forms?.get(form);
      if (forms && entry && isFresh(entry.answer, now)) {
        const age = now.getTime() - entry.checkedAt;
        if (age >= 0 && age < CHECK_MS) {
          kept.delete(certificate);
          kept.set(certificate, forms);
          return entry.answer;
        }
      }
      const before = changes;
      const status = await look();
      if (entry && isFresh(entry.answer, now) && sameStatus(entry.answer.status, status)) {
        if (before === changes) entry.checkedAt = now.getTime();
        return entry.answer;
      }
      const signed = await sign(status);
      const etag = `"${createHash('sha256').update(signed.body).digest('hex')}"`;
      const answer = { ...signed, status, etag };
      if (status.status === 'unknown') kept.delete(certificate);
      else if (before === changes) keep(certificate, form, { answer, checkedAt: now.getTime() });
      return answer;
    },
    forget: (certificate) => {
      changes++;
      kept.delete(certificate);
    },
    get size() {
      return kept.size;
    },
  };
}

/** Whether more than half of its life is left, and it has begun: a clock may have been set back. */
function isFresh({ thisUpdate, nextUpdate }: KeptAnswer, now: Date): boolean {
  const [from, until, at] = [thisUpdate.getTime(), nextUpdate.getTime(), now.getTime()];
  return at >= from && at - from < (until - from) / 2;
}

function sameStatus(a: OcspStatus, b: OcspStatus): boolean {
  if (a.status !== 'revoked' || b.status !== 'revoked') return a.status === b.status;
  return a.reason === b.reason && a.revokedAt.getTime() === b.revokedAt.getTime();
}

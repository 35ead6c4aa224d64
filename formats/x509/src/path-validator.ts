import { asRoot, type Certificate } from './certificate.ts';
import { type PathReport, type PathTrust, verifyPath } from './path.ts';

/** What is trusted, and how much may be remembered. */
export interface PathValidatorOptions extends PathTrust {
  /** Leaves whose path is remembered (default 1000); the least recently met go first. */
  readonly maxEntries?: number;
}

/** Validates paths to one list of anchors under one profile. */
export interface PathValidator {
  /** The anchors as read. */
  readonly anchors: readonly Certificate[];
  /**
   * As {@link verifyPath}, for one leaf and what came along with it. The report of a known leaf is the same object again, so it
   * must not be changed; its `leaf` is the parsed certificate with its key.
   */
  verify(leaf: Uint8Array, at: Date, intermediates?: readonly Uint8Array[]): PathReport;
}

interface Known {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly report: PathReport;
  /** Between these instants, in milliseconds, no check of the report can come out another way. */
  readonly from: number;
  readonly until: number;
}

/**
 * A validator that remembers: a certificate is read and its signatures are verified once, by its exact octets; what depends
 * on the time is asked anew whenever the time leaves the span in which the whole path is valid. Only paths that reach an
 * anchor are remembered, so that a stranger's certificates cannot push out those of the real issuers.
 * @throws {X509Error} when an anchor cannot be read
 * @example
 * const signers = createPathValidator({ anchors: iacaRoots, profile: 'ds' });
 * const path = signers.verify(x5chain[0], clock.now());
 * path.result === 'passed' && path.leaf?.publicKey;
 */
export function createPathValidator(options: PathValidatorOptions): PathValidator {
  const anchors = options.anchors.map((anchor) => asRoot(anchor, options.mode ?? 'strict'));
  const trust: PathTrust = { ...options, anchors };
  const half = Math.max(1, Math.ceil((options.maxEntries ?? 1000) / 2));
  // Two generations make a bounded memory of the recently met without any bookkeeping when a known leaf comes again.
  let young = new Map<string, Known>();
  let old = new Map<string, Known>();

  const remember = (key: string, known: Known) => {
    if (young.size >= half) {
      old = young;
      young = new Map();
    }
    young.set(key, known);
  };

  return {
    anchors,
    verify(leaf, at, intermediates = []) {
      const key = keyOf(leaf, intermediates);
      let known = young.get(key);
      if (!known) {
        known = old.get(key);
        if (known) remember(key, known);
      }
      const now = at.getTime();
      if (known && known.from <= now && now <= known.until) return known.report;
      const report = known
        ? verifyPath({ ...trust, leaf: known.leaf, intermediates: known.intermediates, at })
        : verifyPath({ ...trust, leaf, intermediates, at });
      if (report.anchor && report.leaf && !known) {
        const above = report.chain.slice(1);
        remember(key, {
          leaf: report.leaf,
          intermediates: above.slice(0, -1),
          ...spanOf(report, now),
          report,
        });
      }
      return report;
    },
  };
}

/** The span in which every certificate of the path is valid; nothing when it is not valid at the time of the report. */
function spanOf({ chain }: PathReport, now: number): { from: number; until: number } {
  const from = Math.max(...chain.map(({ notBefore }) => notBefore.getTime()));
  const until = Math.min(...chain.map(({ notAfter }) => notAfter.getTime()));
  return from <= now && now <= until ? { from, until } : { from: 1, until: 0 };
}

/** The octets themselves, each part with its length: two different questions cannot share a key. */
function keyOf(leaf: Uint8Array, intermediates: readonly Uint8Array[]): string {
  if (intermediates.length === 0) return latin1(leaf);
  return [leaf, ...intermediates].map((part) => `${part.length}:${latin1(part)}`).join('');
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

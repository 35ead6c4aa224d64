import { type Certificate, type Check, type Report, report } from '@tegata/x509';
import { MdocError } from '../error.ts';
import { type AcceptedList, checkCurrency, checkDeviations, checkSigner, type ListTrust } from './signed-list.ts';
import { parseVical, type Vical } from './vical.ts';

/** A root of a verified list, for its document types alone. Fits `trustAnchors` of the verifier. */
export interface ListedAnchor {
  readonly certificate: Certificate;
  readonly docTypes: readonly string[];
}

/** What a VICAL came to. */
export interface VicalReport extends Report {
  /** Empty unless the list as a whole passed. */
  readonly anchors: readonly ListedAnchor[];
  /** To be kept, and given as `lastAccepted` with the next list; absent unless the list passed. */
  readonly accepted?: AcceptedList;
  readonly vical?: Vical;
}

const CLAUSE = 'ISO/IEC 18013-5 Annex C';

/**
 * Verifies a VICAL and yields trust anchors for the verifier: signature, signer (from the caller's anchors alone), date, next update,
 * rollback, and each entry against its certificate. One bad entry drops that entry in `interop` mode and fails the list in strict mode.
 *
 * Checks: `list-structure` `list-signer` `list-signature` `list-date` `list-next-update` `list-rollback` `list-entries`.
 * @throws {X509Error} when an anchor cannot be read: that list is the caller's own
 * @example
 * const { result, anchors, accepted } = verifyVical({ vical, signerAnchors, now: clock.now(), lastAccepted, mode: 'interop' });
 * if (result === 'passed') verifyDeviceResponse({ ...options, trustAnchors: anchors, profileMode: 'interop' });
 */
export function verifyVical(options: ListTrust & { readonly vical: Uint8Array }): VicalReport {
  const { mode = 'strict' } = options;
  let vical: Vical;
  try {
    vical = parseVical(options.vical, { mode });
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const code = String(error.context['rule'] ?? error.code);
    const check: Check = { id: 'list-structure', result: 'failed', code, detail: error.message, clause: CLAUSE };
    return { ...report([check]), anchors: [] };
  }
  const dropped = vical.entries.filter(({ deviations }) => deviations.some(isFatal));
  const checks: Check[] = [
    checkDeviations('list-structure', vical.deviations, mode, CLAUSE),
    ...checkSigner(vical.signed, options, CLAUSE),
    ...checkCurrency(vical, options, CLAUSE),
    checkDeviations(
      'list-entries',
      [...vical.unread.map(({ code }) => code), ...vical.entries.flatMap(({ deviations }) => deviations)],
      mode,
      CLAUSE,
    ),
  ];
  const whole = report(checks);
  if (whole.result === 'failed') return { ...whole, anchors: [], vical };
  const kept = vical.entries.filter((entry) => !dropped.includes(entry));
  return {
    ...whole,
    anchors: kept.map(({ certificate, docTypes }) => ({ certificate, docTypes })),
    accepted: { provider: vical.provider, date: vical.date },
    vical,
  };
}

/** The entry speaks of another certificate than it carries: nobody knows which was meant. */
const isFatal = (deviation: string) => deviation === 'ski-mismatch' || deviation === 'serial-number-mismatch';

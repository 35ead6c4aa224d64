import type { CborValue } from '@tegata/cbor';
import { type Certificate, type Check, type Report, report } from '@tegata/x509';
import { MdocError } from '../error.ts';
import type { Shape } from '../shape.ts';
import { type ListedCertificate, type ListMode, readListedCertificate } from './list-certificate.ts';
import {
  type AcceptedList,
  checkCurrency,
  checkDeviations,
  checkSigner,
  type ListTrust,
  openSignedList,
  readListDate,
} from './signed-list.ts';

/** One authority for readers. */
export interface RicalEntry extends ListedCertificate {
  readonly type?: string;
  readonly name?: string;
  /** What the root may be trusted for; not understood here, so that such a root is not among the anchors. */
  readonly trustConstraints?: CborValue;
}

/** What a RICAL came to. */
export interface RicalReport extends Report {
  /** Roots for `readerAnchors`; empty unless the list passed. Entries with constraints are left out. */
  readonly anchors: readonly Certificate[];
  readonly entries: readonly RicalEntry[];
  readonly accepted?: AcceptedList;
}

const CLAUSE = 'ISO/IEC 18013-5 2nd ed. Annex F';
const MAX_ENTRIES = 2000;

/**
 * Verifies a list of reader authorities (RICAL, ISO/IEC 18013-5 2nd ed.): as `verifyVical`, with the certificates in the protected header.
 * The profile of its signer is not published: `pinnedSigners` names the signers, `signerAnchors` checks them as signers of a VICAL.
 * @throws {X509Error} when an anchor cannot be read
 * @example verifyReaderAuth({ request, sessionTranscript, readerAnchors: verifyRical({ rical, ...trust }).anchors, now })
 */
export function verifyRical(options: ListTrust & { readonly rical: Uint8Array }): RicalReport {
  const { mode = 'strict' } = options;
  try {
    const signed = openSignedList(options.rical, 'rical', 'protected', mode);
    const { content } = signed;
    const deviations = [...signed.deviations];
    const nextUpdate = content.optional('nextUpdate');
    const notAfter = content.optional('notAfter');
    const list = {
      provider: content.get('provider').text(),
      date: readListDate(content.get('date'), mode, deviations),
      ...(nextUpdate ? { nextUpdate: readListDate(nextUpdate, mode, deviations) } : {}),
    };
    if (!/^1(\.\d+)?$/.test(content.get('version').text())) {
      throw new MdocError('version', 'The list has a version that is not read here.');
    }
    const end = notAfter && readListDate(notAfter, mode, deviations);
    const { entries, wrong } = readEntries(content, mode);
    const checks: Check[] = [
      checkDeviations('list-structure', deviations, mode, CLAUSE),
      ...checkSigner(signed, options, CLAUSE),
      ...checkCurrency(list, options, CLAUSE),
      checkDeviations('list-entries', wrong, mode, CLAUSE),
    ];
    if (end && end < options.now) {
      const detail = 'The list has come to its end.';
      checks.push({ id: 'list-not-after', result: 'failed', code: 'expired', detail, clause: CLAUSE });
    }
    const whole = report(checks);
    if (whole.result === 'failed') return { ...whole, anchors: [], entries };
    const free = entries.filter((entry) => entry.trustConstraints === undefined && !entry.deviations.some(isFatal));
    return { ...whole, anchors: free.map(({ certificate }) => certificate), entries, accepted: list };
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const code = String(error.context['rule'] ?? error.code);
    const check: Check = { id: 'list-structure', result: 'failed', code, detail: error.message, clause: CLAUSE };
    return { ...report([check]), anchors: [], entries: [] };
  }
}

const isFatal = (deviation: string) => deviation === 'ski-mismatch' || deviation === 'serial-number-mismatch';

function readEntries(content: Shape, mode: ListMode): { entries: RicalEntry[]; wrong: string[] } {
  const infos = content.get('certificateInfos').array(true);
  if (infos.length > MAX_ENTRIES) content.fail('too-many', `${MAX_ENTRIES} entries are read at most`);
  const entries: RicalEntry[] = [];
  const wrong: string[] = [];
  for (const info of infos) {
    const listed = readListedCertificate(info, mode);
    if (typeof listed === 'string') {
      wrong.push(listed);
      continue;
    }
    const type = info.optional('type')?.text();
    const name = info.optional('name')?.text();
    const trustConstraints = info.optional('trustConstraints')?.raw();
    wrong.push(...listed.deviations);
    entries.push({
      ...listed,
      ...(type === undefined ? {} : { type }),
      ...(name === undefined ? {} : { name }),
      ...(trustConstraints === undefined ? {} : { trustConstraints }),
    });
  }
  return { entries, wrong };
}

import { certificateLine } from './certificate-summary.ts';
import type { ReadingCheck, ReadingReport } from './check-reading.ts';
import type { SavedPhoto } from './photo-file.ts';
import { day, plain } from './plain.ts';

/** How a reading is shown. */
export interface ReadingView {
  readonly json: boolean;
  readonly showMyNumber: boolean;
  readonly photo?: SavedPhoto;
}

const MASKED = '************';
const MARKS: Readonly<Record<ReadingCheck['result'], string>> = {
  passed: '✓',
  warning: '!',
  failed: '✗',
  not_performed: '–',
};
const SEXES: Readonly<Record<string, string>> = { '1': 'male', '2': 'female', '9': 'not applicable', '0': 'not known' };

/** The reading as JSON or for people. */
export function renderReading(report: ReadingReport, { json, showMyNumber, photo }: ReadingView): string {
  const myNumber = report.myNumber && (showMyNumber ? report.myNumber : MASKED);
  if (json) {
    const { valid, attributes, certificates, checks, portrait } = report;
    const image = portrait && { bytes: portrait.length, ...photo };
    return `${JSON.stringify({ valid, attributes, myNumber, photo: image, certificates, checks })}\n`;
  }
  const { attributes } = report;
  const lines = attributes
    ? [
        `name         ${plain(attributes.name)}`,
        `address      ${plain(attributes.address)}`,
        `born         ${day(attributes.birthDate)}`,
        `sex          ${SEXES[attributes.sex] ?? plain(attributes.sex)}`,
        ...(attributes.expiry ? [`card until   ${day(attributes.expiry)} (not signed on the card)`] : []),
      ]
    : ['The attributes cannot be read.'];
  lines.push(`My Number    ${myNumber ?? 'cannot be read'}${myNumber && !showMyNumber ? '  (--show-my-number)' : ''}`);
  if (photo)
    lines.push(`photo        ${photo.error ? `not saved: ${photo.error}` : `${photo.file}, ${photo.bytes} bytes`}`);
  else if (report.portrait) lines.push(`photo        ${report.portrait.length} bytes  (--photo FILE)`);
  lines.push('', 'certificates', ...report.certificates.map(certificateLine));
  lines.push('', 'checks', ...checkLines(report.checks), '');
  lines.push(verdict(report), '');
  return lines.join('\n');
}

function checkLines(checks: readonly ReadingCheck[]): string[] {
  const width = Math.max(...checks.map(({ id }) => id.length));
  return checks.map(({ id, result, code, detail }) => {
    const why = [code, detail].filter((text) => text !== undefined).join(': ');
    return `  ${MARKS[result]} ${id.padEnd(width)}${result === 'passed' ? '' : `  ${plain(why)}`}`.trimEnd();
  });
}

function verdict({ valid, checks }: ReadingReport): string {
  if (valid) return 'GENUINE: every check passed. Whether a certificate was revoked was not looked at.';
  const failed = checks.filter(({ result }) => result === 'failed').map(({ id }) => id);
  if (failed.length > 0) return `NOT GENUINE: ${failed.join(', ')}`;
  return 'NOT CHECKED: no issuer of this card is trusted here. Name a folder of anchors with --trust DIR.';
}

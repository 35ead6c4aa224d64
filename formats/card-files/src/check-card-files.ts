import { dayInJapan } from '@tegata/clock';
import { Jpeg2000Error, readJp2Header } from '@tegata/jpeg2000';
import { checkSurfaceRecords, parseSurfaceFiles, SURFACE_CHECKS, type SurfaceFiles } from './check-surface-files.ts';
import {
  checkTextRecords,
  establishIssuer,
  parsedOrFailed,
  parseTextFiles,
  TEXT_CHECKS,
  type TextFiles,
} from './check-text-files.ts';
import type { CvcAnchor } from './cvc.ts';
import { municipalityOf } from './key-id.ts';
import { isMyNumber } from './my-number.ts';
import { type CardCheck, CardChecks, firstRefusal } from './report.ts';
import type { Sex } from './text/attributes-file.ts';

/** The raw files of one card and what they are checked against. */
export interface CheckCardFiles {
  readonly text: TextFiles;
  readonly surface: SurfaceFiles;
  /** The text AP's answer to the challenge. */
  readonly presence: Uint8Array;
  /** The surface AP's answer to the same challenge. */
  readonly surfacePresence: Uint8Array;
  readonly challenge: Uint8Array;
  readonly textAnchors: readonly CvcAnchor[];
  readonly surfaceAnchors: readonly CvcAnchor[];
  /** When the card was read. */
  readonly at: Date;
}

/** What a card says about its holder. */
export interface CardAttributes {
  readonly name: string;
  readonly address: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  readonly sex: Sex;
  /** 12 digits. */
  readonly myNumber: string;
  /** JP2, as the card holds it. */
  readonly portrait: Uint8Array;
  /** 5 digits. */
  readonly municipalityCode: string;
  /** `YYYYMMDD`, the card's last day; not signed on the card. */
  readonly expiry: string;
}

/** The outcome: every check by name, and the attributes only when nothing speaks against them. */
export interface CardReport {
  readonly checks: readonly CardCheck[];
  /** The first check that was not passed. */
  readonly refusal?: CardCheck;
  /** Present exactly when there is no refusal. */
  readonly attributes?: CardAttributes;
}

/**
 * Checks the files that were read from one card: layouts, both CVC chains, digests, signatures, both presence proofs, agreement of the two
 * applications, check digit, portrait header and expiry (card.md §13, end). Never throws for what the card says.
 *
 * What ties the two applications to one card: birth date, sex, municipality, that the surface AP opened to the number of the text AP, and that
 * both chips' keys answered one challenge. No file of either names the other's key: two cards that lie on the reader together and agree in
 * all this are not told apart.
 * @example
 * const { refusal, attributes } = checkCardFiles({ text, surface, presence, surfacePresence, challenge, textAnchors, surfaceAnchors, at: clock.now() });
 */
export function checkCardFiles(input: CheckCardFiles): CardReport {
  const checks = new CardChecks();
  const text = parsedOrFailed(checks, 'text-files', () => parseTextFiles(input.text));
  const surface = parsedOrFailed(checks, 'surface-files', () => parseSurfaceFiles(input.surface));
  if (!text || !surface) {
    const rest = [...TEXT_CHECKS, ...SURFACE_CHECKS, ...JOINT_CHECKS];
    for (const id of rest) checks.notPerformed(id, 'file-malformed');
    return reportOf(checks);
  }
  const textIssuer = establishIssuer(checks, 'text-cvc', text.cvc, input.textAnchors);
  const surfaceIssuer = establishIssuer(checks, 'surface-cvc', surface.cvc, input.surfaceAnchors);
  checkTextRecords(checks, text, textIssuer, { files: input.text, ...input });
  checkSurfaceRecords(checks, surface, surfaceIssuer, input);

  const { attributes, myNumber } = text;
  const { face, issuer } = surface;
  const agrees = face.birthDate === attributes.birthDate && face.sex === attributes.sex;
  checks.decide('surface-agrees-with-text', agrees, 'attributes-disagree');
  // DF34 itself is not signed; the key ids of the two CVCs are, and begin with the municipality.
  const named = [text.cvc, surface.cvc].map((cvc) => municipalityOf(cvc.subjectKeyId));
  const oneMunicipality = named.every((code) => code === issuer.municipalityCode);
  checks.decide('municipality', oneMunicipality, 'municipality-disagrees');
  checks.decide('my-number', isMyNumber(myNumber), 'check-digit');
  checkPortrait(checks, face.portrait);
  const today = dayInJapan(input.at);
  const ended = Number(face.expiry) < today.year * 10000 + today.month * 100 + today.day;
  checks.decide('card-expiry', !ended, 'card-expired');

  return reportOf(checks, {
    name: attributes.name,
    address: attributes.address,
    birthDate: attributes.birthDate,
    sex: attributes.sex,
    myNumber,
    portrait: face.portrait,
    municipalityCode: issuer.municipalityCode,
    expiry: face.expiry,
  });
}

const JOINT_CHECKS = ['surface-agrees-with-text', 'municipality', 'my-number', 'portrait', 'card-expiry'] as const;

function checkPortrait(checks: CardChecks, portrait: Uint8Array): void {
  try {
    const { width, height } = readJp2Header(portrait);
    checks.passed('portrait', `${width} × ${height}`);
  } catch (error) {
    if (!(error instanceof Jpeg2000Error)) throw error;
    checks.failed('portrait', 'portrait-unreadable', error.code);
  }
}

function reportOf(checks: CardChecks, attributes?: CardAttributes): CardReport {
  const refusal = firstRefusal(checks.list);
  if (refusal) return { checks: checks.list, refusal };
  return { checks: checks.list, ...(attributes && { attributes }) };
}

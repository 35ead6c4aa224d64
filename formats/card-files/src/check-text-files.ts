import type { KeyObject } from 'node:crypto';
import { type Cvc, type CvcAnchor, parseCvc, verifyCvc } from './cvc.ts';
import { CardFilesError } from './error.ts';
import { formatKeyId } from './key-id.ts';
import { isPresenceProof } from './presence.ts';
import { type CardCheckId, CardChecks } from './report.ts';
import { isSha256Signature, sha256 } from './rsa-signature.ts';
import { type AttributesFile, parseAttributesFile } from './text/attributes-file.ts';
import { type CardKeyFile, parseCardKeyFile } from './text/card-key-file.ts';
import { type IntegrityFile, parseIntegrityFile } from './text/integrity-file.ts';
import { parseMyNumberFile } from './text/my-number-file.ts';

/** The raw files of the text AP, as stored on the card, filler included, by EF number. */
export interface TextFiles {
  readonly 1: Uint8Array;
  readonly 2: Uint8Array;
  readonly 3: Uint8Array;
  readonly 4: Uint8Array;
  readonly 7: Uint8Array;
}

/** The text files, parsed. Nothing is verified yet. */
export interface ParsedTextFiles {
  readonly myNumber: string;
  readonly attributes: AttributesFile;
  readonly integrity: IntegrityFile;
  readonly cvc: Cvc;
  readonly cardKey: CardKeyFile;
}

/** What the text files are checked against. */
export interface CheckTextFiles {
  readonly files: TextFiles;
  /** The card's answer to the presence command, 256 bytes. */
  readonly presence: Uint8Array;
  /** What the server gave for it. */
  readonly challenge: Uint8Array;
  /** The keys trusted to certify issuer keys of the text AP. */
  readonly anchors: readonly CvcAnchor[];
}

/**
 * Parses the five text files.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseTextFiles(files: TextFiles): ParsedTextFiles {
  return {
    myNumber: parseMyNumberFile(files[1]),
    attributes: parseAttributesFile(files[2]),
    integrity: parseIntegrityFile(files[3]),
    cvc: parseCvc(files[4], 'text 0004'),
    cardKey: parseCardKeyFile(files[7]),
  };
}

/** Runs a parser; a malformed file becomes a failed check. */
export function parsedOrFailed<T>(checks: CardChecks, id: CardCheckId, parse: () => T): T | undefined {
  try {
    const parsed = parse();
    checks.passed(id);
    return parsed;
  } catch (error) {
    if (!(error instanceof CardFilesError)) throw error;
    const { file, rule, offset } = error.context;
    checks.failed(id, 'file-malformed', `${file}: ${rule} (offset ${offset})`);
    return undefined;
  }
}

/** Checks a CVC; gives its key only when an anchor vouches for it. */
export function establishIssuer(
  checks: CardChecks,
  id: CardCheckId,
  cvc: Cvc,
  anchors: readonly CvcAnchor[],
): KeyObject | undefined {
  const detail = `issuer ${formatKeyId(cvc.issuerKeyId)}, subject ${formatKeyId(cvc.subjectKeyId)}`;
  const verdict = verifyCvc(cvc, anchors);
  if (verdict === 'valid') {
    checks.passed(id, detail);
    return cvc.publicKey;
  }
  if (verdict === 'unknown-issuer') checks.notPerformed(id, 'unknown-issuer', `${detail}: nothing was checked`);
  else checks.failed(id, 'bad-signature', detail);
  return undefined;
}

/** The checks of the text files that follow `text-cvc`. `issuerKey` is absent when the CVC is not established. */
export function checkTextRecords(
  checks: CardChecks,
  parsed: ParsedTextFiles,
  issuerKey: KeyObject | undefined,
  { files, presence, challenge }: Pick<CheckTextFiles, 'files' | 'presence' | 'challenge'>,
): void {
  const { integrity, attributes, cardKey } = parsed;
  const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
  checks.decide('text-digest-number', same(sha256(files[1]), integrity.myNumberDigest), 'digest-mismatch');
  checks.decide('text-digest-attributes', same(attributes.digest, integrity.attributesDigest), 'digest-mismatch');
  if (issuerKey) {
    checks.decide(
      'text-signature',
      isSha256Signature(issuerKey, integrity.signature, integrity.signed),
      'bad-signature',
    );
    const cardKeyHolds = isSha256Signature(issuerKey, cardKey.signature, cardKey.signed);
    checks.decide('card-key-signature', cardKeyHolds, 'bad-signature');
    // A proof by a key that nobody vouches for proves nothing, so it is not even looked at.
    if (cardKeyHolds) {
      checks.decide('presence', isPresenceProof(cardKey.cardKey, challenge, presence), 'bad-signature');
      return;
    }
  } else {
    checks.notPerformed('text-signature', 'issuer-not-established');
    checks.notPerformed('card-key-signature', 'issuer-not-established');
  }
  checks.notPerformed('presence', 'issuer-not-established');
}

/**
 * Checks the text AP's files alone: `text-files`, `text-cvc`, `text-digest-number`, `text-digest-attributes`, `text-signature`,
 * `card-key-signature`, `presence`. Never throws for what the card says.
 */
export function checkTextFiles(input: CheckTextFiles): CardChecks['list'] {
  const checks = new CardChecks();
  const parsed = parsedOrFailed(checks, 'text-files', () => parseTextFiles(input.files));
  if (parsed) {
    const issuerKey = establishIssuer(checks, 'text-cvc', parsed.cvc, input.anchors);
    checkTextRecords(checks, parsed, issuerKey, input);
  } else {
    for (const id of TEXT_CHECKS) checks.notPerformed(id, 'file-malformed');
  }
  return checks.list;
}

/** The checks that need the text files to be well-formed. */
export const TEXT_CHECKS = [
  'text-cvc',
  'text-digest-number',
  'text-digest-attributes',
  'text-signature',
  'card-key-signature',
  'presence',
] as const satisfies readonly CardCheckId[];

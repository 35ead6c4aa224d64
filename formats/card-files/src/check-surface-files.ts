import type { KeyObject } from 'node:crypto';
import { establishIssuer, parsedOrFailed } from './check-text-files.ts';
import { type Cvc, type CvcAnchor, parseCvc } from './cvc.ts';
import { isPresenceProof } from './presence.ts';
import { type CardCheckId, CardChecks } from './report.ts';
import { type FaceFile, isFaceSignature, parseFaceFile } from './surface/face-file.ts';
import { type IssuerFile, parseIssuerFile } from './surface/issuer-file.ts';

/** The raw files of the surface AP, as stored on the card, filler included, by EF number. */
export interface SurfaceFiles {
  readonly 2: Uint8Array;
  readonly 3: Uint8Array;
  readonly 4: Uint8Array;
}

/** The card's answer to the presence command with the surface AP selected, and what the server gave for it. */
export interface SurfaceProof {
  readonly surfacePresence: Uint8Array;
  readonly challenge: Uint8Array;
}

/** The surface files, parsed. Nothing is verified yet. */
export interface ParsedSurfaceFiles {
  readonly face: FaceFile;
  readonly issuer: IssuerFile;
  readonly cvc: Cvc;
}

/**
 * Parses the three surface files.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseSurfaceFiles(files: SurfaceFiles): ParsedSurfaceFiles {
  return {
    face: parseFaceFile(files[2]),
    issuer: parseIssuerFile(files[3]),
    cvc: parseCvc(files[4], 'surface 0004'),
  };
}

/** The checks that follow `surface-cvc`. `issuerKey` is absent when the CVC is not established. */
export function checkSurfaceRecords(
  checks: CardChecks,
  { face }: ParsedSurfaceFiles,
  issuerKey: KeyObject | undefined,
  { surfacePresence, challenge }: SurfaceProof,
): void {
  if (issuerKey) {
    const holds = isFaceSignature(issuerKey, face.digests, face.signature);
    checks.decide('surface-signature', holds, 'bad-signature');
    // The key is among what was signed: without that signature nobody vouches for it.
    if (holds) {
      checks.decide('surface-presence', isPresenceProof(face.cardKey, challenge, surfacePresence), 'bad-signature');
      return;
    }
  } else checks.notPerformed('surface-signature', 'issuer-not-established');
  checks.notPerformed('surface-presence', 'issuer-not-established');
}

/**
 * Checks the surface AP's files alone: `surface-files`, `surface-cvc`, `surface-signature`, `surface-presence`. Never throws for what the card
 * says.
 */
export function checkSurfaceFiles(
  input: SurfaceProof & {
    files: SurfaceFiles;
    /** The keys trusted to certify issuer keys of the surface AP. */
    anchors: readonly CvcAnchor[];
  },
): CardChecks['list'] {
  const checks = new CardChecks();
  const parsed = parsedOrFailed(checks, 'surface-files', () => parseSurfaceFiles(input.files));
  if (parsed) {
    checkSurfaceRecords(checks, parsed, establishIssuer(checks, 'surface-cvc', parsed.cvc, input.anchors), input);
  } else {
    for (const id of SURFACE_CHECKS) checks.notPerformed(id, 'file-malformed');
  }
  return checks.list;
}

/** The checks that need the surface files to be well-formed. */
export const SURFACE_CHECKS = [
  'surface-cvc',
  'surface-signature',
  'surface-presence',
] as const satisfies readonly CardCheckId[];

import type { KeyObject } from 'node:crypto';
import type { Application, ElementaryFile } from '@tegata/chip';
import { readJp2Header } from '@tegata/jpeg2000';
import type { CardFault } from '../persona-schema.ts';
import type { SignedRecord } from './broken-signature.ts';

/** The photo of a card with a fault in it; it is signed as it is, so that nothing but the photo is wrong. */
export function portraitWith(fault: CardFault | undefined, jp2: Uint8Array): Uint8Array {
  if (fault === 'photo-header') {
    const damaged = jp2.slice();
    damaged.fill(0, 0, 12);
    return damaged;
  }
  if (fault === 'photo-body') {
    const { codestream } = readJp2Header(jp2);
    // The main header and the marker of the first tile (SOT, 12 bytes) remain, and nothing of the picture.
    const kept = Buffer.from(codestream).indexOf(Uint8Array.of(0xff, 0x90)) + 12;
    const start = jp2.length - codestream.length;
    const damaged = jp2.slice(0, start + kept);
    // The length of the box that the codestream fills.
    new DataView(damaged.buffer).setUint32(start - 8, 8 + kept);
    return damaged;
  }
  return jp2;
}

/** The signature that a fault of a card breaks. */
export const BROKEN_BY: Partial<Record<CardFault, SignedRecord>> = {
  'text-signature': 'text-0003',
  'card-key-signature': 'text-0007',
  'surface-signature': 'surface-0002',
};

/**
 * Puts another key in the place of one of a good card's own, where the fault is that the card is a copy.
 * @param otherKey a key that is none of the card's own in the place where it goes
 */
export function withCopiedKey(
  applications: readonly Application[],
  fault: CardFault | undefined,
  otherKey: KeyObject,
): readonly Application[] {
  const file: ElementaryFile = { kind: 'key', privateKey: otherKey, use: 'anyone' };
  if (fault === 'text-key-copied') return replaced(applications, 'text', 0x13, file);
  if (fault === 'surface-key-copied') return replaced(applications, 'surface', 0x1a, file);
  return applications;
}

function replaced(
  applications: readonly Application[],
  name: string,
  id: number,
  file: ElementaryFile,
): readonly Application[] {
  return applications.map((application) =>
    application.name === name ? { ...application, files: new Map(application.files).set(id, file) } : application,
  );
}

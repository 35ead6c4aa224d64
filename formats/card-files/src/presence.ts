import type { KeyObject } from 'node:crypto';
import { digestInfoSha256, encodeCommand } from '@tegata/apdu';
import { isSha256Signature, sha256 } from './rsa-signature.ts';

/**
 * The command for a presence proof: COMPUTE DIGITAL SIGNATURE with the AP's own key over DigestInfo(SHA-256(challenge)), no PIN (card.md §7.3).
 * The text AP (or the surface AP) must be selected.
 */
export function presenceCommand(challenge: Uint8Array): Uint8Array {
  return encodeCommand({ cla: 0x80, ins: 0x2a, p1: 0, p2: 0, data: digestInfoSha256(sha256(challenge)), le: 256 });
}

/** Whether the card's own key (DF51, itself to be checked against EF 0004) signed this challenge. */
export function isPresenceProof(cardKey: KeyObject, challenge: Uint8Array, proof: Uint8Array): boolean {
  return isSha256Signature(cardKey, proof, challenge);
}

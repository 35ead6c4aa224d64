import type { KeyObject } from 'node:crypto';
import { encodeTlv } from '@tegata/apdu';
import { fixed, readLayout } from '../layout.ts';
import { decodeRsaKey, encodeRsaKey } from '../rsa-key.ts';
import { type SignDigestInfo, signSha256 } from '../rsa-signature.ts';

const FILE = 'text 0007';

/** EF 0007 as read. */
export interface CardKeyFile {
  /** DF51: the card's own signing key (EF 0013). It signs presence proofs, never records. */
  readonly cardKey: KeyObject;
  /** The 270 signed bytes. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Text AP EF 0007: `FF50 82 0213 { DF51 key, DF52 signature }` (card.md §7.1).
 * @throws {CardFilesError} `key-unsupported`
 */
export async function writeCardKeyFile({
  cardKey,
  sign,
}: {
  cardKey: KeyObject;
  sign: SignDigestInfo;
}): Promise<Uint8Array> {
  const key = encodeTlv(0xdf51, encodeRsaKey(cardKey));
  return encodeTlv(0xff50, key, encodeTlv(0xdf52, await signSha256(sign, key)));
}

/**
 * Reads EF 0007.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseCardKeyFile(bytes: Uint8Array): CardKeyFile {
  const layout = readLayout(FILE, bytes, 0xff50, [0xdf51, 0xdf52]);
  return {
    cardKey: decodeRsaKey(FILE, layout.objects[0]!.value),
    signed: layout.objects[0]!.bytes,
    signature: fixed(FILE, layout, 1, 256),
  };
}

import { createHmac } from 'node:crypto';
import { HpkeError } from './error.ts';

/** Bytes of an output of HKDF-SHA256 (Nh). */
export const HASH_BYTES = 32;
const VERSION = Buffer.from('HPKE-v1');
const MOST_EXPANDED = 255 * HASH_BYTES;
const NOTHING = new Uint8Array(0);

/** LabeledExtract and LabeledExpand of one suite (RFC 9180 §4). */
export interface LabeledKdf {
  extract(salt: Uint8Array, label: string, inputKey: Uint8Array): Uint8Array;
  expand(key: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array;
}

/**
 * HKDF-SHA256 with the labels of a suite. @throws {HpkeError} `export-length` from `expand`
 * @example labeledKdf(Buffer.from('KEM\x00\x10', 'latin1')).extract(new Uint8Array(0), 'eae_prk', secret)
 */
export function labeledKdf(suiteId: Uint8Array): LabeledKdf {
  return {
    extract(salt, label, inputKey) {
      const mac = createHmac('sha256', salt.length > 0 ? salt : new Uint8Array(HASH_BYTES));
      return new Uint8Array(mac.update(VERSION).update(suiteId).update(label).update(inputKey).digest());
    },
    expand(key, label, info, length) {
      if (!Number.isInteger(length) || length < 0 || length > MOST_EXPANDED) {
        throw new HpkeError('export-length', 'HKDF gives at most 255 times the length of its hash.', { length });
      }
      const head = Buffer.concat([
        Uint8Array.of(length >> 8, length & 0xff),
        VERSION,
        suiteId,
        Buffer.from(label),
        info,
      ]);
      const out = new Uint8Array(length);
      let block: Uint8Array = NOTHING;
      for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter++) {
        block = createHmac('sha256', key).update(block).update(head).update(Uint8Array.of(counter)).digest();
        out.set(block.subarray(0, Math.min(HASH_BYTES, length - at)), at);
      }
      return out;
    },
  };
}

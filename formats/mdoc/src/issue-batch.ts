import type { KeyObject } from 'node:crypto';
import type { CborValue } from '@tegata/cbor';
import type { Signer } from '@tegata/keys';
import { type Random, randomInt } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { checkElements } from './document-types/check-elements.ts';
import { MdocError } from './error.ts';
import { issueMdoc, type PlanOptions } from './issue.ts';
import { definitionOf } from './mnc.ts';
import type { Validity } from './mobile-security-object.ts';

/** How the dates of copies are told apart from each other, or not: equal odd seconds would link the copies of one person. */
export interface DateSpread {
  /** Instants are moved to whole multiples of so many seconds (default one hour). */
  readonly roundSeconds?: number;
  /** Each copy begins up to so many seconds earlier, and ends up to so many earlier, than ordered (default one day). */
  readonly jitterSeconds?: number;
}

/** An order for copies of one document, each bound to another key. */
export interface BatchOptions extends Omit<PlanOptions, 'deviceKey' | 'status'> {
  /** One key for each copy; no two are the same. */
  readonly deviceKeys: readonly KeyObject[];
  readonly spread?: DateSpread;
  /** The `status` member of the copy of that index: each has a place of its own in a status list. */
  readonly status?: (index: number) => CborValue;
  readonly signer: Signer;
  readonly certificateChain: readonly Uint8Array[];
}

const MAX_COPIES = 1000;
const HOUR = 60 * 60;
const DAY = 24 * HOUR;

/**
 * Issues copies of one document for one-time use: distinct keys, salts and digest orders, and dates that neither agree to the second nor
 * reach beyond what was ordered. `signed` and `validFrom` may lie before the order, but never before the signer's certificate.
 * @returns one IssuerSigned for each key, in their order
 * @throws {MdocError} `batch` (no key, too many, one twice), `element-missing`, and as `issueMdoc` does
 * @example await issueBatch({ docType, elements, validity, deviceKeys, random, signer, certificateChain, decoys: 8 })
 */
export async function issueBatch(options: BatchOptions): Promise<Uint8Array[]> {
  const { deviceKeys, spread = {}, status, ...order } = options;
  if (deviceKeys.length === 0 || deviceKeys.length > MAX_COPIES) {
    throw new MdocError('batch', 'A batch has 1 to 1,000 copies.', { rule: 'count', most: MAX_COPIES });
  }
  const keys = new Set(deviceKeys.map((key) => key.export({ type: 'spki', format: 'der' }).toString('hex')));
  if (keys.size < deviceKeys.length) {
    throw new MdocError('batch', 'Two copies are for one key: they could be linked.', { rule: 'key-twice' });
  }
  const definition = definitionOf(order.docType);
  if (definition) checkElements(definition, order.elements);
  const [ds] = order.certificateChain;
  const notBefore = ds && parseCertificate(ds).notBefore;
  const copies: Uint8Array[] = [];
  for (const [index, deviceKey] of deviceKeys.entries()) {
    const validity = spreadValidity(order.validity, spread, order.random, notBefore);
    const own = status?.(index);
    copies.push(await issueMdoc({ ...order, deviceKey, validity, ...(own === undefined ? {} : { status: own }) }));
  }
  return copies;
}

/**
 * The dates of one copy. Everything moves backwards only: no copy is valid longer than was ordered.
 * @param notBefore the beginning of the signer's certificate; `signed` is not moved before it
 * @throws {MdocError} `validity` when rounding leaves no time between beginning and end
 */
export function spreadValidity(validity: Validity, spread: DateSpread, random: Random, notBefore?: Date): Validity {
  const round = (spread.roundSeconds ?? HOUR) * 1000;
  const jitter = spread.jitterSeconds ?? DAY;
  const earlier = () => (jitter > 0 ? randomInt(random, jitter + 1) * 1000 : 0);
  const down = (time: number) => Math.floor(time / round) * round;
  const floor = notBefore ? Math.ceil(notBefore.getTime() / round) * round : Number.NEGATIVE_INFINITY;
  const back = earlier();
  const moved = (date: Date) => {
    const at = down(date.getTime() - back);
    // Nothing that was ordered is later than the certificate; only the moving could have gone before it.
    return new Date(Math.min(date.getTime(), Math.max(at, floor)));
  };
  const validUntil = new Date(down(validity.validUntil.getTime() - earlier()));
  const signed = moved(validity.signed);
  const validFrom = moved(validity.validFrom);
  if (validFrom >= validUntil) {
    throw new MdocError('validity', 'The copy would end before it begins: spread its dates less.', { rule: 'spread' });
  }
  const { expectedUpdate } = validity;
  return {
    signed,
    validFrom,
    validUntil,
    ...(expectedUpdate
      ? { expectedUpdate: new Date(Math.min(down(expectedUpdate.getTime() - earlier()), validUntil.getTime())) }
      : {}),
  };
}

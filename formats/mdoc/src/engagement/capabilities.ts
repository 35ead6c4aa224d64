import type { CborKey, CborMap, CborValue } from '@tegata/cbor';
import type { Shape } from '../shape.ts';

/** What the phone can do beyond the first edition (member 6 of DeviceEngagement 1.1). Absent means: not said. */
export interface Capabilities {
  /** The reader may send SessionEstablishment inside the NFC handover. */
  readonly handoverSessionEstablishment?: boolean;
  /** DeviceRequest may carry readerAuthAll. */
  readonly readerAuthAll?: boolean;
  /** DeviceRequest may carry the members of version 1.1. */
  readonly extendedRequest?: boolean;
  /** Entries that are not known here. */
  readonly others?: ReadonlyMap<CborKey, CborValue>;
}

const KEYS = { handoverSessionEstablishment: 2, readerAuthAll: 3, extendedRequest: 4 } as const;
type Known = keyof typeof KEYS;
const KNOWN = Object.entries(KEYS) as [Known, number][];

/** The map of member 6. */
export function encodeCapabilities(capabilities: Capabilities): CborMap {
  const map: CborMap = new Map(capabilities.others);
  for (const [name, key] of KNOWN) {
    const value = capabilities[name];
    if (value !== undefined) map.set(key, value);
  }
  return map;
}

/** Reads member 6. @throws {MdocError} `engagement` when a known entry is neither true nor false */
export function readCapabilities(shape: Shape): Capabilities {
  const others = new Map(shape.map());
  const known: Partial<Record<Known, boolean>> = {};
  for (const [name, key] of KNOWN) {
    const value = shape.optional(key)?.boolean();
    if (value === undefined) continue;
    known[name] = value;
    others.delete(key);
  }
  return { ...known, ...(others.size > 0 ? { others } : {}) };
}

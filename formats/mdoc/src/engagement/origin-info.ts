import type { CborMap, CborValue } from '@tegata/cbor';
import type { Shape } from '../shape.ts';

/** Where an engagement came from or goes to, of DeviceEngagement 1.1; other categories and types are kept as they are. */
export interface OriginInfo {
  readonly category: number;
  readonly type: number;
  readonly details: CborValue;
}

const MAX_ORIGIN_INFOS = 16;
/** Category "received", type "website". */
const DOMAIN = { category: 1, type: 1 } as const;

/** The web site on which an engagement was shown. */
export function originInfoDomain(domain: string): OriginInfo {
  return { ...DOMAIN, details: new Map([['domain', domain]]) };
}

/** The domain of such an entry; undefined for other kinds. */
export function domainOf(info: OriginInfo): string | undefined {
  if (info.category !== DOMAIN.category || info.type !== DOMAIN.type || !(info.details instanceof Map))
    return undefined;
  const domain = info.details.get('domain');
  return typeof domain === 'string' ? domain : undefined;
}

/** One entry as it is written. */
export function encodeOriginInfo({ category, type, details }: OriginInfo): CborMap {
  return new Map<string, CborValue>([
    ['cat', category],
    ['type', type],
    ['details', details],
  ]);
}

/** Reads the array of member 5. @throws {MdocError} `engagement` */
export function readOriginInfos(shape: Shape): OriginInfo[] {
  const entries = shape.array(true);
  if (entries.length > MAX_ORIGIN_INFOS) shape.fail('too-many', `${MAX_ORIGIN_INFOS} entries are read at most`);
  return entries.map((entry) => ({
    category: entry.get('cat').unsigned(),
    type: entry.get('type').unsigned(),
    details: entry.optional('details')?.raw() ?? null,
  }));
}

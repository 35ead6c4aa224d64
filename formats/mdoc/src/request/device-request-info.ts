import { type CborMap, type CborValue, Encoded } from '@tegata/cbor';
import { MdocError } from '../error.ts';
import type { Shape } from '../shape.ts';
import { few } from './request-info.ts';

/** One purpose of a request: any one of the sets of documents serves it, whole. */
export interface UseCase {
  readonly mandatory: boolean;
  /** Each set lists indexes into `docRequests`; the first that can be answered is the one that the reader likes best. */
  readonly documentSets: readonly (readonly number[])[];
  /** Controller of the code → code. */
  readonly purposeHints?: Readonly<Record<string, number>>;
}

/** What a DeviceRequest of version 1.1 says about all of its documents. */
export interface DeviceRequestInfo {
  readonly useCases?: readonly UseCase[];
  readonly others?: ReadonlyMap<string, CborValue>;
}

const MAX_USE_CASES = 32;
const MAX_SETS = 64;

/** DeviceRequestInfoBytes. @throws {MdocError} `request` when a set names a document that is not asked for */
export function encodeDeviceRequestInfo(info: DeviceRequestInfo, docRequests: number): Encoded {
  const map: CborMap = new Map();
  if (info.useCases)
    map.set(
      'useCases',
      info.useCases.map((useCase) => encodeUseCase(useCase, docRequests)),
    );
  for (const [name, value] of info.others ?? []) map.set(name, value);
  return Encoded.of(map);
}

function encodeUseCase({ mandatory, documentSets, purposeHints }: UseCase, docRequests: number): CborMap {
  const indexes = documentSets.flat();
  if (documentSets.length === 0 || documentSets.some((set) => set.length === 0)) {
    throw new MdocError('request', 'A use case has one set of one document at least.', { rule: 'member-empty' });
  }
  if (indexes.some((index) => !Number.isInteger(index) || index < 0 || index >= docRequests)) {
    throw new MdocError('request', 'A use case names a document that is not asked for.', { rule: 'member-value' });
  }
  const map: CborMap = new Map<string, CborValue>([
    ['mandatory', mandatory],
    ['documentSets', documentSets],
  ]);
  if (purposeHints) map.set('purposeHints', new Map(Object.entries(purposeHints)));
  return map;
}

/** Reads DeviceRequestInfo. @throws {MdocError} `request` */
export function readDeviceRequestInfo(shape: Shape, docRequests: number): DeviceRequestInfo {
  const useCases = shape.optional('useCases');
  const others = new Map<string, CborValue>();
  for (const [name, value] of shape.textEntries(true)) if (name !== 'useCases') others.set(name, value.raw());
  return {
    ...(useCases ? { useCases: few(useCases, MAX_USE_CASES).map((one) => readUseCase(one, docRequests)) } : {}),
    ...(others.size > 0 ? { others } : {}),
  };
}

function readUseCase(shape: Shape, docRequests: number): UseCase {
  const index = (member: Shape) => {
    const value = member.unsigned();
    return value < docRequests ? value : member.fail('member-value', 'there is no document request of this index');
  };
  const hints = shape.optional('purposeHints')?.textEntries(true);
  const documentSets = few(shape.get('documentSets'), MAX_SETS).map((set) => few(set, docRequests).map(index));
  const code = (hint: Shape) => {
    const value = hint.raw();
    return typeof value === 'number' ? value : hint.fail('member-type', 'a purpose is an integer');
  };
  return {
    mandatory: shape.get('mandatory').boolean(),
    documentSets,
    ...(hints ? { purposeHints: Object.fromEntries(hints.map(([name, hint]) => [name, code(hint)])) } : {}),
  };
}

/**
 * Which document requests to answer: for each use case the first set whose documents can all be shown; a request without use cases wants
 * every document that there is.
 * @param canAnswer whether the wallet holds a document for the request of that index
 * @returns indexes in ascending order, and the use cases (by index) that cannot be served; if a mandatory one is among them, nothing is answered
 * @example selectDocuments(request.deviceRequestInfo, request.docRequests.length, (index) => index === 0)
 */
export function selectDocuments(
  info: DeviceRequestInfo | undefined,
  docRequests: number,
  canAnswer: (index: number) => boolean,
): { readonly documents: readonly number[]; readonly unserved: readonly number[] } {
  const all = Array.from({ length: docRequests }, (_, index) => index);
  if (!info?.useCases) return { documents: all.filter(canAnswer), unserved: [] };
  const chosen = new Set<number>();
  const unserved: number[] = [];
  let refused = false;
  for (const [at, { mandatory, documentSets }] of info.useCases.entries()) {
    const set = documentSets.find((candidate) => candidate.every(canAnswer));
    if (set) for (const index of set) chosen.add(index);
    else {
      unserved.push(at);
      refused ||= mandatory;
    }
  }
  return { documents: refused ? [] : all.filter((index) => chosen.has(index)), unserved };
}

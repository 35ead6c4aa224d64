import { type Certificate, createPathValidator, type PathValidator, sameBytes } from '@tegata/x509';

/** So many trust lists are kept: one verifier has one or two. */
const MAX_LISTS = 8;

/** Whose paths: those of document signers, or those of signers of statuses. */
type Use = 'ds' | 'status-signer';

interface KnownList {
  readonly use: Use;
  readonly mode: 'strict' | 'interop';
  /** Copies: a caller who changes its bytes has another list. */
  readonly anchors: readonly Uint8Array[];
  readonly validator: PathValidator;
}

/** Most recently used first. */
const lists: KnownList[] = [];

const bytesOf = (anchor: Certificate | Uint8Array) => (anchor instanceof Uint8Array ? anchor : anchor.raw);

/**
 * The path validator of a trust list, found by its exact octets, so that each document signer's path is walked once and not once per
 * presentation.
 * @throws {X509Error} when an anchor cannot be read
 */
export function issuerPaths(
  anchors: readonly (Certificate | Uint8Array)[],
  mode: 'strict' | 'interop',
  use: Use = 'ds',
): PathValidator {
  const at = lists.findIndex((list) => list.use === use && list.mode === mode && sameList(list.anchors, anchors));
  const [found] = at < 0 ? [] : lists.splice(at, 1);
  const list = found ?? {
    use,
    mode,
    anchors: anchors.map((anchor) => Uint8Array.from(bytesOf(anchor))),
    validator: createPathValidator({ anchors, profile: use, mode }),
  };
  lists.unshift(list);
  if (lists.length > MAX_LISTS) lists.pop();
  return list.validator;
}

function sameList(known: readonly Uint8Array[], anchors: readonly (Certificate | Uint8Array)[]): boolean {
  return (
    known.length === anchors.length &&
    known.every((bytes, index) => sameBytes(bytes, bytesOf(anchors[index] as Certificate | Uint8Array)))
  );
}

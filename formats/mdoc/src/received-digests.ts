import type { CborCursor } from '@tegata/cbor';

/** From so many digests on they are found by a map. */
const MANY = 32;

/** The digests of one namespace, left where they stand in the MSO: most documents show a few of the elements that were issued. */
export class ReceivedDigests implements ReadonlyMap<number, Uint8Array> {
  readonly #input: Uint8Array;
  readonly #ids: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** Digests that came in chunks, put together. */
  readonly #joined: (Uint8Array | undefined)[] = [];
  #places: Map<number, number> | undefined;

  /** @param input what the cursor reads that will give the digests */
  constructor(input: Uint8Array) {
    this.#input = input;
  }

  /** Takes the digest where the cursor stands. That no identifier comes twice is the cursor's matter: they are keys of one map. */
  read(id: number, cursor: CborCursor): void {
    const at = this.#ids.length;
    const from = cursor.passBytes();
    if (from === undefined) this.#joined[at] = cursor.bytes();
    this.#ids.push(id);
    this.#from.push(from ?? 0);
    this.#to.push(cursor.position);
    if (at >= MANY) this.#places ??= new Map(this.#ids.map((known, place) => [known, place]));
    this.#places?.set(id, at);
  }

  /** Whether the digest of that identifier is this one, given as one character per byte; undefined when there is none. */
  is(id: number, digest: string): boolean | undefined {
    const at = this.#placeOf(id);
    if (at < 0) return undefined;
    const joined = this.#joined[at];
    const input = joined ?? this.#input;
    const from = joined ? 0 : (this.#from[at] as number);
    const length = joined ? joined.length : (this.#to[at] as number) - from;
    // Digests are public, so they need not be compared in constant time.
    if (length !== digest.length) return false;
    for (let byte = 0; byte < length; byte++) if (digest.charCodeAt(byte) !== input[from + byte]) return false;
    return true;
  }

  #placeOf(id: number): number {
    if (this.#places) return this.#places.get(id) ?? -1;
    return this.#ids.indexOf(id);
  }

  #digestAt(at: number): Uint8Array {
    return this.#joined[at] ?? this.#input.subarray(this.#from[at], this.#to[at]);
  }

  get size(): number {
    return this.#ids.length;
  }

  get(id: number): Uint8Array | undefined {
    const at = this.#placeOf(id);
    return at < 0 ? undefined : this.#digestAt(at);
  }

  has(id: number): boolean {
    return this.#placeOf(id) >= 0;
  }

  keys(): MapIterator<number> {
    return this.#entries().keys();
  }

  values(): MapIterator<Uint8Array> {
    return this.#entries().values();
  }

  entries(): MapIterator<[number, Uint8Array]> {
    return this.#entries().entries();
  }

  [Symbol.iterator](): MapIterator<[number, Uint8Array]> {
    return this.entries();
  }

  forEach(each: (digest: Uint8Array, id: number, digests: ReadonlyMap<number, Uint8Array>) => void): void {
    for (const [id, digest] of this.#entries()) each(digest, id, this);
  }

  #entries(): Map<number, Uint8Array> {
    return new Map(this.#ids.map((id, at) => [id, this.#digestAt(at)]));
  }
}

/** A file as it lies on the card: the object, then filler `FF` to a multiple of 32 bytes, at least one (card.md §1). */
export function withFiller(object: Uint8Array): Uint8Array {
  const file = new Uint8Array((Math.floor(object.length / 32) + 1) * 32).fill(0xff);
  file.set(object);
  return file;
}

/** A file that holds nothing: 16 × `FF`. */
export const EMPTY_FILE = new Uint8Array(16).fill(0xff);

const MAX_ENTRIES = 64;

/**
 * Remembers what was made of a text, so that a batch reads each distinct trust list, CRL or key once. The least recently used go first; what
 * cannot be made is not remembered.
 */
export class Remembered<T> {
  private readonly known = new Map<string, T>();

  get(key: string, make: () => T): T {
    const before = this.known.get(key);
    const value = before ?? make();
    this.known.delete(key);
    this.known.set(key, value);
    if (this.known.size > MAX_ENTRIES) this.known.delete(this.known.keys().next().value as string);
    return value;
  }
}

/**
 * Remembers what was made of a text, so that a batch reads each distinct trust list, CRL or key once. The least recently used go first; what
 * cannot be made is not remembered.
 */
export class Remembered<T> {
  private readonly known = new Map<string, T>();
  private readonly most: number;

  /** @param most how many are remembered (default 64): fewer of what may be large */
  constructor(most = 64) {
    this.most = most;
  }

  get(key: string, make: () => T): T {
    const before = this.known.get(key);
    const value = before ?? make();
    this.known.delete(key);
    this.known.set(key, value);
    if (this.known.size > this.most) this.known.delete(this.known.keys().next().value as string);
    return value;
  }
}

/** Names that are usual in one place, by the length of their text. */
export class KnownNames {
  private readonly byLength: (readonly { readonly text: string; readonly bytes: Uint8Array }[])[] = [];

  /** @param names ASCII, of 1 to 23 characters */
  constructor(...names: string[]) {
    for (let length = 0; length < 24; length++) this.byLength.push([]);
    for (const text of names) {
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      this.byLength[text.length] = [...(this.byLength[text.length] ?? []), { text, bytes }];
    }
  }

  /** The name that stands there, if it is one of them. */
  find(bytes: Uint8Array, from: number, length: number): string | undefined {
    const names = this.byLength[length];
    if (!names) return undefined;
    for (const { text, bytes: own } of names) {
      let at = 0;
      while (at < length && own[at] === bytes[from + at]) at++;
      if (at === length) return text;
    }
    return undefined;
  }
}

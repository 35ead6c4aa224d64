/** One line of a table. */
export interface Row {
  readonly name: string;
  readonly value: string;
}

/** One part of a decoding: what a reader sees under one heading. */
export interface Section {
  readonly title: string;
  /** Lines of readable text; for a table its rows, one per line. */
  readonly text: string;
  /** The table itself, where the section is one. */
  readonly rows?: readonly Row[];
  /** What to know about it: not verified, masked, cut, wrong. */
  readonly note?: string;
  /** Where the standard says so. */
  readonly clause?: string;
}

/** How the object is shown. */
export interface View {
  /** Show PINs, My Numbers and whole photos. */
  readonly unmask: boolean;
  /** How many objects this one lies inside: a token in a JSON member, a certificate in a token. */
  readonly inside: number;
}

/** Objects are followed into each other this far. */
export const MAX_INSIDE = 4;

/** The view of something that lies inside. */
export const within = (view: View): View => ({ ...view, inside: view.inside + 1 });

/** A section from rows; names are padded so that the values stand in one column. */
export function table(title: string, rows: readonly Row[], rest: Pick<Section, 'note' | 'clause'> = {}): Section {
  const width = Math.min(34, Math.max(0, ...rows.map((row) => row.name.length)));
  const text = rows
    .map(({ name, value }) => `${name.padEnd(width)}  ${value.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`)
    .join('\n');
  return { title, text, rows, ...rest };
}

/** A row. */
export const row = (name: string, value: string | number | bigint | boolean): Row => ({ name, value: String(value) });

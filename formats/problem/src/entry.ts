/** What happened, and what to do next. Short sentences, common words. */
export interface Words {
  readonly what: string;
  readonly next: string;
}

/** One row of the table. */
export interface Entry {
  /** HTTP status when the code is answered as a problem. */
  readonly status: number;
  readonly ja: Words;
  readonly en: Words;
}

/** A row: status; what happened and what to do next, in Japanese and in English. */
export function entry(status: number, ja: readonly [string, string], en: readonly [string, string]): Entry {
  return { status, ja: { what: ja[0], next: ja[1] }, en: { what: en[0], next: en[1] } };
}

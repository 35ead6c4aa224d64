/** What the reader knows of the exchange; every member is optional, and each widens what can be tried. */
export interface TranscriptFacts {
  /** Encoded DeviceEngagement as received or shown, with or without tag 24. */
  readonly deviceEngagement?: Uint8Array;
  /** EReaderKeyBytes as sent, tag 24 included. */
  readonly eReaderKeyBytes?: Uint8Array;
  readonly handoverSelect?: Uint8Array;
  readonly handoverRequest?: Uint8Array;
  readonly origin?: string;
  readonly nonce?: string | Uint8Array;
  readonly clientId?: string;
  readonly responseUri?: string;
  readonly redirectUri?: string;
  readonly mdocGeneratedNonce?: string;
  /** The public key to which the response was to be encrypted, as it was sent. */
  readonly jwk?: Readonly<Record<string, unknown>>;
  /** Its raw thumbprint, in place of the key; null: nothing was to be encrypted. */
  readonly jwkThumbprint?: Uint8Array | null;
  /** base64url text as sent. */
  readonly encryptionInfo?: string;
  readonly merchantId?: string;
  readonly teamId?: string;
  readonly recipientKeyHash?: Uint8Array;
}

/** One way to read a parameter. The first of a list is the right one and has no note. */
export interface Reading<T = unknown> {
  readonly value: T;
  /** Public words for a report; never the value. */
  readonly note?: string;
}

/** Lists readings, each value once; the first that are undefined are left out. */
export function readings<T>(right: T, ...wrong: readonly (readonly [string, T | undefined])[]): Reading<T>[] {
  const list: Reading<T>[] = [{ value: right }];
  const keyOf = (value: T) => (value instanceof Uint8Array ? `h${Buffer.from(value).toString('hex')}` : String(value));
  const seen = new Set([keyOf(right)]);
  for (const [note, value] of wrong) {
    if (value === undefined || seen.has(keyOf(value))) continue;
    seen.add(keyOf(value));
    list.push({ value, note });
  }
  return list;
}

import { malformed, outOfRange } from '../error.ts';

const FILE = 'jpki 0006';
const LENGTH = 160;

/** What holds the JPKI application: the card, or the secure element of an Android phone or an iPhone (card.md §14). */
export type TokenProfile = 'card' | 'android' | 'ios';

const LABELS: Readonly<Record<TokenProfile, string>> = {
  card: 'JPKIAPICCTOKEN2',
  android: 'JPKIAPGPSETOKEN',
  ios: 'JPKIAPIOSTOKEN',
};

/** EF 0006 as read. */
export interface TokenInfo {
  readonly label: string;
  /** What the label says; `undefined` for a label that nobody has published. */
  readonly profile: TokenProfile | undefined;
  readonly manufacturerId: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
  /** True for the signature password only: the PIN has four digits. */
  readonly maxPinLength: number;
  readonly minPinLength: number;
}

/**
 * JPKI-AP EF 0006, the token information: CK_TOKEN_INFO of PKCS#11 with 32-bit big-endian integers, 160 bytes (card.md §6.2).
 * @param serialNumber 16 digits
 * @throws {CardFilesError} `value-out-of-range`
 * @example
 * writeTokenInfo({ profile: 'android', serialNumber: '9000000000002380' });
 */
export function writeTokenInfo(fields: { profile: TokenProfile; serialNumber: string }): Uint8Array {
  const { profile, serialNumber } = fields;
  if (!/^[0-9]{16}$/.test(serialNumber)) throw outOfRange('serial number', '16 digits');
  const out = Buffer.alloc(LENGTH, 0x20);
  out.write(LABELS[profile], 0, 'latin1');
  out.write('1'.padStart(32, '0'), 32, 'latin1');
  out.write('E16R01NJ', 64, 'latin1');
  out.write(serialNumber, 80, 16, 'latin1');
  // RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, TOKEN_INITIALIZED; sessions; PIN lengths; memory sizes.
  const numbers = [0x40d, 1, 0, 1, 0, 16, 6, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
  for (const [i, number] of numbers.entries()) out.writeUInt32BE(number, 96 + 4 * i);
  out.write('0301', 140, 'latin1');
  out.write('9'.repeat(16), 144, 'latin1');
  return new Uint8Array(out);
}

/**
 * Reads EF 0006. Texts are padded with spaces, by some emulators with `00`: both are trimmed.
 * @throws {CardFilesError} `file-malformed` when it has another length than 160 bytes, or a text is not ASCII
 */
export function parseTokenInfo(bytes: Uint8Array): TokenInfo {
  if (bytes.length !== LENGTH) throw malformed(FILE, `${LENGTH} bytes expected`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = (start: number, end: number): string => {
    const raw = view.toString('latin1', start, end).replace(/[ \0]+$/, '');
    if (!/^[\x20-\x7e]*$/.test(raw)) throw malformed(FILE, 'ASCII expected', start);
    return raw;
  };
  const label = text(0, 32);
  const [profile] = Object.entries(LABELS).find(([, known]) => known === label) ?? [];
  return {
    label,
    profile: profile as TokenProfile | undefined,
    manufacturerId: text(32, 64),
    model: text(64, 80),
    serialNumber: text(80, 96),
    flags: view.readUInt32BE(96),
    maxPinLength: view.readUInt32BE(116),
    minPinLength: view.readUInt32BE(120),
  };
}

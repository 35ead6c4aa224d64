import { type CborValue, FullDate } from '@tegata/cbor';
import { jpeg2000ToPng } from '@tegata/jpeg2000';
import { inDefinedOrder, MNC, MY_NUMBER_ELEMENT, parseIssuerSigned } from '@tegata/mdoc';
import { WalletError } from './error.ts';
import { openMdoc, type StoredMdoc, storedMdoc } from './mdoc-store.ts';
import { provisionalOf } from './provisional.ts';
import type { SecureElement } from './secure-element/secure-element.ts';
import type { WalletFile } from './wallet-file.ts';

/** What the screen shows. */
export interface CardView {
  readonly state: 'none' | 'provisional' | 'active';
  readonly reference?: string;
  readonly status?: string;
  readonly since?: string;
  readonly waiting?: string;
  readonly refusal?: string;
  readonly ja?: { readonly what: string; readonly next: string };
  readonly en?: { readonly what: string; readonly next: string };
  readonly locked: boolean;
  /** Only of a card that is there, on a phone that is unlocked. */
  readonly card?: ShownCard;
  /** A newer application, while the card before it is still in use. */
  readonly next?: { readonly reference: string; readonly status: string };
}

/** The content of a card. */
export interface ShownCard {
  readonly docType: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** Values by name; the My Number shows its last four digits. */
  readonly elements: Readonly<Record<string, string | number | boolean>>;
  /** A `data:` URL that any browser shows; absent when the picture cannot be read. */
  readonly portrait?: string;
  /** The picture as issued. */
  readonly portraitAsIssued?: { readonly mediaType: string; readonly base64: string };
}

const PORTRAIT_ELEMENT = 'portrait';

/** Shows what is in the wallet: the card in use, else the true state of the application, else nothing. */
export function cardViews(parts: { file: WalletFile; element: SecureElement }) {
  const { file, element } = parts;
  // Decoding takes some milliseconds; the screen asks often.
  let pictured: { reference: string; url: string | undefined } | undefined;

  async function view(): Promise<CardView> {
    const locked = !element.unlocked;
    const mdoc = storedMdoc(file);
    const latest = provisionalOf(file);
    if (mdoc) {
      const { reference } = mdoc;
      const told = provisionalOf(file, reference);
      const newer = latest && latest.reference !== reference ? latest : undefined;
      return {
        state: 'active',
        reference,
        status: 'active',
        since: mdoc.storedAt.toISOString(),
        ...(told?.status === 'active' ? wordsOf(told) : {}),
        locked,
        ...(locked ? {} : { card: await shown(mdoc) }),
        ...(newer ? { next: { reference: newer.reference, status: newer.status } } : {}),
      };
    }
    if (!latest || latest.status === 'withdrawn') return { state: 'none', locked };
    const { reference, status, since, waiting, refusal } = latest;
    return {
      state: 'provisional',
      reference,
      status,
      ...(since ? { since } : {}),
      ...(waiting ? { waiting } : {}),
      ...(refusal ? { refusal } : {}),
      ...wordsOf(latest),
      locked,
    };
  }

  async function shown(mdoc: StoredMdoc): Promise<ShownCard> {
    const values: Record<string, Record<string, CborValue>> = {};
    for (const [namespace, items] of parseIssuerSigned(openMdoc(file, element, mdoc)).nameSpaces) {
      values[namespace] = Object.fromEntries(items.map((item) => [item.elementIdentifier, item.elementValue]));
    }
    const ordered = inDefinedOrder(MNC, values).flatMap(([, elements]) => elements);
    const portrait = ordered.find(([name]) => name === PORTRAIT_ELEMENT)?.[1];
    const picture = portrait instanceof Uint8Array ? await pictureOf(mdoc.reference, portrait) : {};
    return {
      docType: mdoc.docType,
      validFrom: mdoc.validFrom.toISOString(),
      validUntil: mdoc.validUntil.toISOString(),
      elements: Object.fromEntries(
        ordered.filter(([name]) => name !== PORTRAIT_ELEMENT).map(([name, value]) => [name, readable(name, value)]),
      ),
      ...picture,
    };
  }

  async function pictureOf(
    reference: string,
    bytes: Uint8Array,
  ): Promise<Pick<ShownCard, 'portrait' | 'portraitAsIssued'>> {
    const mediaType = pictureType(bytes);
    const base64 = Buffer.from(bytes).toString('base64');
    if (pictured?.reference !== reference) {
      const url = mediaType === 'image/jpeg' ? `data:image/jpeg;base64,${base64}` : await pngUrl(bytes);
      pictured = { reference, url };
    }
    return { ...(pictured.url ? { portrait: pictured.url } : {}), portraitAsIssued: { mediaType, base64 } };
  }

  return {
    view,
    /** The whole My Number, for the person alone. @throws {WalletError} `no-card-in-wallet`, `phone-locked` */
    individualNumber(): string {
      const mdoc = storedMdoc(file);
      if (!mdoc) throw new WalletError('no-card-in-wallet', 'There is no card in this wallet.');
      for (const items of parseIssuerSigned(openMdoc(file, element, mdoc)).nameSpaces.values()) {
        const item = items.find(({ elementIdentifier }) => elementIdentifier === MY_NUMBER_ELEMENT);
        if (typeof item?.elementValue === 'string') return item.elementValue;
      }
      throw new WalletError('not-found', 'The card holds no My Number.');
    },
    /** Forgets the decoded picture. */
    forget() {
      pictured = undefined;
    },
  };
}

const wordsOf = ({ ja, en }: Pick<NonNullable<ReturnType<typeof provisionalOf>>, 'ja' | 'en'>) => ({
  ...(ja ? { ja } : {}),
  ...(en ? { en } : {}),
});

function readable(name: string, value: CborValue): string | number | boolean {
  if (name === MY_NUMBER_ELEMENT) return `********${String(value).slice(-4)}`;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value instanceof FullDate ? value.text : '…';
}

/** The kind of picture by its first bytes (mdoc.md §6). */
export function pictureType(bytes: Uint8Array): string {
  const starts = (hex: string, at = 0) => Buffer.from(bytes.subarray(at, at + hex.length / 2)).toString('hex') === hex;
  if (starts('ffd8ff')) return 'image/jpeg';
  if (starts('6a502020', 4)) return 'image/jp2';
  if (starts('ff4fff51')) return 'image/j2c';
  return 'application/octet-stream';
}

async function pngUrl(jpeg2000: Uint8Array): Promise<string | undefined> {
  try {
    return `data:image/png;base64,${Buffer.from(await jpeg2000ToPng(jpeg2000)).toString('base64')}`;
  } catch {
    // A picture that cannot be read does not keep the card from being shown.
    return undefined;
  }
}

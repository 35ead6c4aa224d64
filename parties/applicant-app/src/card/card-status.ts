import { SW, type Transport } from '@tegata/apdu';
import {
  CardFilesError,
  type CertificateAvailability,
  parseCardInformation,
  type TokenProfile,
} from '@tegata/card-files';
import { type AID, hasApplication, queryTries, send } from '../card-commands.ts';
import { bySfi, PIN_PLACES, type PinKind } from './pins.ts';
import { readCertificate, readToken } from './read-certificates.ts';

/** How a secret stands. */
export interface PinStatus {
  readonly pin: PinKind;
  readonly application: keyof typeof AID;
  /** `null`: this card has no such secret; `unlimited`: it counts no tries. */
  readonly triesLeft: number | 'unlimited' | null;
}

/** What a card tells about itself to anyone, without a PIN. */
export interface CardStatus {
  /** Card or phone; `undefined` for a label that nobody has published, or where there is no JPKI-AP. */
  readonly profile: TokenProfile | undefined;
  readonly pins: readonly PinStatus[];
  /** Absent where there is no JPKI-AP. */
  readonly available: CertificateAvailability | undefined;
  /** DER of the authentication certificate: free on a card, behind the PIN on a phone. */
  readonly auth: Uint8Array | undefined;
  readonly authCa: Uint8Array | undefined;
  readonly signCa: Uint8Array | undefined;
  /** `YYYYMMDD`, the last day of the card, where it has a common AP that says it. Not signed. */
  readonly expiry: string | undefined;
}

/**
 * Looks at a card without showing it any secret: retry queries and free files only, so that no counter moves.
 * @throws {ApplicantAppError} `card-hostile`
 * @throws {ApduError} `card-removed`, `card-timeout`, `card-hostile`
 * @example
 * const { pins } = await cardStatus(card);
 */
export async function cardStatus(card: Transport): Promise<CardStatus> {
  const pins: PinStatus[] = [];
  const query = async (application: keyof typeof AID, there: boolean) => {
    for (const place of Object.values(PIN_PLACES).flat()) {
      if (place.application !== application) continue;
      const triesLeft = there ? ((await queryTries(card, bySfi(place.file))) ?? 'unlimited') : null;
      pins.push({ pin: place.kind, application, triesLeft });
    }
  };

  const jpki = await hasApplication(card, 'jpki');
  await query('jpki', jpki);
  const described = jpki ? await readToken(card) : undefined;
  const certificate = async (name: 'auth' | 'authCa' | 'signCa') =>
    jpki && (name !== 'auth' || described?.available.auth) ? readCertificate(card, name) : undefined;
  const [auth, authCa, signCa] = [await certificate('auth'), await certificate('authCa'), await certificate('signCa')];

  await query('text', await hasApplication(card, 'text'));
  const common = await hasApplication(card, 'common');
  await query('common', common);
  const expiry = common ? await readExpiry(card) : undefined;
  await query('resident', await hasApplication(card, 'resident'));
  return { profile: described?.token.profile, pins, available: described?.available, auth, authCa, signCa, expiry };
}

/** Record 1 of EF 0001 of the common AP (card.md §11). A card may keep it to itself. */
async function readExpiry(card: Transport): Promise<string | undefined> {
  const { data, sw } = await send(card, { cla: 0, ins: 0xb2, p1: 1, p2: 0x0c, le: 256 });
  if (sw !== SW.ok) return undefined;
  try {
    return parseCardInformation(data).expiry;
  } catch (error) {
    if (!(error instanceof CardFilesError)) throw error;
    return undefined;
  }
}

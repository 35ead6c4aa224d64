import { type CborValue, DateTime, encode } from '@tegata/cbor';
import type { Application } from './application.ts';
import { decodeApplication } from './decode.ts';

/**
 * Writes an application in deterministic CBOR, and reads it back: what a receiver would refuse is refused before the card signs it.
 * @throws {ApplicationError} `application-member`, `application-too-large`
 * @example
 * const content = encodeApplication({ version: 1, session, challenge, platform: 'ios', time, card, deviceKeys, keyAttestation, responseKey });
 */
export function encodeApplication(application: Application): Uint8Array {
  const files = (entries: Readonly<Record<number, Uint8Array>>) =>
    new Map<number, CborValue>(Object.entries(entries).map(([id, bytes]) => [Number(id), bytes]));
  const requests = application.certificateRequests;
  const content = encode({
    version: application.version,
    session: application.session,
    challenge: application.challenge,
    platform: application.platform,
    time: DateTime.from(application.time),
    card: {
      text: files(application.card.text),
      surface: files(application.card.surface),
      presence: application.card.presence,
      surfacePresence: application.card.surfacePresence,
    },
    deviceKeys: application.deviceKeys,
    keyAttestation: application.keyAttestation,
    responseKey: application.responseKey,
    ...(application.want === undefined ? {} : { want: application.want }),
    ...(requests ? { certificateRequests: { auth: requests.auth, sign: requests.sign } } : {}),
  });
  decodeApplication(content);
  return content;
}

import { type CborValue, encode } from '@tegata/cbor';
import { MdocError } from '../error.ts';
import { readHandoverSelect } from '../nfc/handover-message.ts';
import { hashOf } from '../transcript/online.ts';
import type { TranscriptVariant } from '../transcript/variant.ts';
import { type Reading, readings, type TranscriptFacts } from './facts.ts';
import {
  byteNonceReadings,
  clientIdReadings,
  embeddedReadings,
  encryptionInfoReadings,
  nonceReadings,
  originReadings,
  thumbprintReadings,
  uriReadings,
} from './readings.ts';

/** A kind of transcript with the readings of each of its parameters. */
export interface Candidate {
  readonly variant: TranscriptVariant;
  readonly parameters: readonly { readonly name: string; readonly readings: readonly Reading[] }[];
  /** Makes the bare transcript of one value for each parameter, in their order. */
  readonly make: (values: readonly CborValue[]) => Uint8Array;
}

/** A kind of transcript that cannot be tried, and what would be needed for it. */
export interface Untried {
  readonly variant: TranscriptVariant;
  readonly missing: readonly string[];
}

type Parameters = Readonly<Record<string, readonly Reading[] | undefined>>;

/** Every kind of transcript that the facts are enough for. */
export function candidatesFor(facts: TranscriptFacts): { candidates: Candidate[]; untried: Untried[] } {
  const candidates: Candidate[] = [];
  const untried: Untried[] = [];
  const add = (variant: TranscriptVariant, given: Parameters, make: Candidate['make']) => {
    const entries = Object.entries(given);
    const missing = entries.filter(([, value]) => value === undefined).map(([name]) => name);
    if (missing.length > 0) untried.push({ variant, missing });
    else
      candidates.push({ variant, parameters: entries.map(([name, value = []]) => ({ name, readings: value })), make });
  };
  inPerson(facts, add);
  online(facts, add);
  return { candidates, untried };
}

type Add = (variant: TranscriptVariant, given: Parameters, make: Candidate['make']) => void;

const has = <T, R>(value: T | undefined, make: (value: T) => R): R | undefined =>
  value === undefined ? undefined : make(value);
const only = <T>(value: T | undefined) => has(value, (one) => readings(one));

function inPerson(facts: TranscriptFacts, add: Add): void {
  const deviceEngagement = has(facts.deviceEngagement, (one) => embeddedReadings(one));
  const eReaderKey = has(facts.eReaderKeyBytes, (one) => embeddedReadings(one));
  const handoverSelect = only(facts.handoverSelect);
  const handoverRequest = only(facts.handoverRequest);
  const inside = has(facts.handoverSelect, engagementInside);
  const own = facts.deviceEngagement ?? inside;
  const whole = { deviceEngagement: has(own, (one) => embeddedReadings(one, inside)), eReaderKey };
  add('qr', { deviceEngagement, eReaderKey }, ([engagement, key]) => encode([engagement, key, null]));
  add('nfc-static', { ...whole, handoverSelect }, ([engagement, key, hs]) => encode([engagement, key, [hs, null]]));
  add('nfc-negotiated', { ...whole, handoverSelect, handoverRequest }, ([engagement, key, hs, hr]) =>
    encode([engagement, key, [hs, hr]]),
  );
}

/** The engagement that a phone sends over NFC stands in its message. */
function engagementInside(handoverSelect: Uint8Array): Uint8Array | undefined {
  try {
    return readHandoverSelect(handoverSelect).engagement.encoded.content;
  } catch (error) {
    if (error instanceof MdocError) return undefined;
    throw error;
  }
}

function online(facts: TranscriptFacts, add: Add): void {
  const origin = has(facts.origin, originReadings);
  const nonce = has(facts.nonce, nonceReadings);
  const jwkThumbprint = thumbprintReadings(facts);
  const clientId = has(facts.clientId, (value) => clientIdReadings(value, facts.origin));
  const responseUri = has(facts.responseUri ?? facts.redirectUri, (value) => uriReadings(value, facts));
  const mdocGeneratedNonce = has(facts.mdocGeneratedNonce, nonceReadings);
  const encryptionInfo = has(facts.encryptionInfo, encryptionInfoReadings);
  const transcript = (handover: CborValue) => encode([null, null, handover]);

  add('openid4vp-dc-api', { origin, nonce, jwkThumbprint }, (info) =>
    transcript(['OpenID4VPDCAPIHandover', hashOf([...info])]),
  );
  add('openid4vp-redirect', { clientId, nonce, jwkThumbprint, responseUri }, (info) =>
    transcript(['OpenID4VPHandover', hashOf([...info])]),
  );
  add('iso-18013-7-annex-c', { encryptionInfo, origin }, (info) => transcript(['dcapi', hashOf([...info])]));
  add('openid4vp-draft24-dc-api', { origin, clientId, nonce }, (info) =>
    transcript(['OpenID4VPDCAPIHandover', hashOf([...info])]),
  );
  const old = { clientId, responseUri, nonce, mdocGeneratedNonce };
  add('iso-18013-7-annex-b', old, ([client, uri, n, mdocNonce]) =>
    transcript([hashOf([client, mdocNonce]), hashOf([uri, mdocNonce]), n]),
  );
  add('iso-18013-7-annex-b-draft', old, ([client, uri, n, mdocNonce]) => transcript([mdocNonce, client, uri, n]));
  add(
    'apple-in-app',
    {
      nonce: has(facts.nonce, byteNonceReadings),
      merchantId: only(facts.merchantId),
      teamId: only(facts.teamId),
      recipientKeyHash: only(facts.recipientKeyHash),
    },
    ([n, merchant, team, hash]) => transcript(['AppleIdentityPresentment_1.0', n, merchant, team, hash]),
  );
}

import { CborError, decode, Encoded } from '@tegata/cbor';
import {
  MdocError,
  sessionTranscriptOf,
  TRANSCRIPT_VARIANTS,
  type TranscriptFacts,
  type TranscriptParameters,
  type TranscriptVariant,
} from '@tegata/mdoc';
import { ArgumentError } from './argument-error.ts';
import type { GivenFiles } from './given-file.ts';
import type { VerifyOptions } from './options.ts';

/** The transcript of the reader's own session. */
export interface OwnTranscript {
  /** Bare, without tag 24. */
  readonly bytes: Uint8Array;
  /** The kind that was computed, or that was named; absent when the transcript was given as it is. */
  readonly variant?: TranscriptVariant;
}

/** Shorter names; all of `TRANSCRIPT_VARIANTS` are taken too. */
const ALIASES: Readonly<Record<string, TranscriptVariant>> = {
  'annex-b': 'iso-18013-7-annex-b',
  'annex-b-draft': 'iso-18013-7-annex-b-draft',
  'annex-c': 'iso-18013-7-annex-c',
  openid4vp: 'openid4vp-redirect',
  'openid4vp-dcapi': 'openid4vp-dc-api',
  'openid4vp-draft24': 'openid4vp-draft24-dc-api',
  apple: 'apple-in-app',
};

type Fact = keyof TranscriptFacts;

/** The option behind each fact, for messages. */
const OPTION_OF: Readonly<Partial<Record<Fact, string>>> = {
  deviceEngagement: '--engagement',
  eReaderKeyBytes: '--reader-key, --e-reader-key or --establishment',
  handoverSelect: '--handover or --handover-select',
  handoverRequest: '--handover or --handover-request',
  origin: '--origin',
  nonce: '--nonce',
  clientId: '--client-id',
  responseUri: '--response-uri',
  mdocGeneratedNonce: '--mdoc-generated-nonce',
  encryptionInfo: '--encryption-info',
  merchantId: '--merchant-id',
  teamId: '--team-id',
  recipientKeyHash: '--recipient-key-hash',
};

const IN_PERSON: readonly Fact[] = ['deviceEngagement', 'eReaderKeyBytes'];
const ANNEX_B: readonly Fact[] = ['clientId', 'responseUri', 'nonce', 'mdocGeneratedNonce'];
const NEEDS: Readonly<Record<TranscriptVariant, readonly Fact[]>> = {
  qr: IN_PERSON,
  'nfc-static': [...IN_PERSON, 'handoverSelect'],
  'nfc-negotiated': [...IN_PERSON, 'handoverSelect', 'handoverRequest'],
  'iso-18013-7-annex-b': ANNEX_B,
  'iso-18013-7-annex-b-draft': ANNEX_B,
  'iso-18013-7-annex-c': ['encryptionInfo', 'origin'],
  'openid4vp-redirect': ['clientId', 'nonce', 'responseUri'],
  'openid4vp-dc-api': ['origin', 'nonce'],
  'openid4vp-draft24-dc-api': ['origin', 'clientId', 'nonce'],
  'apple-in-app': ['nonce', 'merchantId', 'teamId', 'recipientKeyHash'],
};

/**
 * The transcript as given, or as computed from what is known of the exchange. Nothing of it is ever taken from the response.
 * @throws {ArgumentError} `usage` when something is missing or more than one kind fits, `transcript-unusable`
 */
export function ownTranscript(options: VerifyOptions, files: GivenFiles, facts: TranscriptFacts): OwnTranscript {
  const named = options['transcript-type'];
  if (options.transcript !== undefined) {
    const bytes = readTranscript(files, options.transcript);
    return named === undefined ? { bytes } : { bytes, variant: variantNamed(named, facts) };
  }
  const variant = named === undefined ? variantFitting(facts) : variantNamed(named, facts);
  const missing = NEEDS[variant].filter((fact) => facts[fact] === undefined);
  if (missing.length > 0) {
    const list = missing.map((fact) => OPTION_OF[fact] ?? fact).join('; ');
    throw new ArgumentError('usage', `The transcript of ${variant} also needs ${list}.`, { option: 'transcript-type' });
  }
  try {
    const parameters = parametersOf(facts) as unknown as TranscriptParameters[typeof variant];
    return { bytes: sessionTranscriptOf(variant, parameters, { legacy: true }), variant };
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    throw new ArgumentError('transcript-unusable', error.message, { option: 'transcript-type' });
  }
}

/** The legacy kinds are never guessed: naming one is the operator's decision. */
function variantNamed(name: string, facts: TranscriptFacts): TranscriptVariant {
  if (name === 'nfc') return facts.handoverRequest ? 'nfc-negotiated' : 'nfc-static';
  const variant = Object.hasOwn(ALIASES, name) ? ALIASES[name] : TRANSCRIPT_VARIANTS.find((known) => known === name);
  if (variant) return variant;
  const known = ['nfc', ...Object.keys(ALIASES), ...TRANSCRIPT_VARIANTS].join(', ');
  throw new ArgumentError('usage', `--transcript-type is one of ${known}.`, { option: 'transcript-type' });
}

function variantFitting(facts: TranscriptFacts): TranscriptVariant {
  const has = (...names: Fact[]) => names.some((name) => facts[name] !== undefined);
  const fitting: TranscriptVariant[] = [];
  if (has('merchantId', 'teamId', 'recipientKeyHash')) fitting.push('apple-in-app');
  if (has('encryptionInfo')) fitting.push('iso-18013-7-annex-c');
  if (has('deviceEngagement', 'handoverSelect')) {
    if (has('handoverSelect')) fitting.push(has('handoverRequest') ? 'nfc-negotiated' : 'nfc-static');
    else fitting.push('qr');
  }
  if (has('responseUri')) fitting.push('openid4vp-redirect');
  else if (has('origin') && !has('encryptionInfo')) fitting.push('openid4vp-dc-api');
  const [only, other] = fitting;
  if (has('mdocGeneratedNonce') || other !== undefined || (has('responseUri') && has('origin'))) {
    const message =
      'More than one kind of transcript fits these parameters, or an old one: name it by --transcript-type.';
    throw new ArgumentError('usage', message, { option: 'transcript-type' });
  }
  if (only) return only;
  const message =
    '--response needs --transcript, or what the transcript is computed from: --engagement, --origin and --nonce, …';
  throw new ArgumentError('usage', message, { option: 'transcript' });
}

function parametersOf(facts: TranscriptFacts): Record<string, unknown> {
  const { deviceEngagement } = facts;
  return { ...facts, ...(deviceEngagement ? { deviceEngagementBytes: Encoded.wrap(deviceEngagement) } : {}) };
}

/** SessionTranscript, bare or in tag 24. @throws {ArgumentError} `transcript-unusable` */
export function readTranscript(files: GivenFiles, given: string): Uint8Array {
  const { bytes } = files.read('transcript', given);
  try {
    const value = decode(bytes);
    const bare = value instanceof Encoded ? value.content : bytes;
    const parts = value instanceof Encoded ? value.decode() : value;
    if (Array.isArray(parts) && parts.length === 3) return bare;
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    const { offset } = error.context;
    const message = `--transcript is not CBOR: ${error.message}`;
    throw new ArgumentError('transcript-unusable', message, {
      option: 'transcript',
      ...(offset === undefined ? {} : { offset }),
    });
  }
  const message = '--transcript is an array of three, or such an array in tag 24.';
  throw new ArgumentError('transcript-unusable', message, { option: 'transcript' });
}

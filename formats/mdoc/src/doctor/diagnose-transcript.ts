import type { KeyObject } from 'node:crypto';
import type { CborValue } from '@tegata/cbor';
import { CoseError } from '@tegata/cose';
import { parseDeviceResponse } from '../device-response.ts';
import { MdocError } from '../error.ts';
import type { TranscriptVariant } from '../transcript/variant.ts';
import { type Candidate, candidatesFor, type Untried } from './candidates.ts';
import { type Probe, probeFor } from './device-auth-probe.ts';
import type { TranscriptFacts } from './facts.ts';

/** A parameter that the phone read otherwise. `found` is in words and never repeats the value. */
export interface TranscriptDifference {
  readonly parameter: string;
  readonly found: string;
}

/** What the examination came to. It explains; **it verifies nothing**, and a response that it explains is still refused. */
export interface TranscriptDiagnosis {
  /**
   * `explained`: `differences` and `variant` say what the phone did; with no difference the transcript at hand is right.
   * `unexplained`: nothing that was tried fits. `not-diagnosable`: the response lacks what the question needs, see `code`.
   */
  readonly result: 'explained' | 'unexplained' | 'not-diagnosable';
  readonly code?: string;
  readonly variant?: TranscriptVariant;
  readonly differences: readonly TranscriptDifference[];
  /** The bare transcript that fits. */
  readonly sessionTranscript?: Uint8Array;
  readonly tries: number;
  /** Whether the limit of tries ended it. */
  readonly exhausted: boolean;
  /** Kinds of transcript that could not be tried, and what would be needed. */
  readonly untried: readonly Untried[];
  /** In one sentence of public English. */
  readonly summary: string;
}

/** A response whose device authentication fails, and what is known of the exchange. */
export interface DiagnoseTranscriptOptions {
  /** The encoded DeviceResponse. */
  readonly response: Uint8Array;
  readonly facts: TranscriptFacts;
  /** What the reader meant to use: tried first, and named when the phone used another. */
  readonly expected?: TranscriptVariant;
  /** The reader's ephemeral private key, for a deviceMac. */
  readonly eReaderKey?: KeyObject;
  /** Which document of the response (default the first). */
  readonly document?: number;
  /** Signatures or MACs that are checked at most (default 2,000, about a fifth of a second). */
  readonly maxTries?: number;
}

/** Two mistakes at once are met; three would be guessing. */
const MOST_DIFFERENCES = 2;

/**
 * Finds out why device authentication fails: tries the known transcripts with the known mistakes in each parameter, one and then two at
 * once, and names what the phone did differently.
 * @throws never for what the response holds; a malformed response is `not-diagnosable`
 * @example
 * const { summary } = diagnoseTranscript({ response, expected: 'openid4vp-dc-api', facts: { origin, nonce, jwk } });
 * // 'The phone used openid4vp-dc-api, but origin with a slash at the end.'
 */
export function diagnoseTranscript(options: DiagnoseTranscriptOptions): TranscriptDiagnosis {
  const { expected, maxTries = 2000 } = options;
  const { candidates, untried } = candidatesFor(options.facts);
  // The expected kind comes first in each round.
  candidates.sort((a, b) => Number(b.variant === expected) - Number(a.variant === expected));
  let tries = 0;
  const not = (code: string, why: string): TranscriptDiagnosis => {
    const rest = { differences: [], tries, exhausted: false, untried };
    return { result: 'not-diagnosable', code, ...rest, summary: `Nothing can be said: ${why}` };
  };
  try {
    const document = parseDeviceResponse(options.response).documents[options.document ?? 0];
    if (!document) return not('no-documents', 'the response holds no such document.');
    const probe = probeFor(document, options.eReaderKey);
    for (let count = 0; count <= MOST_DIFFERENCES; count++) {
      for (const candidate of candidates) {
        for (const attempt of attempts(candidate, probe, count)) {
          if (tries >= maxTries) return unexplained(tries, true, untried);
          tries++;
          if (!probe.fits(attempt.transcript, attempt.form)) continue;
          return explained(candidate.variant, attempt, expected, tries, untried);
        }
      }
    }
    return unexplained(tries, false, untried);
  } catch (error) {
    if (!(error instanceof MdocError || error instanceof CoseError)) throw error;
    const code = error instanceof MdocError ? String(error.context['rule'] ?? error.code) : error.code;
    return not(code, error.message);
  }
}

interface Attempt {
  readonly transcript: Uint8Array;
  readonly form: string;
  readonly differences: readonly TranscriptDifference[];
}

/** Every way to read exactly `count` of the parameters wrongly. */
function* attempts(candidate: Candidate, probe: Probe, count: number): Generator<Attempt> {
  const all = [...candidate.parameters, { name: 'deviceAuthentication', readings: probe.forms }];
  for (const chosen of choices(
    all.map(({ readings }) => readings.length),
    count,
  )) {
    const values = all.map(({ readings }, index) => readings[chosen[index] as number]?.value as CborValue);
    const form = values.pop() as string;
    const differences = all.flatMap(({ name, readings }, index) => {
      const note = readings[chosen[index] as number]?.note;
      return note === undefined ? [] : [{ parameter: name, found: note }];
    });
    yield { transcript: candidate.make(values), form, differences };
  }
}

/** Index lists in which exactly `count` are not zero, each below its length. */
function* choices(lengths: readonly number[], count: number, from = 0): Generator<number[]> {
  if (count === 0) {
    yield lengths.map(() => 0);
    return;
  }
  for (let at = from; at < lengths.length; at++) {
    for (const rest of choices(lengths, count - 1, at + 1)) {
      for (let index = 1; index < (lengths[at] as number); index++) {
        rest[at] = index;
        yield rest;
      }
    }
  }
}

function explained(
  variant: TranscriptVariant,
  { transcript, differences }: Attempt,
  expected: TranscriptVariant | undefined,
  tries: number,
  untried: readonly Untried[],
): TranscriptDiagnosis {
  const other = expected !== undefined && expected !== variant;
  const all = other
    ? [{ parameter: 'handover', found: `${variant} in place of ${expected}` }, ...differences]
    : differences;
  const words = differences.map(({ parameter, found }) => `${parameter} ${found}`).join(' and ');
  const used = other ? `The phone used ${variant} in place of ${expected}` : `The phone used ${variant}`;
  const summary = words ? `${used}, but ${words}.` : `${used}, with every parameter as it is at hand.`;
  const rest = { tries, exhausted: false, untried, summary };
  return { result: 'explained', variant, differences: all, sessionTranscript: transcript, ...rest };
}

function unexplained(tries: number, exhausted: boolean, untried: readonly Untried[]): TranscriptDiagnosis {
  const why = exhausted
    ? 'The limit of tries was reached before anything fitted.'
    : 'No known transcript with the parameters at hand fits: a value is another one altogether, or the key is.';
  return { result: 'unexplained', differences: [], tries, exhausted, untried, summary: why };
}

import {
  type Bilingual,
  bilingual,
  type Consent,
  consent,
  type Info,
  info,
  type Message,
  message,
  type Persona,
  persona,
  type Wallet,
  wallet,
  words,
} from './answers.ts';
import { id, list, maybe, members, number, object, type Reader, text } from './read.ts';

/** The server refused, in its own words (RFC 9457 problem document), or could not be reached. */
export class Refusal extends Error {
  readonly code: string;
  readonly words: Bilingual | undefined;
  readonly context: { readonly triesLeft?: number };
  constructor(code: string, said?: Bilingual, triesLeft?: number) {
    super(said?.en.what ?? `The server answered with code ${code}.`);
    this.code = code;
    this.words = said;
    this.context = triesLeft === undefined ? {} : { triesLeft };
  }
}

export const getPersonas = (): Promise<Persona[]> => ask('/api/personas', list(persona, 200));
export const getInfo = (): Promise<Info> => ask('/api/info', info);
export const getWords = (): Promise<Record<string, Bilingual>> => ask('/api/words', words);
export const getWallet = (): Promise<Wallet> => ask('/api/wallet', wallet);
export const getConsent = (): Promise<Consent | undefined> => ask('/api/consent', pendingConsent);
export const getMessage = (number: string, unmask: boolean): Promise<Message> =>
  ask(`/api/messages/${encodeURIComponent(number)}${unmask ? '?unmask=1' : ''}`, message);

/** Holds the persona's card to the phone and applies. */
export const startRun = (body: {
  persona: string;
  pin: string;
  signaturePassword: string;
  /** The person knows that one more wrong try locks the card. */
  confirmLastTry?: boolean;
}): Promise<{ run: string }> => ask('/api/runs', object({ run: id }), body);
export const unmaskNumber = (): Promise<string> =>
  ask('/api/wallet/unmask', object({ individual_number_unicode: text }), {}).then((a) => a.individual_number_unicode);
export const startCheck = (): Promise<unknown> => ask('/api/checks', (value) => value, { ask: 'age_over_20' });
export const answerConsent = (question: string, body: { allow: boolean; pin: string }): Promise<unknown> =>
  ask(`/api/consent/${encodeURIComponent(question)}`, (value) => value, body);

const pendingConsent: Reader<Consent | undefined> = (value, at) =>
  typeof value === 'object' && value !== null && 'id' in value ? consent(value, at) : undefined;

async function ask<T>(path: string, reader: Reader<T>, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
    });
  } catch {
    throw new Refusal('server-unreachable');
  }
  const said: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(said, response.status);
  return reader(said, path.split('?')[0] ?? path);
}

function refusal(said: unknown, status: number): Refusal {
  try {
    const problem = members(said, 'problem');
    const inWords = 'ja' in problem && 'en' in problem ? bilingual(problem, 'problem') : undefined;
    return new Refusal(text(problem['code'], 'code'), inWords, maybe(number)(problem['triesLeft'], 'triesLeft'));
  } catch {
    return new Refusal(`http-${status}`);
  }
}

import {
  flag,
  id,
  instant,
  list,
  maybe,
  members,
  number,
  object,
  oneOf,
  type Reader,
  shown,
  table,
  text,
} from './read.ts';

/** The parties of the figure; ids are those on the wire. */
export const parties = [
  'card',
  'applicant-app',
  'smp',
  'iaca',
  'jpki',
  'wallet-provider',
  'wallet',
  'verifier',
] as const;
export type Party = (typeof parties)[number];
const party = oneOf(...parties);

export const stepNumbers = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
export type StepNumber = (typeof stepNumbers)[number];
const stepNumber = oneOf(...stepNumbers);

/** A code in words: what happened, and what to do next. */
export interface CodeWords {
  what: string;
  next: string;
}
export interface Bilingual {
  ja: CodeWords;
  en: CodeWords;
}
const codeWords = object<{ what: string; next: string }>({ what: text, next: text });
export const bilingual: Reader<Bilingual> = object({ ja: codeWords, en: codeWords });

const named = object<{ name: string; note: string }>({ name: text, note: text });
export const persona = object({
  id: text,
  ja: named,
  en: named,
  expects: oneOf('card', 'refusal'),
  portrait: maybe(text),
});
export type Persona = ReturnType<typeof persona>;

export const info = object({
  db: text,
  version: text,
  demo: object({ pin: text, signaturePassword: text, phonePin: text }),
});
export type Info = ReturnType<typeof info>;

export const words = table(bilingual);

const elementValue: Reader<string | number | boolean> = (value) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : JSON.stringify(value);
export const wallet = object({
  state: oneOf('none', 'provisional', 'active'),
  reference: maybe(text),
  status: maybe(text),
  since: maybe(instant),
  card: maybe(
    object({
      elements: table(elementValue),
      portrait: maybe(imageOnly),
      validUntil: maybe(instant),
      docType: maybe(text),
    }),
  ),
  certificates: maybe(
    list(
      object({
        use: oneOf('auth', 'sign'),
        state: oneOf('good', 'suspended', 'revoked', 'expired', 'undetermined'),
        validUntil: instant,
      }),
      2,
    ),
  ),
});
export type Wallet = ReturnType<typeof wallet>;
/** What the phone holds: the card, and its own certificates where it has them. */
export type Card = NonNullable<Wallet['card']> & Pick<Wallet, 'certificates'>;

/** Only a picture inside the answer itself is shown: an address would be a request to somewhere else. */
function imageOnly(value: unknown, at: string): string | undefined {
  const url = text(value, at);
  return /^data:image\/(png|jpeg);base64,[A-Za-z0-9+/=]+$/.test(url) ? url : undefined;
}

/** Who asks, as far as the wallet could verify it; an empty name means that nobody has said. */
const reader: Reader<{ name: string; verified: boolean }> = (value, at) => {
  if (typeof value === 'string') return { name: value, verified: false };
  const source = members(value, at);
  return {
    name: text(source['name'], `${at}.name`),
    verified: maybe(flag)(source['verified'], `${at}.verified`) ?? false,
  };
};
export const consent = object({
  id,
  reader,
  elements: list(object({ namespace: text, element: text, retain: flag }), 100),
});
export type Consent = ReturnType<typeof consent>;

const namedCheck = object({
  id: text,
  result: oneOf('passed', 'failed', 'warning', 'not_performed'),
  code: maybe(text),
  detail: maybe(shown),
  clause: maybe(shown),
});
export type NamedCheck = ReturnType<typeof namedCheck>;

export const message = object({
  label: text,
  from: party,
  to: party,
  hex: maybe(text),
  size: maybe(number),
  masked: maybe(flag),
  decoded: list(
    object({
      title: text,
      text,
      rows: maybe(list(object({ name: text, value: text }), 2_000)),
      note: maybe(text),
      clause: maybe(text),
    }),
    200,
  ),
  note: maybe(text),
  clause: maybe(text),
});
export type Message = ReturnType<typeof message>;

const runEvent = object({ type: oneOf('run'), run: id, persona: text, at: instant });
const stepEvent = object({
  type: oneOf('step'),
  run: maybe(id),
  step: stepNumber,
  state: oneOf('started', 'passed', 'failed', 'waiting'),
  at: instant,
  ms: maybe(number),
  code: maybe(text),
  reference: maybe(text),
});
const messageEvent = object({
  type: oneOf('message'),
  id,
  step: maybe(stepNumber),
  from: party,
  to: party,
  kind: text,
  label: text,
  contentType: maybe(text),
  size: number,
  at: instant,
});
const applicationEvent = object({
  type: oneOf('application'),
  reference: text,
  status: text,
  waiting: maybe(text),
  refusal: maybe(text),
  since: maybe(instant),
});
const walletEvent = object({
  type: oneOf('wallet'),
  state: oneOf('none', 'provisional', 'active'),
  reference: maybe(text),
});
const consentEvent: Reader<{ type: 'consent' } & Consent> = (value, at) => ({ type: 'consent', ...consent(value, at) });
const checkEvent = object({
  type: oneOf('check'),
  verdict: oneOf('green', 'red'),
  answer: maybe(object({ element: text, value: elementValue })),
  checks: maybe(list(namedCheck, 500)),
  code: maybe(text),
  ms: maybe(number),
});
export type RunEvent = ReturnType<typeof runEvent>;
export type StepEvent = ReturnType<typeof stepEvent>;
export type MessageEvent = ReturnType<typeof messageEvent>;
export type ApplicationEvent = ReturnType<typeof applicationEvent>;
export type WalletEvent = ReturnType<typeof walletEvent>;
export type CheckEvent = ReturnType<typeof checkEvent>;
export type Happening =
  | RunEvent
  | StepEvent
  | MessageEvent
  | ApplicationEvent
  | WalletEvent
  | ({ type: 'consent' } & Consent)
  | CheckEvent;

const byType: Record<Happening['type'], Reader<Happening>> = {
  run: runEvent,
  step: stepEvent,
  message: messageEvent,
  application: applicationEvent,
  wallet: walletEvent,
  consent: consentEvent,
  check: checkEvent,
};

/** Reads one server-sent event; a type that this page does not know reads as undefined, so that the server may grow. */
export function happening(value: unknown): Happening | undefined {
  const type = members(value, 'event')['type'];
  return typeof type === 'string' && Object.hasOwn(byType, type)
    ? byType[type as Happening['type']](value, `event ${type}`)
    : undefined;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { parseProblem, toProblem } from '@tegata/problem';
import { z } from 'zod';
import { type Hands, Refused } from '../hands.ts';
import type { Hub } from './hub.ts';

/** A refusal of the figure's own server. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly code: 'bad-request' | 'not-found' | 'run-going-on' | 'engagement-unknown' | 'no-card-in-wallet';
  readonly context = {};
  constructor(code: RunError['code']) {
    super(code);
    this.code = code;
  }
}

const named = z.object({ name: z.string(), note: z.string() });
const persona = z.object({ id: z.string(), ja: named, en: named, expects: z.enum(['card', 'refusal']) });

const walletCard = z
  .object({
    state: z.enum(['none', 'provisional', 'active']),
    reference: z.string().nullish(),
    status: z.string().nullish(),
    since: z.string().nullish(),
    waiting: z.string().nullish(),
    refusal: z.string().nullish(),
  })
  .loose();

/** How the phone's certificates stand, as the wallet shows them. */
const walletCertificates = z.object({
  certificates: z
    .array(
      z.object({
        use: z.enum(['auth', 'sign']),
        state: z.enum(['good', 'suspended', 'revoked', 'expired', 'undetermined']),
        validUntil: z.string(),
      }),
    )
    .optional(),
});

const pending = z
  .object({
    request: z
      .object({
        reader: z.string().nullish(),
        elements: z.array(z.object({ namespace: z.string(), element: z.string(), retain: z.boolean() }).loose()),
      })
      .loose()
      .nullish(),
  })
  .loose();

/** What a person does in the figure, one thing at a time. */
export interface Runs {
  personas(): Promise<unknown>;
  personaPortrait(id: string): Promise<Uint8Array>;
  start(person: { persona: string; pin: string; signaturePassword: string; confirmLastTry?: boolean }): Promise<number>;
  /** Resolves when the application of the current run has come to an end. */
  settled(): Promise<void>;
  wallet(): Promise<unknown>;
  unmask(): Promise<unknown>;
  check(): Promise<string>;
  pendingConsent(): unknown;
  consent(id: string, answer: { allow: boolean; pin?: string }): Promise<void>;
  close(): void;
}

/** Runs over the hands and the hub. */
export function runsOver(options: {
  hands: Hands;
  hub: Hub;
  phonePin: string;
  /** The PINs of the phone's own certificates, which come with the card. */
  certificates: { readonly authPin: string; readonly signaturePassword: string };
}): Runs {
  const { hands, hub, phonePin, certificates } = options;
  const { card, wallet } = hands.peers;
  let busy: Promise<void> = Promise.resolve();
  let going = false;
  let consent:
    | { id: string; reader: string; elements: { namespace: string; element: string; retain: boolean }[] }
    | undefined;
  const stopping = new AbortController();

  const get = async <T>(from: typeof card, path: string, shape: z.ZodType<T>): Promise<T> =>
    shape.parse((await from.request('GET', path)).json());

  async function follow(reference: string): Promise<void> {
    let walletBefore = '';
    const tellWallet = async () => {
      const now = await get(wallet, '/card', walletCard);
      const key = `${now.state}/${now.reference}`;
      if (key !== walletBefore)
        hub.tell({ type: 'wallet', state: now.state, ...(now.reference ? { reference: now.reference } : {}) });
      walletBefore = key;
      return now.state;
    };
    const watching = (async () => {
      while (!stopping.signal.aborted && (await tellWallet()) !== 'active' && going)
        await sleep(150, undefined, { signal: stopping.signal });
    })().catch(() => {});
    await hands.untilSettled(reference, {
      everyMs: 150,
      signal: stopping.signal,
      onChange: ({ waiting, refusal, ...status }) =>
        hub.tell({ type: 'application', ...status, ...(waiting ? { waiting } : {}), ...(refusal ? { refusal } : {}) }),
    });
    going = false;
    await watching;
    await tellWallet();
  }

  const runs: Runs = {
    async personas() {
      const all = await get(card, '/personas', z.array(persona));
      return all.map(({ id, ja, en, expects }) => ({
        id,
        ja,
        en,
        expects,
        portrait: `/api/personas/${id}/portrait.png`,
      }));
    },
    async personaPortrait(id) {
      const answer = await card.request('GET', `/personas/${id}/portrait`);
      if (answer.status !== 200) throw new RunError('not-found');
      return answer.body;
    },
    async start(person) {
      if (going) throw new RunError('run-going-on');
      going = true;
      const run = hub.begin(person.persona);
      try {
        const { reference } = await hands.apply({ ...person, certificates });
        busy = follow(reference)
          .catch(() => {})
          .finally(() => {
            going = false;
          });
        return run;
      } catch (error) {
        going = false;
        throw error;
      }
    },
    settled: () => busy,
    wallet: async () => {
      const shown = await get(wallet, '/card', walletCard);
      const code = shown.refusal ?? shown.waiting;
      const own = shown.state === 'active' ? await get(wallet, '/certificates', walletCertificates) : {};
      return { ...shown, ...own, ...(code ? { code } : {}) };
    },
    unmask: async () => get(wallet, '/card/individual-number', z.unknown()),
    async check() {
      const { id, qr } = await hands.engage({ consent: 'ask', phonePin });
      const began = performance.now();
      const watch = new AbortController();
      const asked = (async () => {
        while (!watch.signal.aborted) {
          const { request } = await get(wallet, `/engagements/${id}`, pending);
          if (request) {
            consent = { id, reader: request.reader ?? '', elements: request.elements };
            hub.tell({ type: 'consent', ...consent });
            return;
          }
          await sleep(100, undefined, { signal: watch.signal });
        }
      })().catch(() => {});
      hands
        .askAge(qr)
        .then((answer) => ({ ...answer, checks: answer.report?.checks ?? [] }))
        .catch((error: unknown) => ({
          verdict: 'red' as const,
          code: error instanceof Refused ? error.code : 'internal',
          checks: [],
        }))
        .then(async ({ verdict, ...answer }) => {
          watch.abort();
          await asked;
          consent = undefined;
          hub.tell({ type: 'check', verdict, ...answer, ms: Math.round(performance.now() - began) });
        });
      return id;
    },
    pendingConsent: () => consent,
    async consent(id, answer) {
      if (consent?.id !== id) throw new RunError('engagement-unknown');
      const reply = await wallet.request('POST', `/engagements/${id}/consent`, {
        json: { allow: answer.allow, pin: answer.pin ?? phonePin },
      });
      if (reply.status >= 400) throw new Refused(parseProblem(reply.body) ?? toProblem(undefined));
    },
    close: () => stopping.abort(),
  };
  return runs;
}

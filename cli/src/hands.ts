import { setTimeout as sleep } from 'node:timers/promises';
import { type Peer, peer } from '@tegata/http';
import { type Problem, parseProblem, toProblem } from '@tegata/problem';
import { z } from 'zod';

/** Where the parties that a person touches can be reached. */
export interface Reachable {
  readonly card: { url: string; secret: string };
  readonly applicantApp: { url: string; secret: string };
  readonly wallet: { url: string; secret: string };
  readonly verifier: { url: string; secret: string };
}

/** A refusal that came back from a party, with its words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly problem: Problem;
  /** What of it may be told on. */
  readonly context: { readonly triesLeft?: number; readonly reference?: string };
  constructor(problem: Problem) {
    super(problem.title);
    this.code = problem.code;
    this.problem = problem;
    this.context = { triesLeft: problem.triesLeft, reference: problem.reference };
  }
}

const accepted = z.object({ reference: z.string().max(40), status: z.string().max(40) });

/** Where an application stands, as the SMP says. */
export const applicationStatus = z.object({
  reference: z.string().max(40),
  status: z.string().max(40),
  since: z.string().max(40).optional(),
  waiting: z.string().max(60).nullish(),
  refusal: z.string().max(60).nullish(),
  /** The phone's certificates, where they were applied for. */
  certificates: z.object({ state: z.string().max(20), refusal: z.string().max(60).optional() }).optional(),
});
export type ApplicationStatus = z.infer<typeof applicationStatus>;

const check = z.object({ id: z.string(), result: z.enum(['passed', 'failed', 'warning', 'not_performed']) }).loose();

/** The shop's answer. */
export const checkAnswer = z
  .object({
    verdict: z.enum(['green', 'red']),
    code: z.string().nullish(),
    answer: z.object({ element: z.string(), value: z.unknown() }).loose().nullish(),
    report: z
      .object({ checks: z.array(check).optional() })
      .loose()
      .nullish(),
  })
  .loose();
export type CheckAnswer = z.infer<typeof checkAnswer>;

/** What a person does with card, phone and shop: the hands of `tegata journey` and of the figure. */
export interface Hands {
  /** Holds a persona's card to the phone, has the app apply with it, and takes the card away again. */
  apply(person: {
    persona: string;
    pin: string;
    signaturePassword: string;
    confirmLastTry?: boolean;
    /** Asks for the phone's own certificates too, under these PINs; `want` for them alone. */
    certificates?: { readonly authPin: string; readonly signaturePassword: string };
    want?: 'certificates';
  }): Promise<{ reference: string; status: string }>;
  /** Looks at the application. */
  status(reference: string): Promise<ApplicationStatus>;
  /** Looks until the application has come to an end. */
  untilSettled(
    reference: string,
    options: { everyMs: number; signal: AbortSignal; onChange?: (status: ApplicationStatus) => void },
  ): Promise<ApplicationStatus>;
  /** Shows the QR code. `allow` answers without asking (headless); `ask` waits for `consent`. */
  engage(options: { consent: 'ask' | 'allow'; phonePin: string }): Promise<{ id: string; qr: string }>;
  /** The shop reads the QR code and asks its question. */
  askAge(qr: string): Promise<CheckAnswer>;
  readonly peers: { card: Peer; app: Peer; wallet: Peer; verifier: Peer };
}

/** Hands over HTTP. They are not a party: what they do is not a message of the figure. */
export function handsFor(parties: Reachable): Hands {
  // A person is nobody on the wire; the name only fills the log of the peer client.
  const reach = (at: { url: string; secret: string }, name: 'card' | 'applicant-app' | 'wallet' | 'verifier') =>
    peer({ ...at, name, party: name, timeoutMs: 70_000 });
  const card = reach(parties.card, 'card');
  const app = reach(parties.applicantApp, 'applicant-app');
  const wallet = reach(parties.wallet, 'wallet');
  const verifier = reach(parties.verifier, 'verifier');

  const ask = async <T>(who: Peer, method: string, path: string, shape: z.ZodType<T>, json?: unknown): Promise<T> => {
    const answer = await who.request(method, path, json === undefined ? {} : { json });
    if (answer.status >= 400) throw new Refused(parseProblem(answer.body) ?? toProblem(undefined));
    return shape.parse(answer.status === 204 ? undefined : answer.json());
  };

  const hands: Hands = {
    peers: { card, app, wallet, verifier },
    async apply({ persona, pin, signaturePassword, confirmLastTry, certificates, want }) {
      const reader = await ask(app, 'GET', '/reader', z.object({ host: z.string(), port: z.number() }));
      await ask(card, 'POST', '/hold', z.unknown(), { persona, reader: `${reader.host}:${reader.port}` });
      try {
        return await ask(app, 'POST', '/applications', accepted, {
          pin,
          signaturePassword,
          ...(confirmLastTry ? { confirmLastTry } : {}),
          ...(certificates ? { certificates } : {}),
          ...(want ? { want } : {}),
        });
      } finally {
        await ask(card, 'POST', '/remove', z.unknown(), {}).catch(() => {});
      }
    },
    status: (reference) => ask(app, 'GET', `/applications/${encodeURIComponent(reference)}`, applicationStatus),
    async untilSettled(reference, { everyMs, signal, onChange }) {
      let before = '';
      for (;;) {
        // An SMP that is down for a moment decides nothing: one looks again.
        const status = await hands.status(reference).catch((error: unknown) => {
          if (error instanceof Refused && error.code === 'smp-unreachable') return undefined;
          throw error;
        });
        if (!status) {
          await sleep(everyMs, undefined, { signal });
          continue;
        }
        const now = JSON.stringify([status.status, status.waiting, status.refusal]);
        if (now !== before) onChange?.(status);
        before = now;
        if (['active', 'refused', 'withdrawn', 'replaced'].includes(status.status)) return status;
        await sleep(everyMs, undefined, { signal });
      }
    },
    engage: ({ consent, phonePin }) =>
      ask(wallet, 'POST', '/engagements', z.object({ id: z.string(), qr: z.string() }), { consent, pin: phonePin }),
    askAge: (qr) => ask(verifier, 'POST', '/checks', checkAnswer, { engagement: qr, ask: 'age_over_20' }),
  };
  return hands;
}

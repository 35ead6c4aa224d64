import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chip } from '@tegata/apdu';
import {
  type CounterStore,
  counterOf,
  disturbChip,
  fileCounters,
  fileSecrets,
  makeChip,
  memoryCounters,
  memorySecrets,
  type SecretStore,
  type SoftwareChip,
  writeDurably,
} from '@tegata/chip';
import type { Clock } from '@tegata/clock';
import type { Peer } from '@tegata/http';
import type { Log } from '@tegata/log';
import type { Random } from '@tegata/random';
import { z } from 'zod';
import { CardError } from './error.ts';
import type { CardAuthority } from './issue/authority.ts';
import { type CardCertificates, requestCertificates } from './issue/certificates.ts';
import { type HandoverFaults, personaWith } from './issue/handover-faults.ts';
import { type CardDates, cardDates, personalise } from './issue/personalise.ts';
import { type Persona, type Personas, personasWith } from './persona.ts';

/** A card that was made. */
export interface Card {
  readonly persona: Persona;
  readonly dates: CardDates;
  readonly chip: SoftwareChip;
  /** The chip as a reader meets it, with the trouble that its faults make on the way. Each call is a new holding. */
  inHand(): Chip;
  /** The PINs as they are now: the holder may have changed them. */
  pins(): Persona['pins'];
  /** Attempts left of the three secrets that a person knows. */
  triesLeft(): { text: number; auth: number; signature: number };
}

/** The drawer with the cards: each is made when it is first taken out. */
export interface Cards {
  /**
   * A card with faults is another one than the person's own, and is forgotten with the process.
   * @throws {CardError} `persona-unknown`, `issuing-failed`, `card-state-unreadable`
   */
  card(id: string, faults?: HandoverFaults): Promise<Card>;
  /** The card if it was made before. */
  made(id: string): Card | undefined;
}

/** What a drawer needs. */
export interface CardsOptions {
  /** Whose cards lie in the drawer (default: those that come with this program). */
  readonly personas?: Personas;
  readonly authority: CardAuthority;
  readonly jpki: Peer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Keeps counters and certificates; without it they end with the process. */
  readonly dataDir?: string;
}

const base64 = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const stored = z.strictObject({
  birthDate: z.string().regex(/^[0-9]{8}$/),
  expiry: z.string().regex(/^[0-9]{8}$/),
  certificates: z.strictObject({ auth: base64, authCa: base64, sign: base64.optional(), signCa: base64 }),
});

// Cards with faults that the drawer remembers; the oldest goes first.
const MOST_WRONG_CARDS = 32;

/** Opens the drawer. */
export function openCards(options: CardsOptions): Cards {
  const personas = options.personas ?? personasWith();
  const cards = new Map<string, Card>();
  const making = new Map<string, Promise<Card>>();
  const wrongKeys = new Set<string>();
  return {
    made: (id) => cards.get(id),
    async card(id, faults) {
      const own = personas.get(id);
      const wrong = faults && Object.keys(faults).length > 0 ? faults : undefined;
      const persona = personaWith(own, wrong ?? {});
      const key = wrong ? `${persona.id} ${JSON.stringify(wrong)}` : persona.id;
      const made = cards.get(key);
      if (made) return made;
      // Two hands at once make one card, not two sets of certificates.
      let pending = making.get(key);
      if (!pending) {
        const kept = wrong ? { ...options, dataDir: undefined } : options;
        pending = makeCard(kept, persona).finally(() => making.delete(key));
        making.set(key, pending);
      }
      const card = await pending;
      cards.set(key, card);
      if (wrong) {
        wrongKeys.add(key);
        const [oldest = key] = wrongKeys;
        if (wrongKeys.size > MOST_WRONG_CARDS && wrongKeys.delete(oldest)) cards.delete(oldest);
      }
      return card;
    },
  };
}

async function makeCard(options: CardsOptions, persona: Persona): Promise<Card> {
  const { authority, random, log } = options;
  const { dates, certificates } = await issuedBefore(options, persona);
  const applications = await personalise({ persona, dates, certificates, authority });
  const counters = countersOf(options, persona);
  const secrets = secretsOf(options, persona);
  log.info('card-made', { persona: persona.id });
  const tries = (application: string, id: number) => {
    const file = applications.find(({ name }) => name === application)?.files.get(id);
    const full = file?.kind === 'secret' && file.tries !== 'unlimited' ? file.tries : 0;
    return Math.min(full, counters.read(counterOf(application, id)) ?? full);
  };
  const chip = makeChip({ applications, counters, secrets, random });
  const changed = (name: PinName) => {
    const [application, id] = PIN_FILES[name];
    const value = secrets.read(counterOf(application, id));
    return value && Buffer.from(value).toString('latin1');
  };
  return {
    persona,
    dates,
    chip,
    inHand: () => disturbed(chip, persona.faults),
    pins: () => {
      const { pins } = persona;
      const card = changed('card') ?? pins.card;
      return {
        text: changed('text') ?? pins.text,
        auth: changed('auth') ?? pins.auth,
        signature: changed('signature') ?? pins.signature,
        ...(card === undefined ? {} : { card }),
      };
    },
    triesLeft: () => ({
      text: tries(...PIN_FILES.text),
      auth: tries(...PIN_FILES.auth),
      signature: tries(...PIN_FILES.signature),
    }),
  };
}

function disturbed(chip: SoftwareChip, { slowMs, pulledAfter, pieces }: HandoverFaults = {}): Chip {
  if (slowMs === undefined && pulledAfter === undefined && pieces === undefined) return chip;
  return disturbChip(chip, { slowMs, pulledAfter, pieces });
}

const PIN_FILES = {
  text: ['text', 0x11],
  auth: ['jpki', 0x18],
  signature: ['jpki', 0x1b],
  card: ['common', 0x1c],
} as const satisfies Record<string, readonly [string, number]>;

type PinName = keyof typeof PIN_FILES;

function secretsOf({ dataDir }: CardsOptions, persona: Persona): SecretStore {
  return dataDir === undefined ? memorySecrets() : fileSecrets(join(dataDir, `${persona.id}.secrets.json`));
}

function countersOf({ dataDir }: CardsOptions, persona: Persona): CounterStore {
  const start: Record<string, number> = {};
  for (const name of ['text', 'auth', 'signature', 'card'] as const) {
    const left = persona.triesLeft?.[name];
    if (left === undefined) continue;
    const [application, id] = PIN_FILES[name];
    start[counterOf(application, id)] = left;
    if (name === 'card') start[counterOf('resident', 0x1c)] = left;
  }
  if (dataDir === undefined) return memoryCounters(start);
  return fileCounters(join(dataDir, `${persona.id}.counters.json`), start);
}

interface Issued {
  readonly dates: CardDates;
  readonly certificates: CardCertificates;
}

async function issuedBefore(options: CardsOptions, persona: Persona): Promise<Issued> {
  const { dataDir, clock, jpki } = options;
  const path = dataDir === undefined ? undefined : join(dataDir, `${persona.id}.card.json`);
  if (path && existsSync(path)) return readIssued(path, persona.id);
  const dates = cardDates(persona, clock.now());
  const keys = persona.keys();
  const issue = { ...dates, authKey: keys['jpki-auth'], signKey: keys['jpki-sign'], at: clock.now() };
  const certificates = await requestCertificates(jpki, persona, issue);
  if (path) {
    const text = (der: Uint8Array | undefined) => der && Buffer.from(der).toString('base64');
    const { auth, authCa, sign, signCa } = certificates;
    const json = {
      ...dates,
      certificates: { auth: text(auth), authCa: text(authCa), sign: text(sign), signCa: text(signCa) },
    };
    writeDurably(path, `${JSON.stringify(json)}\n`);
  }
  return { dates, certificates };
}

function readIssued(path: string, persona: string): Issued {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    json = undefined;
  }
  const { data } = stored.safeParse(json);
  if (!data) {
    throw new CardError(
      'card-state-unreadable',
      "The card's stored certificates are damaged. Delete the file to issue a new card.",
      { persona },
    );
  }
  const { certificates, ...dates } = data;
  return { dates, certificates: { ...certificates, sign: certificates.sign } };
}

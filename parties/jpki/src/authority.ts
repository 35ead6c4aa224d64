import type { JpkiCa } from '@tegata/x509-build';
import { type Ceremony, type Generation, keptGeneration, makeGeneration } from './generation.ts';

/** One of the two CAs. What is said of a generation here is that of the one that issues now. */
export interface CertificationAuthority extends Generation {
  /** All of them, oldest first: each answers for what it issued. */
  readonly generations: readonly Generation[];
  /** Their certificates, newest first: what those who verify must trust. */
  readonly anchors: readonly Uint8Array[];
  /** The one that issues now. */
  current(): Generation;
}

/** Both CAs, apart: a verifier keeps their anchors in two stores. */
export interface JpkiAuthority {
  readonly sign: CertificationAuthority;
  readonly auth: CertificationAuthority;
}

const DAY = 24 * 60 * 60 * 1000;
/** A generation issues for four years; what it issues ends within five, and its own certificate after ten. */
const ISSUES = 4 * 365.25 * DAY;
/** So long before it issues a generation is in the trust lists. */
const LEAD = 30 * DAY;
const GENERATIONS = 3;

/**
 * Makes both CAs: three generations that overlap, the first two as if made eight and four years ago, the third from now on. At a start
 * shortly before the newest one is four years old the next is made, so that it lies in the trust lists before it issues. Keys and
 * certificates keep their names in the key store, so that an authority is the same after a restart.
 * @throws {JpkiError} `ca-certificate-mismatch` when a kept certificate is of another key
 * @example
 * const authority = await makeAuthority({ clock, random, keys });
 * const trust = { jpkiSign: authority.sign.anchors, jpkiAuth: authority.auth.anchors };
 */
export async function makeAuthority(ceremony: Ceremony): Promise<JpkiAuthority> {
  const [sign, auth] = await Promise.all([makeCa(ceremony, 'sign'), makeCa(ceremony, 'auth')]);
  return { sign, auth };
}

async function makeCa(ceremony: Ceremony, ca: JpkiCa): Promise<CertificationAuthority> {
  const { clock, keys } = ceremony;
  const third = (await keptGeneration(keys, ca, GENERATIONS))?.notBefore ?? clock.now();
  const starts = Array.from(
    { length: GENERATIONS },
    (_, index) => new Date(third.getTime() - (GENERATIONS - 1 - index) * ISSUES),
  );
  const generations = await Promise.all(starts.map((start, index) => makeGeneration(ceremony, ca, index + 1, start)));
  for (;;) {
    const newest = generations.at(-1) as Generation;
    const kept = await keptGeneration(keys, ca, newest.number + 1);
    const due = newest.certificate.notBefore.getTime() + ISSUES;
    const now = clock.now().getTime();
    if (!kept && now < due - LEAD) break;
    generations.push(await makeGeneration(ceremony, ca, newest.number + 1, new Date(Math.max(due, now))));
  }
  const current = () => {
    const now = clock.now().getTime();
    const started = generations.filter(({ certificate }) => certificate.notBefore.getTime() <= now);
    // A clock that was set back before all of them: the first one, whose certificates then are not valid yet.
    return (started.at(-1) ?? generations[0]) as Generation;
  };
  return {
    generations,
    anchors: generations.map((generation) => generation.ca).reverse(),
    current,
    get number() {
      return current().number;
    },
    get ca() {
      return current().ca;
    },
    get certificate() {
      return current().certificate;
    },
    get signer() {
      return current().signer;
    },
    get keyId() {
      return current().keyId;
    },
    responder: () => current().responder(),
  };
}

import { createHash } from 'node:crypto';
import { loginChallengeText } from '@tegata/application';
import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { type Check, type Report, report } from '@tegata/x509';
import { checkCertificate, type Device, type JpkiTrust } from './certificate-path.ts';
import type { CertificateStatus, StatusSource } from './certificate-status.ts';
import type { ChallengeStore } from './challenge-store.ts';
import { RelyingPartyError } from './error.ts';
import { signedWith } from './possession.ts';
import { statusChecks, statusNotAsked } from './status-check.ts';

/** What a login rests on. */
export interface LoginOptions {
  /** The relying party's own web origin, `https://shop.example`: it stands in every text that is signed. */
  readonly origin: string;
  /** The CAs of authentication certificates. */
  readonly trust: JpkiTrust;
  readonly status: StatusSource;
  readonly challenges: ChallengeStore;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a challenge waits, seconds (default 300). */
  readonly lifetime?: number;
  /** Lets in whose status nobody could tell (default false). Whoever sets it takes a revoked card for a good one in an outage. */
  readonly acceptUndetermined?: boolean;
}

/** A challenge for the visitor. */
export interface LoginChallengeForVisitor {
  readonly id: string;
  /** The text to show, and whose UTF-8 octets to sign. */
  readonly text: string;
  readonly expires: Date;
}

/** What the visitor sends back. */
export interface LoginAnswer {
  readonly id: string;
  /** DER of the authentication certificate. */
  readonly certificate: Uint8Array;
  /** Over the octets of the text. */
  readonly signature: Uint8Array;
  /** The session in which the challenge was asked for, if one was named then. */
  readonly session?: string;
}

/**
 * Named checks. `result` is `passed` only when the visitor may come in. Nothing here identifies the person: a certificate's
 * serial number changes with each card, and is no account number. See `pairwiseIdentifiers`.
 */
export interface LoginReport extends Report {
  readonly status: CertificateStatus['status'];
  /** Where the key is; only when all checks passed. */
  readonly device?: Device;
  /** What proves the login to JPKI, for the question who it was; only when all checks passed. */
  readonly proof?: LoginProof;
}

/** A text, who signed it, and the signature. */
export interface LoginProof {
  readonly text: string;
  readonly certificate: Uint8Array;
  readonly signature: Uint8Array;
}

/** The two halves of a login. */
export interface Login {
  /**
   * Makes a challenge.
   * @param purpose what the signature is for, in words that the visitor reads
   * @param session any secret of the visitor's session: an answer from another session is then refused
   * @throws {RelyingPartyError} `purpose-invalid`
   */
  challenge(purpose: string, session?: string): Promise<LoginChallengeForVisitor>;
  /** Verifies an answer, once. Never throws for what a visitor sends. */
  verify(answer: LoginAnswer): Promise<LoginReport>;
}

const MAX_CERTIFICATE = 8_192;
const MAX_SIGNATURE = 512;
const ID = /^[\w-]{22}$/;
const clause = 'jpki §9';

/**
 * Challenge login (利用者証明) with the authentication certificate of a card or a phone.
 *
 * Failure codes: `answer-malformed` `challenge-unknown` `challenge-expired` `challenge-session` `signature`
 * `certificate-revoked` `certificate-unknown` `certificate-undetermined`, and those of `verifyPath`.
 * @throws {RelyingPartyError} `origin-invalid`
 * @example
 * const login = createLogin({ origin: 'https://shop.example', trust: { anchors }, status, challenges, clock, random });
 * const challenge = await login.challenge('マイページにログインします');
 * const report = await login.verify({ id: challenge.id, certificate, signature });
 */
export function createLogin(options: LoginOptions): Login {
  const { origin, challenges, clock, random, lifetime = 300 } = options;
  const write = (purpose: string, issued: Date): { text: string; expires: Date } => {
    const expires = new Date(issued.getTime() + lifetime * 1000);
    const nonce = Buffer.from(random.bytes(32)).toString('base64url');
    return { text: loginChallengeText({ origin, purpose, nonce, issued, expires }), expires };
  };
  try {
    write('login', new Date(0));
  } catch {
    throw new RelyingPartyError('origin-invalid', 'An origin is scheme, host and port: https://shop.example.');
  }

  return {
    async challenge(purpose, session) {
      const now = clock.now().getTime();
      let made: ReturnType<typeof write>;
      try {
        made = write(purpose, new Date(now - (now % 1000)));
      } catch {
        throw new RelyingPartyError('purpose-invalid', 'A purpose is one line of 1 to 200 visible characters.');
      }
      const id = Buffer.from(random.bytes(16)).toString('base64url');
      await challenges.put({ id, ...made, ...(session === undefined ? {} : { session: digest(session) }) });
      return { id, ...made };
    },
    verify: (answer) => verifyAnswer(options, answer),
  };
}

const digest = (session: string) => createHash('sha256').update(session).digest('base64url');

async function verifyAnswer(options: LoginOptions, answer: LoginAnswer): Promise<LoginReport> {
  const checks: Check[] = [];
  const check = (id: string, holds: boolean, code: string, detail: string): boolean => {
    checks.push(holds ? { id, result: 'passed', clause } : { id, result: 'failed', code, detail, clause });
    return holds;
  };
  const stop = (): LoginReport => ({ ...report([...checks, statusNotAsked]), status: 'undetermined' });
  const now = options.clock.now();

  const { certificate, signature } = answer;
  const sound =
    ID.test(answer.id) &&
    certificate.length <= MAX_CERTIFICATE &&
    signature.length >= 1 &&
    signature.length <= MAX_SIGNATURE;
  if (!check('answer', sound, 'answer-malformed', 'The answer is not of its form.')) return stop();

  // Taken before anything else is looked at: whatever comes of this answer, there is no second one.
  const pending = await options.challenges.take(answer.id);
  if (!check('challenge', pending !== undefined, 'challenge-unknown', 'Unknown, or used before.') || !pending)
    return stop();
  check(
    'challenge-time',
    now <= pending.expires,
    'challenge-expired',
    'The challenge has expired. Ask for another one.',
  );
  const session = answer.session === undefined ? undefined : digest(answer.session);
  check('challenge-session', pending.session === session, 'challenge-session', 'It was given to another session.');

  const checked = checkCertificate('auth', certificate, options.trust, now);
  checks.push(...checked.checks);
  const { verified } = checked;
  if (verified) {
    const fits = signedWith(verified.leaf, new TextEncoder().encode(pending.text), signature);
    check('signature', fits, 'signature', 'The signature is not over this text by this certificate’s key.');
  }
  // Nobody is asked about a stranger's certificate: a server that asks for everyone is a tool to flood the responder.
  if (!verified || report(checks).result === 'failed') return stop();

  const status = await options.status({ certificate: verified.leaf, issuer: verified.issuer, at: now });
  checks.push(...statusChecks(status, options.acceptUndetermined ?? false));
  const summary = { ...report(checks), status: status.status };
  if (summary.result === 'failed') return summary;
  return { ...summary, device: verified.device, proof: { text: pending.text, certificate, signature } };
}

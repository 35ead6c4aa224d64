import { createHash } from 'node:crypto';
import { APPLICATION_CONTENT_TYPE, type Application, ApplicationError, decodeApplication } from '@tegata/application';
import { type CardAttributes, checkCardFiles } from '@tegata/card-files';
import { CmsError, parseSignedData, verifySignedData } from '@tegata/cms';
import {
  type Certificate,
  compareAttributes,
  jpkiAttributes,
  parseCertificate,
  verifyPath,
  X509Error,
} from '@tegata/x509';
import { cardRefusal } from './card-refusal.ts';
import { checkCertificateRequests } from './check-certificate-requests.ts';
import { checkKeys } from './check-keys.ts';
import type { Trust } from './config.ts';
import type { RefusalCode } from './error.ts';
import type { Evidence } from './events.ts';
import type { SessionRow } from './sessions.ts';
import type { Wants } from './states.ts';

/** A check as the formats report it. */
export interface Check {
  readonly id: string;
  readonly result: Evidence['result'];
  readonly code?: string;
}

/** The outcome: evidence of each check in order, and what was opened where nothing speaks against it. */
export type Checked =
  | { readonly refusal: RefusalCode; readonly evidence: readonly Evidence[]; readonly challenge?: Uint8Array }
  | ({ readonly refusal?: undefined; readonly evidence: readonly Evidence[] } & OpenedApplication);

/** A signed application whose signature, chain, card data and session hold. Personal data. */
export interface OpenedApplication {
  readonly application: Application;
  readonly card: CardAttributes;
  readonly signer: Certificate;
  /** The CA that issued it, one of the trusted ones. */
  readonly issuer: Certificate;
}

/** The session, as far as an application must fit it. */
export type SessionFacts = Pick<SessionRow, 'id' | 'challenge' | 'platform' | 'opened_at'>;

/** How far the signed time may lie from the receipt, seconds: a session's life and a phone's clock. */
const FRESH_SECONDS = 15 * 60;

interface Question {
  readonly signed: Uint8Array;
  readonly session?: SessionFacts;
  readonly trust: Trust;
  /** When it was received: what the person signed is judged at this time. */
  readonly receivedAt: Date;
  /** The card must still be valid now. */
  readonly now: Date;
}

/** Gathers checks as evidence; the first that was not passed is the reason to refuse. */
class Findings {
  readonly evidence: Evidence[] = [];
  refusal: RefusalCode | undefined;
  readonly #at: Date;

  constructor(at: Date) {
    this.#at = at;
  }

  add(prefix: string, checks: readonly Check[], codeOf: (check: Check) => RefusalCode, subject?: string): void {
    for (const check of checks) {
      this.evidence.push({
        check: prefix === '' ? check.id : `${prefix}.${check.id}`,
        result: check.result,
        ...(check.code === undefined ? {} : { code: check.code }),
        ...(subject === undefined ? {} : { subject }),
        asked: 'smp',
        at: this.#at,
      });
      if (check.result === 'failed') this.refusal ??= codeOf(check);
    }
  }

  decide(id: string, holds: boolean, code: RefusalCode): void {
    this.add('', [holds ? { id, result: 'passed' } : { id, result: 'failed', code }], () => code);
  }
}

/**
 * What intake checks before a row is written: CMS signature, content, session, chain, card data and presence, the requests for the
 * phone's certificates, and that certificate and card speak of one person. The last belongs here because the place that is taken is that of the card's My Number: otherwise
 * somebody with a card of his own and copied files of another could take the other's place.
 */
export function checkAtIntake(input: { signed: Uint8Array; session: SessionFacts; trust: Trust; at: Date }): {
  refusal?: RefusalCode;
  myNumber?: string;
  wants?: Wants;
  challenge?: Uint8Array;
} {
  const checked = examine({ ...input, receivedAt: input.at, now: input.at }, new Findings(input.at));
  if (checked.refusal !== undefined) return { refusal: checked.refusal, challenge: checked.challenge };
  return { myNumber: checked.card.myNumber, wants: wantsOf(checked.application) };
}

/** What an application is for. */
function wantsOf({ want, certificateRequests }: Application): Wants {
  return want ?? (certificateRequests ? 'card-and-certificates' : 'card');
}

/** What step 4 checks and needs nobody for: everything of intake again, freshness, key attestation and keys. */
export function checkEverything(input: Question & { session: SessionFacts }): Checked {
  const findings = new Findings(input.now);
  const checked = examine(input, findings);
  if (checked.refusal !== undefined) return checked;
  const { application } = checked;
  const age = Math.abs(input.receivedAt.getTime() - application.time.getTime()) / 1000;
  findings.decide('freshness', age <= FRESH_SECONDS, 'application-stale');
  const keys = checkKeys({ application, anchors: input.trust.walletProvider, at: input.receivedAt });
  for (const { prefix, check, refusal } of keys) findings.add(prefix, [check], () => refusal);
  return findings.refusal === undefined ? checked : { refusal: findings.refusal, evidence: findings.evidence };
}

/**
 * Opens an application that step 4 has verified. Signature, chain and card data are checked once more: what is issued never rests on
 * bytes that only the database vouches for.
 * @throws {Error} when they no longer hold
 */
export function openVerified(signed: Uint8Array, trust: Trust, receivedAt: Date): OpenedApplication {
  const checked = examine({ signed, trust, receivedAt, now: receivedAt }, new Findings(receivedAt));
  if (checked.refusal !== undefined) throw new Error('a verified application no longer verifies');
  return checked;
}

function examine({ signed, session, trust, receivedAt, now }: Question, findings: Findings): Checked {
  const refused = (code: RefusalCode, challenge?: Uint8Array): Checked => ({
    refusal: findings.refusal ?? code,
    evidence: findings.evidence,
    ...(challenge ? { challenge } : {}),
  });

  const cms = verifySignedData({ cms: signed, eContentType: APPLICATION_CONTENT_TYPE, at: receivedAt });
  findings.add('cms', cms.checks, ({ code }) => {
    if (code === 'message-digest') return 'application-altered';
    return (code === 'signing-time' && outsideValidity(signed, receivedAt, trust)) || 'cms-invalid';
  });
  const { certificate: signer, content } = cms;
  if (findings.refusal !== undefined || !signer || !content) return refused('cms-invalid');

  let application: Application;
  try {
    application = decodeApplication(content);
    findings.decide('content', true, 'cms-invalid');
  } catch (error) {
    if (!(error instanceof ApplicationError)) throw error;
    findings.decide('content', false, 'cms-invalid');
    return refused('cms-invalid');
  }
  const { challenge } = application;
  if (session) {
    const fits =
      application.session === session.id &&
      application.platform === session.platform &&
      Buffer.compare(challenge, session.challenge) === 0;
    findings.decide('session', fits, 'challenge-mismatch');
    if (!fits) return refused('challenge-mismatch', challenge);
  }

  const path = verifyPath({ leaf: signer, anchors: trust.jpkiSign, at: receivedAt, profile: 'jpki-sign' });
  const expired = (check: Check) => check.id === 'validity' && receivedAt > signer.notAfter;
  const subject = createHash('sha256').update(signer.raw).digest('hex');
  // Untrusted comes before expired: of a stranger's certificate it does not matter when it ends.
  const ordered = [...path.checks].sort((a, b) => Number(expired(a)) - Number(expired(b)));
  findings.add(
    'certificate',
    ordered,
    (check) => (expired(check) ? 'certificate-expired' : 'certificate-untrusted'),
    subject,
  );
  if (findings.refusal !== undefined || !path.anchor) return refused('certificate-untrusted');

  const report = checkCardFiles({
    ...application.card,
    challenge,
    textAnchors: trust.textCvc,
    surfaceAnchors: trust.surfaceCvc,
    at: now,
  });
  findings.add('card', report.checks, cardRefusal);
  const { attributes: card } = report;
  if (!card) {
    return { refusal: report.refusal ? cardRefusal(report.refusal) : 'card-data-invalid', evidence: findings.evidence };
  }

  try {
    findings.add('attributes', compareAttributes(jpkiAttributes(signer), card).checks, () => 'attributes-disagree');
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    findings.decide('attributes', false, 'attributes-disagree');
  }
  findings.add(
    'certificate-request',
    checkCertificateRequests(application, signer),
    () => 'certificate-request-invalid',
  );
  if (findings.refusal !== undefined) return refused(findings.refusal);
  return { evidence: findings.evidence, application, card, signer, issuer: path.anchor };
}

/**
 * Whether the certificate in a message has ended, or has not begun: a person is told so, and not that the signature is bad. Of a stranger's
 * certificate it does not matter when it ends.
 */
function outsideValidity(signed: Uint8Array, at: Date, { jpkiSign }: Trust): RefusalCode | undefined {
  try {
    const [der] = parseSignedData(signed).certificates;
    if (der === undefined) return undefined;
    const leaf = parseCertificate(der);
    const { notBefore, notAfter } = leaf;
    if (at >= notBefore && at <= notAfter) return undefined;
    const code = at > notAfter ? 'certificate-expired' : 'certificate-not-yet-valid';
    const inside = at > notAfter ? notAfter : notBefore;
    const { anchor } = verifyPath({ leaf, anchors: jpkiSign, at: inside, profile: 'jpki-sign' });
    return anchor ? code : 'certificate-untrusted';
  } catch (error) {
    if (error instanceof CmsError || error instanceof X509Error) return undefined;
    throw error;
  }
}

import type { Clock } from '@tegata/clock';
import { DerError } from '@tegata/der';
import type { Log } from '@tegata/log';
import { type CertId, type OcspRequest, readOcspRequest, X509Error } from '@tegata/x509';
import { buildOcspError, type OcspStatus } from '@tegata/x509-build';
import type { Kysely } from 'kysely';
import type { JpkiAuthority } from './authority.ts';
import { type KeptAnswer, keptAnswers } from './kept-answers.ts';
import { type OcspIssuer, ocspIssuers } from './ocsp-issuers.ts';
import type { Tables } from './schema.ts';
import { type StatusLookup, statusLookup } from './status-lookup.ts';
import { verifierGate } from './verifier-gate.ts';

/** How long an answer may be kept by who asked. */
const VALID_MS = 60 * 60 * 1000;

/** What a responder needs. */
export interface OcspOptions {
  readonly db: Kysely<Tables>;
  readonly authority: JpkiAuthority;
  readonly clock: Clock;
  readonly log: Log;
  /** Certificates of enrolled verifiers; given, nobody else gets an answer. */
  readonly verifiers?: readonly Uint8Array[];
  /** For how many certificates signed answers are kept (default 20,000). */
  readonly keptAnswers?: number;
  /** In place of the rows, for measurements. */
  readonly lookup?: StatusLookup;
}

/** An answer; `kept` where it is one that others may be given too. */
export interface OcspAnswered {
  readonly body: Uint8Array;
  readonly kept?: KeptAnswer;
}

/** Answers OCSP requests. */
export interface OcspService {
  /** DER of an OCSPResponse for whatever comes. */
  answer(request: Uint8Array): Promise<OcspAnswered>;
  /** Forgets the answers that are kept about a certificate, because its status has changed. */
  forget(certificate: { readonly ca: 'sign' | 'auth'; readonly serial: string }): void;
}

/**
 * Makes the OCSP responder (RFC 6960) of both CAs and all their generations, each of which answers by its own delegate. A request with a
 * nonce (RFC 9654) gets an answer about this very moment, with the nonce echoed; one without gets an answer that was signed for everybody
 * and is at most 30 minutes old. SHA-1 and SHA-256 CertIDs are answered alike. A number that a generation never handed out is `unknown`; a
 * request that cannot be read gets malformedRequest, one about another CA, or about several generations, unauthorized, and tryLater says
 * that the rows cannot be asked.
 */
export function ocspService(options: OcspOptions): OcspService {
  const { clock, log } = options;
  const issuerOf = ocspIssuers(options.authority);
  const lookup = options.lookup ?? statusLookup(options.db);
  const kept = keptAnswers(options.keptAnswers);
  const gate = options.verifiers ? verifierGate(options.verifiers) : undefined;

  const signed = async (
    issuer: OcspIssuer,
    certIds: readonly CertId[],
    statuses: readonly OcspStatus[],
    nonce?: Uint8Array,
  ) => {
    const thisUpdate = clock.now();
    const nextUpdate = new Date(thisUpdate.getTime() + VALID_MS);
    const responder = await issuer.generation.responder();
    const answers = certIds.map(({ raw }, index) => ({
      certId: raw,
      status: statuses[index] as OcspStatus,
      thisUpdate,
      nextUpdate,
    }));
    const body = await responder.answer({ answers, producedAt: thisUpdate, ...(nonce ? { nonce } : {}) });
    return { body, thisUpdate, nextUpdate };
  };

  const answer = async (request: Uint8Array): Promise<OcspAnswered> => {
    const { certIds, nonce } = readOcspRequest(request);
    const refused = gate?.(request, clock.now());
    if (refused) return { body: buildOcspError(refused) };
    const issuer = issuerOf(certIds[0] as CertId);
    if (!issuer || certIds.some((certId) => issuerOf(certId) !== issuer)) {
      return { body: buildOcspError('unauthorized') };
    }
    if (nonce || certIds.length > 1) {
      const statuses = await Promise.all(certIds.map((certId) => lookup(issuer, serialOf(certId))));
      return signed(issuer, certIds, statuses, nonce);
    }
    const serial = serialOf(certIds[0] as CertId);
    const answered = await kept.answer({
      certificate: `${issuer.ca} ${serial}`,
      certId: (certIds[0] as CertId).raw,
      now: clock.now(),
      look: () => lookup(issuer, serial),
      sign: (status) => signed(issuer, certIds, [status]),
    });
    return { body: answered.body, kept: answered };
  };

  return {
    async answer(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof X509Error || error instanceof DerError)
          return { body: buildOcspError('malformedRequest') };
        log.error('ocsp-not-answered', { class: error instanceof Error ? error.name : 'unknown' });
        return { body: buildOcspError('tryLater') };
      }
    },
    forget: ({ ca, serial }) => kept.forget(`${ca} ${serial}`),
  };
}

/** Upper-case hex, as the rows have it. */
function serialOf({ serial }: OcspRequest['certIds'][number]): string {
  return Buffer.from(serial.buffer, serial.byteOffset, serial.length).toString('hex').toUpperCase();
}

import { type Certificate, type Check, type CrlChecker, type CrlProfile, crlWords } from '@tegata/x509';
import { ArgumentError } from '../verify/argument-error.ts';
import { readInstant } from '../verify/instant.ts';
import { type OptionsRead, optionReader } from '../verify/option-table.ts';
import { type Fault, faultOf, type QuestionCommand, runQuestion } from '../verify/question-command.ts';
import { Remembered } from '../verify/remembered.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { readCertificates } from '../verify/trust.ts';
import { needed } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { renderChecks } from '../x509/render.ts';
import { crlProfileOf, givenCrls } from './given-crls.ts';

const USAGE = `tegata crl check --crl FILE --cert FILE --trust FILE… [--at TIME]
tegata crl check --batch FILE [defaults]                 JSON lines with these options as keys, and "id"

  --crl FILE        the CRL (DER or PEM); a delta CRL together with its base
  --cert FILE       the certificate in question
  --trust FILE      the CA that issued it and signs the CRL
  --profile P       mdoc: also what ISO/IEC 18013-5 asks of a CRL; rfc5280: that alone. Default: mdoc where the certificate is of an mdoc
  --at TIME         RFC 3339; default now
  --json            one JSON object: {status: good | revoked | unusable, code, reason?, revokedAt?, checks}

FILE is a path, - (standard input), hex:…, b64:… or b64u:….
Exit: 0 good, 1 revoked or unusable, 2 the arguments cannot be used.
`;

const options = optionReader({ crl: 'many', cert: 'one', trust: 'many', profile: 'one', at: 'one' });
type Options = OptionsRead<typeof options>;

/** The answer to one question. Unusable is never good: `code` says which rule failed. */
export interface CrlCheckResult {
  readonly id?: string | number;
  readonly status: 'good' | 'revoked' | 'unusable';
  readonly code: string;
  readonly detail?: string;
  readonly reason?: string;
  readonly revokedAt?: string;
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  readonly checks: readonly Check[];
  readonly error?: Fault;
}

/** `tegata crl check`. @returns the exit code; it never throws */
export function crlCheck(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion(question(io), args, io);
}

function question(io: CommandIo): QuestionCommand<Options, CrlCheckResult> {
  const checkers = new Remembered<CrlChecker>(4);
  const roots = new Remembered<readonly Certificate[]>();
  return {
    usage: USAGE,
    options,
    answer(given, files) {
      const at = readInstant(given.at, io.clock);
      const trust = needed('trust', given.trust);
      const crls = needed('crl', given.crl);
      const issuers = roots.get(JSON.stringify(trust), () => readCertificates(files, 'trust', trust, false));
      const certificate = givenCertificate(files, 'cert', needed('cert', given.cert));
      const profile = profileOf(given.profile, certificate);
      const checker = checkers.get(JSON.stringify([crls, trust, profile]), () =>
        givenCrls(files, crls, issuers, profile),
      );
      const { status, code, checks, reason, revokedAt, thisUpdate, nextUpdate, ...rest } = checker.check(
        certificate,
        at,
      );
      const detail = status === 'unusable' ? crlWords({ status, code, checks, ...rest }) : undefined;
      return {
        status,
        code,
        ...(detail === undefined ? {} : { detail }),
        ...(reason === undefined ? {} : { reason }),
        ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
        ...(thisUpdate === undefined ? {} : { thisUpdate: thisUpdate.toISOString() }),
        ...(nextUpdate === undefined ? {} : { nextUpdate: nextUpdate.toISOString() }),
        checks,
      };
    },
    failed(error) {
      const fault = faultOf(error);
      return { status: 'unusable', code: fault.code, checks: [], error: fault };
    },
    good: ({ status }) => status === 'good',
    render: ({ status, code, reason, revokedAt, checks }) =>
      renderChecks(checks, verdict(status, code, reason, revokedAt)),
  };
}

function verdict(status: string, code: string, reason = 'unspecified', since = ''): string {
  if (status === 'good') return 'GOOD';
  return status === 'revoked' ? `REVOKED since ${since}: ${reason}` : `UNUSABLE: ${code}`;
}

function profileOf(given: string | undefined, certificate: Certificate): CrlProfile {
  if (given === 'mdoc' || given === 'rfc5280') return given;
  if (given === undefined) return crlProfileOf(certificate);
  throw new ArgumentError('usage', '--profile is mdoc or rfc5280.', { option: 'profile' });
}

import { type Certificate, type Check, checkOcspExchange, createCrlChecker, revocationFrom } from '@tegata/x509';
import type { GivenFiles } from '../verify/given-file.ts';
import { readInstant } from '../verify/instant.ts';
import { type OptionsRead, optionReader } from '../verify/option-table.ts';
import { type Fault, faultOf, type QuestionCommand, runQuestion } from '../verify/question-command.ts';
import { Remembered } from '../verify/remembered.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { needed, structureOctets } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { renderChecks } from '../x509/render.ts';

const USAGE = `tegata ocsp check --response FILE --request FILE --cert FILE --issuer FILE [--at TIME] [--require-nonce]
tegata ocsp check --batch FILE [defaults]                JSON lines with these options as keys, and "id"

  --response FILE   the OCSPResponse (DER)
  --request FILE    the OCSPRequest that it answers
  --cert FILE       the certificate in question
  --issuer FILE     the CA that issued it
  --require-nonce   an answer without the request's nonce is refused; another nonce always is
  --crl FILE        tells whether a delegated responder is revoked whose certificate lacks ocsp-nocheck
  --at TIME         RFC 3339; default now
  --json            one JSON object: {status: good | revoked | unknown | error | reject, code, reason?, revokedAt?, checks}

FILE is a path, - (standard input), hex:…, b64:… or b64u:….
Exit: 0 good, 1 anything else, 2 the arguments cannot be used.
`;

const options = optionReader({
  response: 'one',
  request: 'one',
  cert: 'one',
  issuer: 'one',
  'require-nonce': 'flag',
  crl: 'many',
  at: 'one',
});
type Options = OptionsRead<typeof options>;

/** The answer to one question. */
export interface OcspCheckResult {
  readonly id?: string | number;
  /** `error`: the responder refused in an unsigned message; `reject`: the response does not follow the rules. Neither is good. */
  readonly status: 'good' | 'revoked' | 'unknown' | 'error' | 'reject';
  readonly code: string;
  readonly reason?: string;
  readonly revokedAt?: string;
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  readonly checks: readonly Check[];
  readonly error?: Fault;
}

/** `tegata ocsp check`. @returns the exit code; it never throws */
export function ocspCheck(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion(question(io), args, io);
}

function question(io: CommandIo): QuestionCommand<Options, OcspCheckResult> {
  const certificates = new Remembered<Certificate>();
  return {
    usage: USAGE,
    options,
    answer: (given, files) => answer(given, files, io, certificates),
    failed(error) {
      const fault = faultOf(error);
      return { status: 'reject', code: fault.code, checks: [], error: fault };
    },
    good: ({ status }) => status === 'good',
    render: ({ status, code, reason = 'unspecified', revokedAt, checks }) => {
      const words = status === 'revoked' ? ` since ${revokedAt}: ${reason}` : status === code ? '' : `: ${code}`;
      return renderChecks(checks, `${status.toUpperCase()}${words}`);
    },
  };
}

function answer(
  given: Options,
  files: GivenFiles,
  io: CommandIo,
  certificates: Remembered<Certificate>,
): OcspCheckResult {
  const at = readInstant(given.at, io.clock);
  const [response, request] = [needed('response', given.response), needed('request', given.request)];
  const [cert, issuerFile] = [needed('cert', given.cert), needed('issuer', given.issuer)];
  const issuer = certificates.get(issuerFile, () => givenCertificate(files, 'issuer', issuerFile));
  const crls = (given.crl ?? []).map((file) => structureOctets(files, 'crl', file));
  const { status, code, checks, reason, revokedAt, thisUpdate, nextUpdate } = checkOcspExchange({
    response: structureOctets(files, 'response', response),
    request: structureOctets(files, 'request', request),
    certificate: givenCertificate(files, 'cert', cert),
    issuer,
    at,
    requireNonce: given['require-nonce'] === true,
    ...(crls.length === 0
      ? {}
      : { responderRevocation: revocationFrom(createCrlChecker({ crls, issuers: [issuer] }), at) }),
  });
  return {
    status,
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
    ...(thisUpdate === undefined ? {} : { thisUpdate: thisUpdate.toISOString() }),
    ...(nextUpdate === undefined ? {} : { nextUpdate: nextUpdate.toISOString() }),
    checks,
  };
}

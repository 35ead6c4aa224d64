import {
  type Certificate,
  type Check,
  type CrlChecker,
  type CrlProfile,
  crlWords,
  isProfileName,
  type PathReport,
  type ProfileName,
  profileNames,
  verifyPath,
} from '@tegata/x509';
import { crlProfileOf, givenCrls } from '../crl/given-crls.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import { readInstant } from '../verify/instant.ts';
import { type OptionsRead, optionReader } from '../verify/option-table.ts';
import { type Fault, faultOf, type QuestionCommand, runQuestion } from '../verify/question-command.ts';
import { Remembered } from '../verify/remembered.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { readCertificates } from '../verify/trust.ts';
import { certificateOctets, needed } from './certificates.ts';
import { renderChecks } from './render.ts';

const USAGE = `tegata x509 check --profile P --cert FILE [--chain FILE…] --trust FILE… [--crl FILE…] [--at TIME]
tegata x509 check --batch FILE [defaults]                JSON lines with these options as keys, and "id"

  --profile P       ${profileNames.join(', ')}
  --cert FILE       the certificate in question (DER or PEM; further certificates of a PEM count as --chain)
  --chain FILE      certificates between it and the root; they prove nothing by being there
  --trust FILE      the certificates that you trust; for a profile of roots, the root itself
  --crl FILE        CRLs; when there is one, the certificate must not be revoked, and that must be known
  --at TIME         RFC 3339; default now
  --interop         known deviations of foreign roots become warnings
  --policy OID      policies that are accepted in place of the profile's own; as often as needed
  --arc OID         the arc of the profile's own policies (default 2.999.8.5)
  --oids jpki-test  the policies of the hierarchy in which operators of JPKI test
  --key KIND        kinds of key that are accepted in place of the profile's own: RSA-2048, P-384 …
  --json            one JSON object: {valid, checks: [{id, result, code?, detail?, clause?}]}

FILE is a path, - (standard input), hex:…, b64:… or b64u:….
Exit: 0 everything is valid, 1 something is not, 2 the arguments cannot be used.
`;

const options = optionReader({
  profile: 'one',
  cert: 'one',
  chain: 'many',
  trust: 'many',
  crl: 'many',
  at: 'one',
  interop: 'flag',
  policy: 'many',
  arc: 'one',
  oids: 'one',
  key: 'many',
});
type Options = OptionsRead<typeof options>;

/** The answer to one question: what `--json` and each line of a batch print. */
export interface X509CheckResult {
  readonly id?: string | number;
  readonly valid: boolean;
  /** The code of the first failed check. */
  readonly code?: string;
  readonly checks: readonly Check[];
  readonly error?: Fault;
}

/** `tegata x509 check`. @returns the exit code; it never throws */
export function x509Check(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion(question(io), args, io);
}

function question(io: CommandIo): QuestionCommand<Options, X509CheckResult> {
  const roots = new Remembered<readonly Certificate[]>();
  return {
    usage: USAGE,
    options,
    answer: (given, files) => answer(given, files, io, roots),
    failed: (error) => ({ valid: false, checks: [], error: faultOf(error) }),
    good: ({ valid }) => valid,
    render: ({ valid, code, checks }) => renderChecks(checks, valid ? 'VALID' : `NOT VALID: ${code}`),
  };
}

function answer(
  given: Options,
  files: GivenFiles,
  io: CommandIo,
  roots: Remembered<readonly Certificate[]>,
): X509CheckResult {
  const profile = profileOf(given.profile);
  const at = readInstant(given.at, io.clock);
  const mode = given.interop ? 'interop' : 'strict';
  const trust = needed('trust', given.trust);
  const anchors = roots.get(JSON.stringify([mode, trust]), () =>
    readCertificates(files, 'trust', trust, given.interop === true),
  );
  const [leaf = new Uint8Array(0), ...beside] = certificateOctets(files, 'cert', [needed('cert', given.cert)]);
  const intermediates = [...beside, ...certificateOctets(files, 'chain', given.chain ?? [])];
  const path = verifyPath({
    leaf,
    intermediates,
    anchors,
    at,
    profile,
    mode,
    ...(given.arc === undefined ? {} : { arc: given.arc }),
    ...(given.policy === undefined ? {} : { policies: given.policy }),
    ...(given.key === undefined ? {} : { keys: given.key }),
    oids: oidsOf(given.oids),
  });
  const checks =
    given.crl === undefined
      ? path.checks
      : [
          ...path.checks,
          ...revocationChecks(
            path,
            givenCrls(files, given.crl, crlIssuers(path, anchors), crlProfile(path.leaf, mode)),
            at,
          ),
        ];
  const failed = checks.find(({ result }) => result === 'failed');
  return { valid: !failed, ...(failed?.code === undefined ? {} : { code: failed.code }), checks };
}

function oidsOf(given: string | undefined): 'own' | 'jpki-test' {
  if (given === undefined || given === 'own') return 'own';
  if (given === 'jpki-test') return 'jpki-test';
  throw new ArgumentError('usage', '--oids is own or jpki-test.', { option: 'oids' });
}

function profileOf(given: string | undefined): ProfileName {
  if (given !== undefined && isProfileName(given)) return given;
  const message = `--profile is one of: ${profileNames.join(', ')}.`;
  throw new ArgumentError('usage', message, { option: 'profile' });
}

/** Who may have signed a CRL of this path: the anchors, and what stands between once the path holds. */
function crlIssuers(path: PathReport, anchors: readonly Certificate[]): readonly Certificate[] {
  return path.anchor ? [...anchors, ...path.chain.slice(1, -1)] : anchors;
}

/** Foreign roots are not held to what ISO/IEC 18013-5 asks of a CRL beyond RFC 5280. */
function crlProfile(leaf: Certificate | undefined, mode: 'strict' | 'interop'): CrlProfile {
  return mode === 'strict' && leaf ? crlProfileOf(leaf) : 'rfc5280';
}

/** Revocation is asked once the path holds. Of what stands between, silence is a warning: its CRL is seldom at hand. */
function revocationChecks(path: PathReport, checker: CrlChecker, at: Date): Check[] {
  const clause = 'RFC 5280 §6.3';
  if (path.result === 'failed') return [{ id: 'revocation', result: 'not_performed', clause }];
  const asked = path.chain.filter((certificate) => certificate !== path.anchor);
  return asked.map((certificate, index): Check => {
    const id = index === 0 ? 'revocation' : 'intermediate.revocation';
    const answer = checker.check(certificate, at);
    if (answer.status === 'good') return { id, result: 'passed', clause };
    const detail = crlWords(answer) ?? '';
    if (answer.status === 'revoked') return { id, result: 'failed', code: 'revoked', detail, clause };
    const result = index > 0 && answer.code === 'no-crl' ? 'warning' : 'failed';
    return { id, result, code: 'revocation-undetermined', detail, clause };
  });
}

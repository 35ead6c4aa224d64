import { type MessageInput, type MessageReport, type SignerReport, verifyMessage } from '@tegata/cms';
import { type Certificate, type Check, formatName } from '@tegata/x509';
import type { Given } from '../verify/given-file.ts';
import { readInstant } from '../verify/instant.ts';
import { type OptionsRead, optionReader } from '../verify/option-table.ts';
import { type Fault, faultOf, type QuestionCommand, runQuestion } from '../verify/question-command.ts';
import { Remembered } from '../verify/remembered.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { readCertificates } from '../verify/trust.ts';
import { needed, structureOctets } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { renderChecks } from '../x509/render.ts';

const USAGE = `tegata cms verify --cms FILE [--content FILE] --trust FILE… [--signer FILE] [--at TIME]
tegata cms verify --batch FILE [defaults]                JSON lines with these options as keys, and "id"

  --cms FILE        the SignedData (DER or PEM)
  --content FILE    the content as it is, where it is detached
  --trust FILE      the roots, or the very certificates, of the signers that you trust
  --signer FILE     the certificate of exactly the signer that you expect; with several, each has to have signed and nobody else
  --at TIME         time of receipt, RFC 3339; default now
  --json            one JSON object: {valid, code, signers: [{valid, code?, issuer?, serial?, signingTime?, checks}], checks}

FILE is a path, - (standard input), hex:…, b64:… or b64u:…. The FILE of --content is taken as it is; where that is not what was signed, and it
looks like hexadecimal or base64, as what it stands for.
Exit: 0 every signer is valid, 1 something is not, 2 the arguments cannot be used.
`;

const options = optionReader({ cms: 'one', content: 'one', trust: 'many', signer: 'many', at: 'one' });
type Options = OptionsRead<typeof options>;

/** One signer of a message. */
export interface CmsSignerResult {
  readonly valid: boolean;
  /** The code of the first failed check. */
  readonly code?: string;
  readonly issuer?: string;
  /** Upper-case hex. */
  readonly serial?: string;
  readonly subjectKeyIdentifier?: string;
  readonly signingTime?: string;
  readonly checks: readonly Check[];
}

/** The answer to one question: valid when every signer is. */
export interface CmsVerifyResult {
  readonly id?: string | number;
  readonly valid: boolean;
  /** `valid`, or the code of the first failed check. */
  readonly code: string;
  readonly signers: readonly CmsSignerResult[];
  readonly contentType?: string;
  readonly checks: readonly Check[];
  readonly error?: Fault;
}

/** `tegata cms verify`. @returns the exit code; it never throws */
export function cmsVerify(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion(question(io), args, io);
}

function question(io: CommandIo): QuestionCommand<Options, CmsVerifyResult> {
  const roots = new Remembered<readonly Certificate[]>();
  return {
    usage: USAGE,
    options,
    answer(given, files) {
      const at = readInstant(given.at, io.clock);
      const trust = needed('trust', given.trust);
      const anchors = roots.get(JSON.stringify(trust), () => readCertificates(files, 'trust', trust, false));
      const signers = given.signer?.map((file) => givenCertificate(files, 'signer', file));
      const cms = structureOctets(files, 'cms', needed('cms', given.cms));
      const input = {
        cms,
        anchors,
        at,
        limits: { maxBytes: MAX_MESSAGE },
        ...(signers === undefined ? {} : { signers }),
      };
      return resultOf(
        given.content === undefined
          ? verifyMessage(input)
          : verifyWithContent(input, files.read('content', given.content)),
      );
    },
    failed(error) {
      const fault = faultOf(error);
      return { valid: false, code: fault.code, signers: [], checks: [], error: fault };
    },
    good: ({ valid }) => valid,
    render({ valid, code, checks, signers }) {
      const ofSigners = signers.flatMap((signer, index) =>
        signer.checks.map((check) => ({ ...check, id: `signer ${index + 1}: ${check.id}` })),
      );
      return renderChecks([...checks, ...ofSigners], valid ? 'VALID' : `NOT VALID: ${code}`);
    },
  };
}

const MAX_MESSAGE = 16 * 1024 * 1024;

/** Which octets a file of text stands for is told by the signature: only those that were signed pass. */
function verifyWithContent(input: MessageInput, { raw, bytes }: Given): MessageReport {
  const report = verifyMessage({ ...input, content: raw });
  if (report.result === 'passed' || bytes === raw) return report;
  const decoded = verifyMessage({ ...input, content: bytes });
  return decoded.result === 'passed' ? decoded : report;
}

function resultOf({ result, code, checks, signers, eContentType }: MessageReport): CmsVerifyResult {
  return {
    valid: result === 'passed',
    code: code ?? 'valid',
    signers: signers.map(signerResult),
    ...(eContentType === undefined ? {} : { contentType: eContentType }),
    checks,
  };
}

function signerResult(signer: SignerReport): CmsSignerResult {
  const { result, code, issuer, serial, subjectKeyIdentifier, signingTime, checks } = signer;
  const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex').toUpperCase();
  return {
    valid: result === 'passed',
    ...(code === undefined ? {} : { code }),
    ...(issuer ? { issuer: formatName(issuer) } : {}),
    ...(serial ? { serial: hex(serial) } : {}),
    ...(subjectKeyIdentifier ? { subjectKeyIdentifier: hex(subjectKeyIdentifier) } : {}),
    ...(signingTime ? { signingTime: signingTime.toISOString() } : {}),
    checks,
  };
}

import { systemRandom } from '@tegata/random';
import { buildOcspRequest, type CertIdHash, type Check, checkOcspExchange } from '@tegata/x509';
import { signOcspRequest } from '@tegata/x509-build';
import { givenSigner, writeOut } from '../jpki/keys.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import { readInstant } from '../verify/instant.ts';
import { type OptionsRead, optionReader } from '../verify/option-table.ts';
import { faultOf, runQuestion } from '../verify/question-command.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { needed } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { renderChecks } from '../x509/render.ts';
import type { OcspCheckResult } from './check.ts';
import { fetchOcsp } from './fetch-ocsp.ts';

const USAGE = `tegata ocsp query --url URL --cert FILE --issuer FILE [--method get|post] [--no-nonce] [--hash sha1|sha256]
tegata ocsp query --batch FILE [defaults]                JSON lines with these options as keys, and "id"
    Asks a responder about a certificate, and checks the answer as "tegata ocsp check" does. A responder that does not answer proves nothing.

  --url URL         the responder; the address in the certificate is not followed
  --cert FILE       the certificate in question
  --issuer FILE     the CA that issued it
  --no-nonce        asks for an answer that was signed for everybody; otherwise a nonce is sent, and required
  --hash H          the digests of the CertID: sha256 (default) or sha1
  --method M        post (default) or get
  --sign-key FILE, --sign-cert FILE
                    signs the request, for a responder that answers enrolled verifiers only
  --timeout SECONDS default 10
  --at TIME         when the answer is judged, RFC 3339; default now
  --request-out FILE, --out FILE
                    writes the request, and the response, as DER
  --json            one JSON object: {status: good | revoked | unknown | error | reject, code, reason?, revokedAt?, checks}

FILE is a path, - (standard input), hex:…, b64:… or b64u:….
Exit: 0 good, 1 anything else, 2 the arguments cannot be used.
`;

const options = optionReader({
  url: 'one',
  cert: 'one',
  issuer: 'one',
  'no-nonce': 'flag',
  hash: 'one',
  method: 'one',
  'sign-key': 'one',
  'sign-cert': 'one',
  timeout: 'one',
  at: 'one',
  'request-out': 'one',
  out: 'one',
});
type Options = OptionsRead<typeof options>;

/** `tegata ocsp query`. @returns the exit code; it never throws */
export function ocspQuery(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion<Options, OcspCheckResult>(
    {
      usage: USAGE,
      options,
      answer: (given, files) => answer(given, files, io),
      failed(error) {
        const fault = faultOf(error);
        return { status: 'reject', code: fault.code, checks: [], error: fault };
      },
      good: ({ status }) => status === 'good',
      render({ status, code, reason = 'unspecified', revokedAt, checks }) {
        const words = status === 'revoked' ? ` since ${revokedAt}: ${reason}` : status === code ? '' : `: ${code}`;
        return renderChecks(checks, `${status.toUpperCase()}${words}`);
      },
    },
    args,
    io,
  );
}

async function answer(given: Options, files: GivenFiles, io: CommandIo): Promise<OcspCheckResult> {
  const certificate = givenCertificate(files, 'cert', needed('cert', given.cert));
  const issuer = givenCertificate(files, 'issuer', needed('issuer', given.issuer));
  const withNonce = given['no-nonce'] !== true;
  const nonce = withNonce ? systemRandom.bytes(32) : undefined;
  const plain = buildOcspRequest({ certificate, issuer, hash: hashOf(given), ...(nonce ? { nonce } : {}) });
  const request = await signedRequest(given, files, plain);
  const url = needed('url', given.url);
  const fetched = await fetchOcsp({ url, request, method: methodOf(given), timeoutMs: timeoutOf(given) });
  if (given['request-out'] !== undefined) writeOut(given['request-out'], request);
  if ('code' in fetched) {
    const check: Check = { id: 'fetch', result: 'not_performed', code: fetched.code, detail: fetched.detail };
    return { status: 'error', code: fetched.code, checks: [check] };
  }
  if (given.out !== undefined) writeOut(given.out, fetched.response);
  // Judged after it came: an answer is not of the time before it was asked for.
  const at = readInstant(given.at, io.clock);
  const { response } = fetched;
  const checked = checkOcspExchange({ response, request, certificate, issuer, at, requireNonce: withNonce });
  const { status, code, checks, reason, revokedAt, thisUpdate, nextUpdate } = checked;
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

async function signedRequest(given: Options, files: GivenFiles, request: Uint8Array): Promise<Uint8Array> {
  const [key, cert] = [given['sign-key'], given['sign-cert']];
  if ((key === undefined) !== (cert === undefined)) {
    throw new ArgumentError('usage', '--sign-key and --sign-cert go together.', { option: 'sign-key' });
  }
  if (key === undefined || cert === undefined) return request;
  const certificate = givenCertificate(files, 'sign-cert', cert);
  return signOcspRequest({ request, signer: givenSigner(files, 'sign-key', key), certificate });
}

function hashOf({ hash = 'sha256' }: Options): CertIdHash {
  if (hash === 'sha1' || hash === 'sha256') return hash;
  throw new ArgumentError('usage', '--hash is sha1 or sha256.', { option: 'hash' });
}

function methodOf({ method = 'post' }: Options): 'get' | 'post' {
  if (method === 'get' || method === 'post') return method;
  throw new ArgumentError('usage', '--method is get or post.', { option: 'method' });
}

function timeoutOf({ timeout = '10' }: Options): number {
  const seconds = Number(timeout);
  if (/^\d{1,3}(\.\d{1,3})?$/.test(timeout) && seconds > 0) return seconds * 1000;
  throw new ArgumentError('usage', '--timeout is a number of seconds.', { option: 'timeout' });
}

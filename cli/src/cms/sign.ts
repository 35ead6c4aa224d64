import { CmsError, cmsOid, prepareSignedData } from '@tegata/cms';
import { DerError, der } from '@tegata/der';
import { givenSigner, writeOut } from '../jpki/keys.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import { readInstant } from '../verify/instant.ts';
import { type OptionsRead, optionReader } from '../verify/option-table.ts';
import { type Fault, faultOf, runQuestion } from '../verify/question-command.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { needed } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';

const USAGE = `tegata cms sign --content FILE --key FILE --cert FILE [--detached] [--type OID] [--at TIME] [--out FILE]
tegata cms sign --batch FILE [defaults]                  JSON lines with these options as keys, and "id"
    Signs a file with a key that lies in a file: SignedData with one signer, contentType, messageDigest, signingTime and
    signingCertificateV2 among what is signed. A card signs with "tegata card sign --form cms".

  --content FILE    what is signed, as it lies there
  --key FILE        the private key without a passphrase: RSA, P-256 or P-384; PEM, JWK, or PKCS#8 in DER
  --cert FILE       the certificate of the key; it goes inside
  --detached        the content stays outside
  --type OID        of the content; default 1.2.840.113549.1.7.1 (data)
  --at TIME         the time of signing, RFC 3339; default now
  --out FILE        where to write the message (DER); without it PEM on standard output
  --json            one JSON object: {ok, cms (base64), error?}

FILE is a path, - (standard input), hex:…, b64:… or b64u:….
Exit: 0 signed, 1 not, 2 the arguments cannot be used.
`;

const options = optionReader({
  content: 'one',
  key: 'one',
  cert: 'one',
  detached: 'flag',
  type: 'one',
  at: 'one',
  out: 'one',
});
type Options = OptionsRead<typeof options>;

/** What was signed. */
export interface CmsSignResult {
  readonly id?: string | number;
  readonly ok: boolean;
  /** base64 of the DER of the ContentInfo. */
  readonly cms?: string;
  readonly error?: Fault;
}

/** `tegata cms sign`. @returns the exit code; it never throws */
export function cmsSign(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion<Options, CmsSignResult>(
    {
      usage: USAGE,
      options,
      answer: (given, files) => answer(given, files, io),
      failed: (error) => ({ ok: false, error: faultOf(error) }),
      good: ({ ok }) => ok,
      render: ({ cms = '' }) => `-----BEGIN CMS-----\n${cms.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CMS-----\n`,
    },
    args,
    io,
  );
}

async function answer(given: Options, files: GivenFiles, io: CommandIo): Promise<CmsSignResult> {
  const { raw } = files.read('content', needed('content', given.content));
  const certificate = givenCertificate(files, 'cert', needed('cert', given.cert));
  const signer = givenSigner(files, 'key', needed('key', given.key));
  try {
    const prepared = prepareSignedData({
      content: raw,
      eContentType: typeOf(given.type),
      certificate,
      signingTime: readInstant(given.at, io.clock),
      detached: given.detached === true,
    });
    const cms = prepared.finish(await signer.sign(prepared.toBeSigned));
    if (given.out !== undefined) writeOut(given.out, cms);
    return { ok: true, cms: Buffer.from(cms).toString('base64') };
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    // The key is not that of the certificate, or of a kind that signs nothing here.
    throw new ArgumentError('key-unreadable', error.message, { option: 'key' });
  }
}

function typeOf(given: string = cmsOid.data): string {
  try {
    der.oid(given);
    return given;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new ArgumentError('usage', '--type is an object identifier, for example 1.2.840.113549.1.7.1.', {
      option: 'type',
    });
  }
}

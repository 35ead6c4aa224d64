import { DerError } from '@tegata/der';
import { type Certificate, sameBytes } from '@tegata/x509';
import {
  buildCrl,
  type CrlEntry,
  jpkiCrlPath,
  type RevocationReason,
  revocationReasons,
  X509BuildError,
} from '@tegata/x509-build';
import { askService, type ServiceTools } from '../jpki/ask-service.ts';
import { givenSigner, writeOut } from '../jpki/keys.ts';
import { WHERE_USAGE } from '../jpki/service.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import { readInstant } from '../verify/instant.ts';
import type { OptionsOf } from '../verify/option-table.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { needed } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { distributionPointOf } from './distribution-point.ts';

const USAGE = `tegata crl make --issuer FILE --key FILE [--revoked FILE] [--for FILE] [--number N] [--hours N] [--at TIME] [--out FILE]
tegata crl make --data DIR (--cert FILE | --ca sign|auth) [--out FILE]
tegata crl make --batch FILE [defaults]                  JSON lines with these options as keys, and "id"
    Makes a CRL of a CA whose key is at hand; or takes the one that the certificate service publishes for a certificate, or for all of a CA.

  --issuer FILE     the CA's certificate, and --key FILE its private key (RSA, P-256 or P-384) without a passphrase
  --revoked FILE    a line for each certificate: SERIAL (hexadecimal), then, each behind a comma, the time (RFC 3339; default --at) and the
                    reason (keyCompromise, affiliationChanged, superseded, cessationOfOperation, certificateHold); default: none
  --for FILE        a certificate: the CRL is that of its distribution point, and says so in a critical extension
  --number N        default: the second of --at
  --hours N         until the next one; default 24
  --at TIME         thisUpdate, RFC 3339; default now
  --out FILE        where to write it (DER); without it PEM on standard output
  --json            one JSON object: {ok, number?, entries?, crl (base64, without --out), error?}

${WHERE_USAGE}
Exit: 0 made, 1 not, 2 the arguments cannot be used.
`;

const OPTIONS = {
  issuer: 'one',
  key: 'one',
  revoked: 'one',
  for: 'one',
  number: 'one',
  hours: 'one',
  at: 'one',
  cert: 'one',
  ca: 'one',
  out: 'one',
} as const;
type Options = OptionsOf<typeof OPTIONS>;

/** What was made. */
export interface CrlMakeResult {
  readonly number?: string;
  readonly entries?: number;
  /** base64 of the DER. */
  readonly crl?: string;
}

/** `tegata crl make`. @returns the exit code; it never throws */
export function crlMake(args: readonly string[], io: CommandIo): Promise<number> {
  return askService<typeof OPTIONS, CrlMakeResult>(
    {
      usage: USAGE,
      options: OPTIONS,
      async work(options, tools) {
        const { der, ...facts } =
          options.issuer === undefined ? await published(options, tools) : await made(options, tools);
        if (options.out === undefined) return { ...facts, crl: Buffer.from(der).toString('base64') };
        writeOut(options.out, der);
        return facts;
      },
      render: ({ crl, entries }) =>
        crl === undefined
          ? `written${entries === undefined ? '' : `: ${entries} entries`}\n`
          : `-----BEGIN X509 CRL-----\n${crl.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END X509 CRL-----\n`,
    },
    args,
    io,
  );
}

interface Made {
  readonly der: Uint8Array;
  readonly number?: string;
  readonly entries?: number;
}

async function published(options: Options, { files, service }: ServiceTools): Promise<Made> {
  const own = ['key', 'revoked', 'for', 'number', 'hours', 'at'] as const;
  const odd = own.find((name) => options[name] !== undefined);
  if (odd) throw new ArgumentError('usage', `--${odd} goes with --issuer.`, { option: odd });
  if ((options.cert === undefined) === (options.ca === undefined)) {
    throw new ArgumentError('usage', 'Give one: --issuer with --key, --cert FILE, or --ca sign|auth.', {
      option: 'issuer',
    });
  }
  if (options.cert !== undefined) {
    const path = jpkiCrlPath(givenCertificate(files, 'cert', options.cert));
    if (path) return { der: await (await service()).fetch(path) };
    throw new ArgumentError('usage', '--cert names no distribution point of the certificate service.', {
      option: 'cert',
    });
  }
  if (options.ca !== 'sign' && options.ca !== 'auth') {
    throw new ArgumentError('usage', '--ca is sign or auth.', { option: 'ca' });
  }
  return { der: await (await service()).fetch(`/crl/${options.ca}/full.crl`) };
}

async function made(options: Options, { files, io }: ServiceTools): Promise<Made> {
  const issuer = givenCertificate(files, 'issuer', needed('issuer', options.issuer));
  const signer = givenSigner(files, 'key', needed('key', options.key));
  if (!sameBytes(issuer.spki.raw, new Uint8Array(signer.publicKey.export({ type: 'spki', format: 'der' })))) {
    throw new ArgumentError('key-unreadable', '--key is not the key of --issuer.', { option: 'key' });
  }
  const thisUpdate = readInstant(options.at, io.clock);
  const number = numberOf('number', options.number ?? String(Math.floor(thisUpdate.getTime() / 1000)));
  const hours = Number(numberOf('hours', options.hours ?? '24'));
  const revoked =
    options.revoked === undefined ? [] : linesOf(files.read('revoked', options.revoked, 128 * 1024 * 1024).raw);
  const partition = options.for === undefined ? {} : partitionOf(givenCertificate(files, 'for', options.for));
  let entries = 0;
  const counted = function* () {
    for (const line of revoked) {
      entries++;
      yield entryOf(line, entries, thisUpdate);
    }
  };
  try {
    const nextUpdate = new Date(thisUpdate.getTime() + hours * 3_600_000);
    const crlIssuer = { certificate: issuer, signer };
    const der = await buildCrl({ issuer: crlIssuer, number, thisUpdate, nextUpdate, revoked: counted(), ...partition });
    return { der, number: String(number), entries };
  } catch (error) {
    if (!(error instanceof X509BuildError) && !(error instanceof DerError)) throw error;
    const where = error instanceof X509BuildError ? ` (line ${entries})` : '';
    throw new ArgumentError('usage', `--revoked: ${error.message}${where}`, { option: 'revoked' });
  }
}

function numberOf(option: 'number' | 'hours', text: string): bigint {
  if (/^\d{1,40}$/.test(text)) return BigInt(text);
  throw new ArgumentError('usage', `--${option} is a whole number.`, { option });
}

function partitionOf(certificate: Certificate) {
  const name = distributionPointOf(certificate);
  if (name) return { partition: { name: { directoryName: name } } };
  throw new ArgumentError('usage', '--for names no distribution point by a directoryName.', { option: 'for' });
}

/** The lines of a list, one at a time: a million of them are no million strings at once. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(0x0a, from);
    const to = end < 0 ? text.length : end;
    const line = text.toString('latin1', from, Math.min(to, from + 200)).trim();
    if (line !== '' && !line.startsWith('#')) yield line;
    from = to + 1;
  }
}

function entryOf(line: string, number: number, at: Date): CrlEntry {
  const [hex = '', time = '', reason = '', ...more] = line.split(',').map((part) => part.trim());
  const even = hex.length % 2 ? `0${hex}` : hex;
  const bad = (what: string) =>
    new ArgumentError('usage', `--revoked: entry ${number} ${what}.`, { option: 'revoked' });
  if (!/^[0-9A-Fa-f]{2,42}$/.test(even)) throw bad('has no serial number in hexadecimal');
  if (more.length > 0) throw bad('has more than three parts');
  const revokedAt = time === '' ? at : new Date(time);
  if (time !== '' && !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(time)) throw bad('has no time of RFC 3339');
  if (Number.isNaN(revokedAt.getTime())) throw bad('has no time of RFC 3339');
  if (reason !== '' && !Object.hasOwn(revocationReasons, reason)) throw bad('has an unknown reason');
  return { serial: serialOf(even), revokedAt, ...(reason === '' ? {} : { reason: reason as RevocationReason }) };
}

/** Content octets of the positive number: no octet too many, and one in front where the first would make it negative. */
function serialOf(hex: string): Uint8Array {
  const octets = Buffer.from(hex, 'hex');
  let from = 0;
  while (from < octets.length - 1 && octets[from] === 0) from++;
  const short = octets.subarray(from);
  return (short[0] as number) > 0x7f ? Buffer.concat([Uint8Array.of(0), short]) : short;
}

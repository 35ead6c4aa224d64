import { closeSync, openSync, writeFileSync } from 'node:fs';
import { type UnlockedKey, unlockKey } from '@tegata/applicant-app';
import { cmsOid, prepareSignedData } from '@tegata/cms';
import { CliError } from '../error.ts';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';
import { MAX_FILE_BYTES, readUpTo } from '../verify/given-file.ts';
import { cardArguments, oneOf, WHERE } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { holdCard } from './card-source.ts';
import { beforeLastTry } from './last-try.ts';
import { runCard } from './run-card.ts';
import { type GivenSecrets, SecretInput } from './secret-input.ts';
import { SIGN_USAGE } from './usage.ts';

const OPTIONS = {
  ...WHERE,
  key: 'value',
  form: 'value',
  out: 'value',
  pin: 'value',
  'pin-file': 'value',
  'yes-last-try': 'flag',
} as const;

const WORDS = { auth: 'authentication PIN (4 digits)', sign: 'signature password' } as const;

/**
 * `tegata card sign`: has the card sign a file, and checks the signature with the card's certificate.
 * @returns 0 signed, 1 the card refused, 2 the arguments cannot be used
 */
export function signCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, SIGN_USAGE, async () => {
    const { values, positionals } = cardArguments(args, OPTIONS, 1);
    const key = oneOf('key', values.key, ['auth', 'sign']);
    const form = oneOf('form', values.form ?? 'raw', ['raw', 'cms']);
    const [path] = positionals;
    if (path === undefined) throw new ArgumentError('usage', 'Name the file to be signed, or - for standard input.');
    const content = contentOf(path, io);
    const secret = await new SecretInput(io, values as GivenSecrets).take({
      kind: key,
      option: 'pin',
      words: WORDS[key],
    });
    const held = await holdCard(values, io);
    let signed: { signature: Uint8Array; unlocked: UnlockedKey };
    try {
      const yes = values['yes-last-try'] === true;
      const unlocked = await beforeLastTry(io, yes, (confirmLastTry) =>
        unlockKey({ card: held.card, key, secret, confirmLastTry }),
      );
      const signature = form === 'raw' ? await unlocked.sign(content) : await asCms(unlocked, content, io);
      signed = { signature, unlocked };
    } finally {
      secret.fill(0);
      await held.close();
    }
    if (values.out !== undefined) write(values.out, signed.signature);
    await io.write(
      shown(signed, { key, form, json: values.json === true, ...(values.out ? { out: values.out } : {}) }),
    );
    return 0;
  });
}

/** CMS SignedData with the file inside (id-data). The card signs the signed attributes. */
async function asCms({ certificate, sign }: UnlockedKey, content: Uint8Array, io: CardIo): Promise<Uint8Array> {
  const signingTime = new Date(Math.floor(io.clock.now().getTime() / 1000) * 1000);
  const prepared = prepareSignedData({ content, eContentType: cmsOid.data, certificate, signingTime });
  return prepared.finish(await sign(prepared.toBeSigned));
}

function shown(
  { signature, unlocked }: { signature: Uint8Array; unlocked: UnlockedKey },
  view: { key: string; form: string; json: boolean; out?: string },
): string {
  const base64 = Buffer.from(signature).toString('base64');
  const { key, form, out } = view;
  if (view.json) {
    const certificate = Buffer.from(unlocked.certificate.raw).toString('base64');
    const place = out === undefined ? { signature: base64 } : { file: out, bytes: signature.length };
    return `${JSON.stringify({ key, form, digest: unlocked.digest, ...place, certificate })}\n`;
  }
  return out === undefined ? `${base64}\n` : `Signed with ${unlocked.digest}: ${out}, ${signature.length} bytes\n`;
}

/** The file exactly as it lies there: what is signed is never decoded. */
function contentOf(path: string, io: CardIo): Uint8Array {
  let content: Uint8Array;
  try {
    if (path === '-') content = io.readStdin(MAX_FILE_BYTES + 1);
    else {
      const file = openSync(path, 'r');
      try {
        content = readUpTo(file, MAX_FILE_BYTES + 1);
      } finally {
        closeSync(file);
      }
    }
  } catch (error) {
    throw new ArgumentError('file-unreadable', `The file to be signed cannot be read (${reasonOf(error)}).`);
  }
  if (content.length > MAX_FILE_BYTES) throw new ArgumentError('input-too-large', 'The file is larger than 16 MiB.');
  return content;
}

function write(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw new CliError('file-unwritable', `--out: the file cannot be written (${reasonOf(error)}).`);
  }
}

import { randomUuid, systemRandom } from '@tegata/random';
import { certificateToPem } from '@tegata/x509';
import { buildCsr } from '@tegata/x509-build';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import type { OptionsOf } from '../verify/option-table.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { needed } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { type Asked, askService } from './ask-service.ts';
import { givenPublicKey, newKey, publicKeyOf, writeOut } from './keys.ts';
import { WHERE_USAGE } from './service.ts';

const USAGE = `tegata jpki issue --profile sign|auth (--key FILE | --new-key FILE) [--holder FILE] [--person ID] …
tegata jpki issue --profile phone-sign|phone-auth (--csr FILE | --new-key FILE) --card-cert FILE [--phone ID] …
tegata jpki issue --batch FILE [defaults]                JSON lines with these options as keys, and "id"

${WHERE_USAGE}
  --profile P       which certificate
  --key FILE        the public key: SubjectPublicKeyInfo, a certificate, or a private key in PEM
  --new-key FILE    makes a key and writes it there (PKCS#8 PEM, TEST ONLY); never over a file that is there
  --algorithm A     of a new key: RSA-2048 (default) or P-384
  --holder FILE     JSON: {birthDate, prefecture, municipality, municipalityCode, cardExpires?} and for a signature certificate
                    {name, address, sex, nameSubstitutes?, addressSubstitutes?}; default: somebody who does not exist
  --person ID       a further certificate of this person, as an earlier answer says
  --oids jpki-test  the object identifiers of the real test hierarchy, for parsers of others
  --csr FILE        PKCS#10, signed with the phone's key
  --card-cert FILE  the signature certificate of the card that applies for the phone
  --phone ID        the application (UUID); both certificates of a phone come under one. Default: a new one
  --platform P      ios (default) or android
  --request ID      the same request under the same id gets the same certificate
  --out FILE        where to write the certificate (PEM); without it standard output
  --json            one JSON object: {ok, ca, serial, person, phone?, certificate (base64), error?}

Exit: 0 issued, 1 refused, 2 the arguments cannot be used.
`;

const OPTIONS = {
  profile: 'one',
  key: 'one',
  'new-key': 'one',
  algorithm: 'one',
  holder: 'one',
  person: 'one',
  oids: 'one',
  csr: 'one',
  'card-cert': 'one',
  phone: 'one',
  platform: 'one',
  request: 'one',
  out: 'one',
} as const;
type Options = OptionsOf<typeof OPTIONS>;

/** What was issued. */
export interface IssueAnswer extends Partial<Asked> {
  readonly ca: 'sign' | 'auth';
  readonly serial: string;
  readonly person: string;
  readonly phone?: string;
  /** base64 of the DER. */
  readonly certificate: string;
  /** Where it was written. */
  readonly out?: string;
}

/** Somebody who does not exist, at a place that does not. */
const NOBODY = {
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Mihon-ku',
  municipalityCode: '13999',
};
const NOBODY_SIGNS = { ...NOBODY, name: '見本　花子', address: '東京都見本区見本一丁目２番３号', sex: '2' };

/** `tegata jpki issue`. @returns the exit code; it never throws */
export function jpkiIssue(args: readonly string[], io: CommandIo): Promise<number> {
  return askService<typeof OPTIONS, IssueAnswer>(
    {
      usage: USAGE,
      options: OPTIONS,
      makes: true,
      async work(options, { files, service }) {
        const asked = await request(options, files);
        const answer = (await (await service()).ask('POST', '/certificates', asked)) as IssueAnswer;
        return written(options, { ...answer, ...('phone' in asked ? { phone: asked.phone as string } : {}) });
      },
      render: renderIssued,
    },
    args,
    io,
  );
}

/** Puts the certificate where it was asked for. */
export function written(options: { readonly out?: string }, answer: IssueAnswer): IssueAnswer {
  if (options.out === undefined) return answer;
  writeOut(options.out, certificateToPem(Buffer.from(answer.certificate, 'base64')));
  return { ...answer, out: options.out };
}

/** What was issued, and the certificate as PEM where no file has it. */
export function renderIssued({ ca, serial, person, phone, certificate, out }: IssueAnswer): string {
  const head = `ca ${ca}\nserial ${serial}\nperson ${person}\n${phone === undefined ? '' : `phone ${phone}\n`}`;
  return out === undefined ? head + certificateToPem(Buffer.from(certificate, 'base64')) : head;
}

async function request(options: Options, files: GivenFiles): Promise<Record<string, unknown>> {
  const profile = needed('profile', options.profile);
  const id = options.request === undefined ? {} : { request: options.request };
  if (profile === 'phone-sign' || profile === 'phone-auth') {
    only(options, ['key', 'holder', 'person', 'oids'], 'of a card');
    const card = givenCertificate(files, 'card-cert', needed('card-cert', options['card-cert']));
    return {
      profile,
      request: options.request ?? randomUuid(systemRandom),
      phone: options.phone ?? randomUuid(systemRandom),
      platform: options.platform ?? 'ios',
      csr: await csrOf(options, files),
      cardCertificate: Buffer.from(card.raw).toString('base64'),
    };
  }
  if (profile !== 'sign' && profile !== 'auth') {
    throw new ArgumentError('usage', '--profile is sign, auth, phone-sign or phone-auth.', { option: 'profile' });
  }
  only(options, ['csr', 'card-cert', 'phone', 'platform'], 'of a phone');
  return {
    profile,
    ...id,
    publicKey: await keyOf(options, files),
    holder: holderOf(options, files, profile),
    ...(options.person === undefined ? {} : { person: options.person }),
    ...(options.oids === undefined ? {} : { oids: options.oids }),
  };
}

function only(options: Options, others: readonly (keyof Options)[], whose: string): void {
  const odd = others.find((name) => options[name] !== undefined);
  if (odd) throw new ArgumentError('usage', `--${odd} is for the certificates ${whose}.`, { option: odd });
}

function algorithmOf({ algorithm = 'RSA-2048' }: Options): 'RSA-2048' | 'P-384' {
  if (algorithm === 'RSA-2048' || algorithm === 'P-384') return algorithm;
  throw new ArgumentError('usage', '--algorithm is RSA-2048 or P-384.', { option: 'algorithm' });
}

/** base64 of the DER of the public key. */
export async function keyOf(options: Pick<Options, 'key' | 'new-key' | 'algorithm'>, files: GivenFiles) {
  const made = options['new-key'];
  if ((options.key === undefined) === (made === undefined)) {
    throw new ArgumentError('usage', 'Give one: --key FILE or --new-key FILE.', { option: 'key' });
  }
  if (made !== undefined) return publicKeyOf(await newKey('new-key', made, algorithmOf(options)));
  return givenPublicKey(files, 'key', options.key as string);
}

/** base64 of the DER of the request of a phone. */
export async function csrOf(options: Pick<Options, 'csr' | 'new-key' | 'algorithm'>, files: GivenFiles) {
  const made = options['new-key'];
  if ((options.csr === undefined) === (made === undefined)) {
    throw new ArgumentError('usage', 'Give one: --csr FILE or --new-key FILE.', { option: 'csr' });
  }
  if (made === undefined) return base64OfPem(files, 'csr', options.csr as string);
  const csr = await buildCsr({ signer: await newKey('new-key', made, algorithmOf(options)) });
  return Buffer.from(csr).toString('base64');
}

function base64OfPem(files: GivenFiles, option: string, file: string): string {
  const { text, bytes } = files.read(option, file);
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END/.exec(text ?? '')?.[1];
  return body === undefined ? Buffer.from(bytes).toString('base64') : body.replaceAll(/\s/g, '');
}

/** The holder as the service takes it: what is wrong in it, the service says. */
export function holderOf(options: { readonly holder?: string }, files: GivenFiles, profile: 'sign' | 'auth'): unknown {
  if (options.holder === undefined) return profile === 'sign' ? NOBODY_SIGNS : NOBODY;
  const { text, bytes } = files.read('holder', options.holder);
  try {
    return JSON.parse(text ?? new TextDecoder().decode(bytes));
  } catch {
    throw new ArgumentError('usage', '--holder is not JSON.', { option: 'holder' });
  }
}

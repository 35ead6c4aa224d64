import { type Certificate, jpkiAttributes, nameValues, oid, X509Error } from '@tegata/x509';
import { ArgumentError } from '../verify/argument-error.ts';
import type { OptionsOf } from '../verify/option-table.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { needed } from '../x509/certificates.ts';
import { givenCertificate } from '../x509/given-certificate.ts';
import { askService, type ServiceTools } from './ask-service.ts';
import { csrOf, holderOf, type IssueAnswer, keyOf, renderIssued, written } from './issue.ts';
import type { ListAnswer } from './list.ts';
import type { JpkiService } from './service.ts';
import { WHERE_USAGE } from './service.ts';
import { caOf } from './subject.ts';

const USAGE = `tegata jpki renew --cert FILE (--key FILE | --new-key FILE) [--holder FILE] …
tegata jpki renew --cert FILE --card-cert FILE (--csr FILE | --new-key FILE) …
tegata jpki renew --batch FILE [defaults]                JSON lines with these options as keys, and "id"
    Issues a new certificate to the same person and ends the old one (superseded); what hangs on the old one ends with it.

${WHERE_USAGE}
  --cert FILE       the certificate that ends
  --key FILE        the new public key, or --new-key FILE, which makes one; for a phone --csr FILE or --new-key FILE
  --algorithm A     of a new key: RSA-2048 (default) or P-384
  --holder FILE     what is new about the holder, as for "issue"; a signature certificate says itself what was
  --card-cert FILE  the signature certificate of the card, where the certificate is a phone's
  --request ID      the same request under the same id gets the same certificate; default: made from the old one's number
  --out FILE        where to write the certificate (PEM); without it standard output
  --json            one JSON object: {ok, ca, serial, person, phone?, certificate (base64), error?}

Exit: 0 renewed, 1 refused, 2 the arguments cannot be used.
`;

const OPTIONS = {
  cert: 'one',
  key: 'one',
  csr: 'one',
  'new-key': 'one',
  algorithm: 'one',
  holder: 'one',
  'card-cert': 'one',
  request: 'one',
  out: 'one',
} as const;
type Options = OptionsOf<typeof OPTIONS>;

/** `tegata jpki renew`. @returns the exit code; it never throws */
export function jpkiRenew(args: readonly string[], io: CommandIo): Promise<number> {
  return askService<typeof OPTIONS, IssueAnswer>(
    {
      usage: USAGE,
      options: OPTIONS,
      async work(options, tools) {
        const old = givenCertificate(tools.files, 'cert', needed('cert', options.cert));
        const service = await tools.service();
        const ca = caOf(old);
        const list = (await service.ask('GET', `/certificates/${ca}/${old.serialHex}`)) as ListAnswer;
        const row = list.certificates.find((one) => one.ca === ca && one.serial === old.serialHex);
        const renewed =
          row?.device === 'phone'
            ? phone(options, tools, service, ca, row)
            : card(options, tools, service, ca, old, list);
        return written(options, await renewed);
      },
      render: renderIssued,
    },
    args,
    io,
  );
}

async function phone(
  options: Options,
  { files }: ServiceTools,
  service: JpkiService,
  ca: 'sign' | 'auth',
  { phone: id, platform, serial }: ListAnswer['certificates'][number],
): Promise<IssueAnswer> {
  const cardCertificate = givenCertificate(files, 'card-cert', needed('card-cert', options['card-cert']));
  // The service itself ends the old one, in the transaction in which the new one becomes good.
  const answer = await service.ask('POST', '/certificates', {
    profile: `phone-${ca}`,
    request: options.request ?? `renew-${ca}-${serial}`,
    phone: id,
    platform,
    csr: await csrOf(options, files),
    cardCertificate: Buffer.from(cardCertificate.raw).toString('base64'),
  });
  return { ...(answer as IssueAnswer), ...(id === undefined ? {} : { phone: id }) };
}

async function card(
  options: Options,
  { files }: ServiceTools,
  service: JpkiService,
  ca: 'sign' | 'auth',
  old: Certificate,
  { person }: ListAnswer,
): Promise<IssueAnswer> {
  const request = options.request ?? `renew-${ca}-${old.serialHex}`;
  const holder = options.holder === undefined ? holderSoFar(old, ca) : holderOf(options, files, ca);
  const publicKey = await keyOf(options, files);
  const asked = { profile: ca, request, publicKey, holder, ...(person === undefined ? {} : { person }) };
  const answer = (await service.ask('POST', '/certificates', asked)) as IssueAnswer;
  // The new one first: should this be cut in two, the holder has two for a moment and never none.
  const end = { request: `${request}.end`, ca, serial: old.serialHex, reason: 'superseded' };
  await service.ask('POST', '/revocations', end);
  return answer;
}

/** What a signature certificate says of its holder. An authentication certificate does not say the birth date. */
function holderSoFar(old: Certificate, ca: 'sign' | 'auth'): unknown {
  if (ca === 'auth') {
    const message = 'An authentication certificate does not say whose it is: give --holder FILE.';
    throw new ArgumentError('usage', message, { option: 'holder' });
  }
  try {
    const { name, address, sex, birthDate, nameSubstitutes, addressSubstitutes } = jpkiAttributes(old);
    const [prefecture, municipality] = nameValues(old.subject, oid.localityName);
    const municipalityCode = nameValues(old.subject, oid.commonName)[0]?.slice(14, 19);
    return {
      ...{ name, address, sex, nameSubstitutes, addressSubstitutes },
      birthDate: birthDate.slice(1),
      ...{ prefecture, municipality, municipalityCode },
    };
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    throw new ArgumentError('usage', `--cert: ${error.message} Give --holder FILE.`, { option: 'cert' });
  }
}

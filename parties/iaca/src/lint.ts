/**
 * The lint: a twin of the planned mdoc, signed with a throw-away key, is read the way a stranger would read it, and compared with what
 * the SMP asked for. Nothing reaches the real key that was not read here first, in the very bytes that the key will sign.
 * @module
 */
import { type CborValue, type DateTime, FullDate } from '@tegata/cbor';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import {
  finishIssuerSigned,
  type IssuerSigned,
  MdocError,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseIssuerSigned,
  verifyIssuerSigned,
} from '@tegata/mdoc';
import type { Random } from '@tegata/random';
import { type Check, parseCertificate, type Report, report } from '@tegata/x509';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { ageReachedAt } from './age.ts';
import type { IacaAuthority } from './authority.ts';
import { type IssuerProfile, SEX_WORDS } from './profile.ts';
import type { IssuanceRequest } from './request.ts';
import { toBeSigned } from './to-be-signed.ts';
import { validityFor } from './validity.ts';

/** A throw-away authority whose certificates mirror the real ones; its keys live in memory and sign twins only. */
export interface TwinAuthority {
  readonly root: Uint8Array;
  readonly certificate: Uint8Array;
  readonly signer: Signer;
}

/** Makes the twin of an authority: the same profile, curve and life of the certificates, other keys. */
export async function makeTwin(authority: IacaAuthority, random: Random): Promise<TwinAuthority> {
  const { notBefore, notAfter } = parseCertificate(authority.documentSigner.certificate);
  const rootSigner = softwareSigner(await generateSoftwareKey('P-384'));
  const root = await buildIaca({ signer: rootSigner, random, notBefore: parseCertificate(authority.root).notBefore });
  const curve = authority.documentSigner.signer.algorithm === 'ES384' ? 'P-384' : 'P-256';
  const signer = softwareSigner(await generateSoftwareKey(curve));
  const issuer = { certificate: root, signer: rootSigner };
  const { publicKey } = signer;
  return {
    root,
    signer,
    certificate: await buildDocumentSigner({ issuer, publicKey, random, notBefore, notAfter }),
  };
}

/** What is linted. */
export interface LintInput {
  readonly request: IssuanceRequest;
  readonly profile: IssuerProfile;
  /** The planned items and MSO, as stored. */
  readonly nameSpaces: Uint8Array;
  readonly mso: Uint8Array;
  readonly twin: TwinAuthority;
  /** The certificate that the real mdoc will carry. */
  readonly certificate: Uint8Array;
  readonly at: Date;
}

/**
 * Signs the twin and inspects it. Checks carry the ids of `verifyIssuerSigned`, and of the issuer's own rules: `elements-complete`,
 * `values-unchanged`, `ages`, `salts`, `times`, `ds-validity`. No detail quotes a value.
 */
export async function lint(input: LintInput): Promise<Report> {
  const { twin } = input;
  const { payload, bytes, alg } = toBeSigned(input.mso, twin.signer);
  let issuerSigned: Uint8Array;
  let issued: IssuerSigned;
  try {
    issuerSigned = finishIssuerSigned({
      nameSpaces: input.nameSpaces,
      payload,
      signature: await twin.signer.sign(bytes),
      alg,
      certificateChain: [twin.certificate],
    });
    issued = parseIssuerSigned(issuerSigned);
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    return report([{ id: 'cbor-structure', result: 'failed', code: error.code }]);
  }
  const { checks } = verifyIssuerSigned({
    issuerSigned,
    trustAnchors: [twin.root],
    now: input.at,
    deviceKey: input.request.deviceKey,
    docType: MNC_DOCTYPE,
  });
  const rule = (id: string, holds: boolean): Check =>
    holds ? { id, result: 'passed' } : { id, result: 'failed', code: id };
  return report([
    // For an issuer of its own document type a doubt is a mistake: what a reader would be warned of is not signed.
    ...checks.map((check): Check => (check.result === 'warning' ? { ...check, result: 'failed' } : check)),
    rule('elements-complete', elementsComplete(issued, input)),
    rule('values-unchanged', valuesUnchanged(issued, input)),
    rule('ages', agesTrue(issued, input)),
    rule('salts', saltsFresh(issued)),
    rule('times', timesOfProfile(issued, input)),
    rule('ds-validity', withinSigner(issued, input)),
  ]);
}

const namesOf = (issued: IssuerSigned, namespace: string) =>
  (issued.nameSpaces.get(namespace) ?? []).map(({ elementIdentifier }) => elementIdentifier);

function elementOf(issued: IssuerSigned, namespace: string, element: string): CborValue {
  return issued.nameSpaces.get(namespace)?.find((item) => item.elementIdentifier === element)?.elementValue;
}

/** Exactly the elements of the profile, in its order; a digest for each and none beside. */
function elementsComplete(issued: IssuerSigned, { request, profile }: LintInput): boolean {
  const word = SEX_WORDS[request.attributes.sex] !== undefined;
  const japanese = [
    'full_name_unicode',
    'resident_address_unicode',
    'local_gov_code_unicode',
    'individual_number_unicode',
    'portrait',
    ...(word ? ['sex_unicode'] : []),
    'birth_date_unicode',
  ];
  const iso = [
    'sex',
    ...profile.ageOver.map((years) => `age_over_${years}`),
    ...(profile.ageInYears ? ['age_in_years'] : []),
    'birth_date',
  ];
  const expected: readonly [string, readonly string[]][] = [
    [NS_JP, japanese],
    [NS_ISO, iso],
  ];
  const { valueDigests, digestAlgorithm } = issued.mso;
  return (
    digestAlgorithm === profile.digestAlgorithm &&
    [...issued.nameSpaces.keys()].join() === `${NS_JP},${NS_ISO}` &&
    valueDigests.size === 2 &&
    expected.every(
      ([namespace, names]) =>
        namesOf(issued, namespace).join() === names.join() && valueDigests.get(namespace)?.size === names.length,
    )
  );
}

/** What the record says of the person is what the card says, to the last code point; read backwards from the mdoc. */
function valuesUnchanged(issued: IssuerSigned, { request }: LintInput): boolean {
  const { attributes, portrait } = request;
  const japanese = (element: string) => elementOf(issued, NS_JP, element);
  const photo = japanese('portrait');
  const date = elementOf(issued, NS_ISO, 'birth_date');
  const written = /^(\d{4})年(\d{1,2})月(\d{1,2})日$/.exec(String(japanese('birth_date_unicode')));
  const digits = written ? `${written[1]}${written[2]?.padStart(2, '0')}${written[3]?.padStart(2, '0')}` : '';
  return (
    japanese('full_name_unicode') === attributes.name &&
    japanese('resident_address_unicode') === attributes.address &&
    japanese('local_gov_code_unicode') === attributes.municipalityCode &&
    japanese('individual_number_unicode') === attributes.myNumber &&
    photo instanceof Uint8Array &&
    Buffer.compare(photo, request.portrait) === 0 &&
    portrait.length === photo.length &&
    japanese('sex_unicode') === SEX_WORDS[attributes.sex] &&
    String(elementOf(issued, NS_ISO, 'sex')) === attributes.sex &&
    digits === attributes.birthDate &&
    date instanceof FullDate &&
    date.text.replaceAll('-', '') === attributes.birthDate
  );
}

/** Ages are told by counting; here each is compared with the instant at which the law says it is reached. */
function agesTrue(issued: IssuerSigned, { profile, at }: LintInput): boolean {
  const date = elementOf(issued, NS_ISO, 'birth_date');
  if (!(date instanceof FullDate)) return false;
  const birth = date.toDay();
  const reached = (years: number) => ageReachedAt(birth, years) <= at;
  const overs = profile.ageOver.every((years) => elementOf(issued, NS_ISO, `age_over_${years}`) === reached(years));
  if (!profile.ageInYears) return overs;
  const age = elementOf(issued, NS_ISO, 'age_in_years');
  return overs && typeof age === 'number' && reached(age) && !reached(age + 1);
}

/** 32 bytes each, none twice, and digestIDs that are a permutation: their order tells nothing. */
function saltsFresh(issued: IssuerSigned): boolean {
  const items = [...issued.nameSpaces.values()].flat();
  const salts = new Set(items.map(({ random }) => Buffer.from(random).toString('hex')));
  const dense = [...issued.nameSpaces.values()].every((entries) =>
    entries.every(({ digestID }) => digestID < entries.length),
  );
  return salts.size === items.length && items.every(({ random }) => random.length === 32) && dense;
}

/** Whole days in Japan, of the day of issue, as long as the profile says. */
function timesOfProfile(issued: IssuerSigned, { profile, at }: LintInput): boolean {
  const { signed, validFrom, validUntil, expectedUpdate } = issued.mso.validityInfo;
  const expected = validityFor(profile, at);
  const is = (time: DateTime | undefined, instant: Date | undefined) =>
    time?.strict === true && time.toDate().getTime() === instant?.getTime();
  return (
    is(signed, expected.signed) &&
    is(validFrom, expected.validFrom) &&
    is(validUntil, expected.validUntil) &&
    is(expectedUpdate, expected.expectedUpdate)
  );
}

/** The mdoc ends before its signer's certificate does: that of the real one, not the twin's. */
function withinSigner(issued: IssuerSigned, { certificate }: LintInput): boolean {
  const { notBefore, notAfter } = parseCertificate(certificate);
  const { signed, validUntil } = issued.mso.validityInfo;
  return signed.strict && validUntil.strict && notBefore <= signed.toDate() && validUntil.toDate() <= notAfter;
}

import { createHash } from 'node:crypto';
import { dayInJapan } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { type Certificate, jpkiAttributes, nameValues, oid, parseCertificate, X509Error } from '@tegata/x509';
import { JPKI_ARC, type JpkiSignHolder, readCsr, X509BuildError } from '@tegata/x509-build';
import { isUsable } from './certificate-state.ts';
import { JpkiError } from './error.ts';
import { checkedKey } from './key.ts';
import { lockPerson, newPerson } from './persons.ts';
import type { Tx } from './requests.ts';
import type { CertificateRow, Platform } from './schema.ts';
import type { PhoneRequest } from './wire.ts';

/** An application whose parts were read; nothing was asked of the rows yet. Personal data. */
export interface PhoneApplication {
  readonly ca: 'sign' | 'auth';
  readonly phone: string;
  readonly platform: Platform;
  readonly publicKey: ReturnType<typeof checkedKey>;
  /** SHA-256 of the key, hex. */
  readonly keyDigest: string;
  readonly holder: JpkiSignHolder;
  readonly oids: 'own' | 'jpki-test';
  /** The card's signature certificate. */
  readonly card: { readonly serial: string; readonly fingerprint: string };
}

/**
 * Reads an application for a phone's certificate: the request with its proof of possession, and the card's signature certificate, from
 * which everything about the person is taken.
 * @throws {JpkiError} `csr-invalid`, `bad-request`, `card-certificate-unusable`
 */
export function readPhoneApplication(request: PhoneRequest): PhoneApplication {
  let csr: ReturnType<typeof readCsr>;
  try {
    csr = readCsr(new Uint8Array(Buffer.from(request.csr, 'base64')));
  } catch (error) {
    if (!(error instanceof X509BuildError)) throw error;
    throw new JpkiError('csr-invalid', error.message, { member: 'csr', rule: error.code });
  }
  const der = new Uint8Array(Buffer.from(request.cardCertificate, 'base64'));
  const { holder, oids, serial } = readCard(der);
  return {
    ca: request.profile === 'phone-sign' ? 'sign' : 'auth',
    phone: request.phone,
    platform: request.platform,
    publicKey: checkedKey(csr.publicKey, 'csr'),
    keyDigest: createHash('sha256').update(csr.spki).digest('hex'),
    holder,
    oids,
    card: { serial, fingerprint: createHash('sha256').update(der).digest('hex') },
  };
}

const unusable = () =>
  new JpkiError(
    'card-certificate-unusable',
    'The card’s signature certificate is not one of ours that stands. Renew it at the municipal office, then apply again.',
    { member: 'cardCertificate' },
  );

/** What a certificate of ours says of its holder; whether it is of ours, its fingerprint in the rows decides. */
function readCard(der: Uint8Array): { holder: JpkiSignHolder; oids: 'own' | 'jpki-test'; serial: string } {
  try {
    const certificate = parseCertificate(der);
    const own = [...certificate.sanOtherNames.keys()].every((id) => !id.startsWith(`${JPKI_ARC}.`));
    const attributes = jpkiAttributes(certificate, own ? {} : { arc: JPKI_ARC });
    const { name, address, nameSubstitutes, addressSubstitutes } = attributes;
    const holder = {
      ...placeOf(certificate),
      birthDate: attributes.birthDate.slice(1),
      sex: attributes.sex as JpkiSignHolder['sex'],
      name,
      address,
      nameSubstitutes,
      addressSubstitutes,
    };
    return { holder, oids: own ? 'own' : 'jpki-test', serial: certificate.serialHex };
  } catch (error) {
    if (error instanceof X509Error) throw unusable();
    throw error;
  }
}

function placeOf(certificate: Certificate) {
  const [prefecture = '', municipality = ''] = nameValues(certificate.subject, oid.localityName);
  const [commonName = ''] = nameValues(certificate.subject, oid.commonName);
  const { year, month, day } = dayInJapan(certificate.notAfter);
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    prefecture,
    municipality,
    municipalityCode: commonName.slice(14, 19),
    cardExpires: `${year}${two(month)}${two(day)}`,
  };
}

/** What the rows say to an application. */
export interface Admitted {
  readonly person: string;
  /** The card's certificate on which the phone's will hang. */
  readonly bound: { readonly ca: 'sign' | 'auth'; readonly serial: string };
}

/**
 * Admits an application: the card's certificate stands, the phone is not another person's and was not replaced, the key is new.
 * @throws {JpkiError} `card-certificate-unusable`, `phone-replaced`, `key-in-use`
 */
export async function admit(tx: Tx, application: PhoneApplication, random: Random, at: Date): Promise<Admitted> {
  const card = await cardRow(tx, application);
  const person = card.person ?? (await newPerson(tx, random, at));
  await lockPerson(tx, person);
  if (card.person === null) {
    await tx
      .updateTable('jpki.certificate')
      .set({ person })
      .where('ca', '=', 'sign')
      .where('serial', '=', card.serial)
      .execute();
  }
  // The row may have changed while another transaction had the person.
  const standing = await cardRow(tx, application);
  if (!isUsable(standing, at) || standing.reserved_at > at) throw unusable();
  await tx
    .insertInto('jpki.phone')
    .values({
      id: application.phone,
      person,
      platform: application.platform,
      applied_at: at,
      started_at: null,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await phoneThatMay(tx, application, person);
  const used = await tx
    .selectFrom('jpki.certificate')
    .select('serial')
    .where('key_digest', '=', application.keyDigest)
    .executeTakeFirst();
  if (used) throw new JpkiError('key-in-use', 'This key has a certificate already. Make a new key.', { member: 'csr' });
  return { person, bound: await boundTo(tx, application, person) };
}

async function cardRow(tx: Tx, { card }: PhoneApplication): Promise<CertificateRow> {
  const row = await tx
    .selectFrom('jpki.certificate')
    .selectAll()
    .where('ca', '=', 'sign')
    .where('serial', '=', card.serial)
    .where('fingerprint', '=', card.fingerprint)
    .where('device', '=', 'card')
    .executeTakeFirst();
  if (!row) throw unusable();
  return row;
}

/** @throws {JpkiError} `phone-replaced` */
async function phoneThatMay(tx: Tx, { phone, platform }: PhoneApplication, person: string) {
  const row = await tx.selectFrom('jpki.phone').selectAll().where('id', '=', phone).executeTakeFirstOrThrow();
  const later = await tx
    .selectFrom('jpki.phone')
    .select('id')
    .where('person', '=', person)
    .where('platform', '=', platform)
    .where('number', '>', row.number)
    .where('started_at', 'is not', null)
    .executeTakeFirst();
  if (row.person !== person || row.platform !== platform || row.ended_at || later) {
    throw new JpkiError(
      'phone-replaced',
      'This application for a phone has ended, or another phone took its place. Apply anew under a new id.',
      { member: 'phone' },
    );
  }
  return row;
}

/** A phone's certificate ends with the card's of its kind; where that is not known, with the one that signed the application. */
async function boundTo(tx: Tx, { ca, card }: PhoneApplication, person: string): Promise<Admitted['bound']> {
  if (ca === 'auth') {
    const rows = await tx
      .selectFrom('jpki.certificate')
      .selectAll()
      .where('person', '=', person)
      .where('ca', '=', 'auth')
      .where('device', '=', 'card')
      .where('fingerprint', 'is not', null)
      .orderBy('reserved_at', 'desc')
      .execute();
    const standing = rows.find((row) => row.reason === null || row.reason === 'certificateHold');
    if (standing) return { ca: 'auth', serial: standing.serial };
  }
  return { ca: 'sign', serial: card.serial };
}

/**
 * Gives a phone its place when its certificate was signed: the person's other phone of the platform, and an older certificate of the
 * same kind in this one, are named to be ended.
 * @returns the rows to be ended, locked
 * @throws {JpkiError} `phone-replaced`, `card-certificate-unusable` when either happened while the certificate was signed
 */
export async function takePlace(tx: Tx, row: CertificateRow, at: Date): Promise<CertificateRow[]> {
  const person = row.person as string;
  const phone = await tx
    .selectFrom('jpki.phone')
    .selectAll()
    .where('id', '=', row.phone as string)
    .executeTakeFirstOrThrow();
  await phoneThatMay(tx, { phone: phone.id, platform: phone.platform } as PhoneApplication, person);
  const card = await tx
    .selectFrom('jpki.certificate')
    .selectAll()
    .where('ca', '=', row.bound_ca as 'sign' | 'auth')
    .where('serial', '=', row.bound_serial as string)
    .executeTakeFirstOrThrow();
  if (card.reason !== null && card.reason !== 'certificateHold') throw unusable();
  const others = await tx
    .selectFrom('jpki.phone')
    .select('id')
    .where('person', '=', person)
    .where('platform', '=', phone.platform)
    .where('id', '<>', phone.id)
    .where('started_at', 'is not', null)
    .where('ended_at', 'is', null)
    .execute();
  const otherIds = others.map(({ id }) => id);
  if (otherIds.length > 0) {
    await tx.updateTable('jpki.phone').set({ ended_at: at }).where('id', 'in', otherIds).execute();
  }
  if (!phone.started_at) {
    await tx.updateTable('jpki.phone').set({ started_at: at }).where('id', '=', phone.id).execute();
  }
  return tx
    .selectFrom('jpki.certificate')
    .selectAll()
    .where('person', '=', person)
    .where((where) =>
      where.or([
        ...(otherIds.length > 0 ? [where('phone', 'in', otherIds)] : []),
        where.and([where('phone', '=', phone.id), where('ca', '=', row.ca)]),
      ]),
    )
    .where('fingerprint', 'is not', null)
    .where((where) => where.or([where('reason', 'is', null), where('reason', '=', 'certificateHold')]))
    .orderBy('ca')
    .orderBy('serial')
    .forUpdate()
    .execute();
}

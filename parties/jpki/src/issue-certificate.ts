import { createHash, type KeyObject } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import {
  buildJpkiAuth,
  buildJpkiSign,
  checkJpkiHolder,
  type JpkiHolder,
  type JpkiSignHolder,
  jpkiUniqueName,
  randomSerial,
  X509BuildError,
} from '@tegata/x509-build';
import type { Kysely } from 'kysely';
import type { JpkiAuthority } from './authority.ts';
import { stateOf } from './certificate-state.ts';
import { type Changed, endCertificates, lockCertificates, recordEvent } from './change-status.ts';
import { JpkiError } from './error.ts';
import type { Generation } from './generation.ts';
import { readKey } from './key.ts';
import { partitionOf } from './partitions.ts';
import { lockPerson, newPerson } from './persons.ts';
import { type Admitted, admit, type PhoneApplication, readPhoneApplication, takePlace } from './phone-application.ts';
import { type Tx, takeRequest } from './requests.ts';
import type { CertificateRow, Tables } from './schema.ts';
import type { CertificateRequest } from './wire.ts';

/** A certificate that was issued. */
export interface IssuedCertificate {
  readonly ca: 'sign' | 'auth';
  /** DER. */
  readonly certificate: Uint8Array;
  /** Upper-case hex. */
  readonly serial: string;
  /** Whose it is: the id under which further certificates of the same person are asked for. */
  readonly person: string;
  /** What ended because this one took its place. */
  readonly replaced: readonly Changed[];
}

/** What issuing needs. */
export interface Issuing {
  readonly db: Kysely<Tables>;
  readonly authority: JpkiAuthority;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the certificate will say, and of whom. Personal data. */
interface Content {
  readonly ca: 'sign' | 'auth';
  readonly publicKey: KeyObject;
  readonly oids: 'own' | 'jpki-test' | undefined;
  readonly holder: JpkiHolder | JpkiSignHolder;
  readonly application?: PhoneApplication;
  readonly person?: string;
  /** A card that is said to be older, or younger, than it is. */
  readonly issuedAt?: Date;
}

/**
 * Issues a certificate: the serial number is taken in a row first, then the certificate is signed, and its fingerprint is in
 * the row before it is handed out. A crash in between wastes nothing: the same request takes up the same number again, and asked once
 * more it gets the same certificate, made anew from what was asked and the kept signature.
 * @throws {JpkiError} `bad-request` `csr-invalid` `card-certificate-unusable` `phone-replaced` `key-in-use` `request-differs`
 * `certificate-ended` `not-found`; `context.member` says which member of the request
 */
export async function issueCertificate(
  options: Issuing,
  request: CertificateRequest,
  caller: string,
): Promise<IssuedCertificate> {
  const content = contentOf(request);
  const row = await options.db.transaction().execute((tx) => reserve(tx, options, request, content));
  if (stateOf(row) === 'reserved') {
    const made = await make(options, row, content);
    const kept = await options.db.transaction().execute((tx) => record(tx, options, row, made, caller));
    if (Array.isArray(kept)) return { ...answer(row, made), replaced: kept };
    return answer(kept, await again(options, kept, content));
  }
  return answer(row, await again(options, row, content));
}

const answer = (row: CertificateRow, certificate: Uint8Array): IssuedCertificate => ({
  ca: row.ca,
  certificate,
  serial: row.serial,
  person: row.person as string,
  replaced: [],
});

function contentOf(request: CertificateRequest): Content {
  if ('phone' in request) {
    const application = readPhoneApplication(request);
    const { ca, publicKey, oids, holder } = application;
    return { ca, publicKey, oids, holder, application };
  }
  const { profile, holder, oids, person, issuedAt } = request;
  const publicKey = readKey(request.publicKey);
  try {
    checkJpkiHolder(holder);
  } catch (error) {
    if (!(error instanceof X509BuildError)) throw error;
    throw new JpkiError('bad-request', error.message, { member: `holder.${error.context['field'] ?? ''}` });
  }
  return {
    ca: profile,
    publicKey,
    oids,
    holder,
    ...(person === undefined ? {} : { person }),
    ...(issuedAt === undefined ? {} : { issuedAt: new Date(issuedAt) }),
  };
}

async function reserve(
  tx: Tx,
  { authority, clock, random }: Issuing,
  request: CertificateRequest,
  content: Content,
): Promise<CertificateRow> {
  const at = clock.now();
  if (request.request !== undefined) {
    const { isNew } = await takeRequest(tx, request.request, request, at);
    if (!isNew) return rowOf(tx, request.request);
  }
  let admitted: Admitted | undefined;
  if (content.application) admitted = await admit(tx, content.application, random, at);
  else if (content.person !== undefined) await lockPerson(tx, content.person);
  const { ca, application } = content;
  return takeSerial(tx, random, {
    ca,
    reserved_at: content.issuedAt ?? at,
    fingerprint: null,
    not_after: null,
    revoked_at: null,
    reason: null,
    issuer: authority[ca].keyId,
    device: application ? 'phone' : 'card',
    person: admitted?.person ?? content.person ?? (await newPerson(tx, random, at)),
    phone: application?.phone ?? null,
    bound_ca: admitted?.bound.ca ?? null,
    bound_serial: admitted?.bound.serial ?? null,
    request: request.request ?? null,
    unique_name: jpkiUniqueName(random),
    signature: null,
    key_digest: application?.keyDigest ?? null,
    partition: await partitionOf(tx, authority[ca].keyId, content.holder),
  });
}

async function rowOf(tx: Tx, request: string): Promise<CertificateRow> {
  const row = await tx.selectFrom('jpki.certificate').selectAll().where('request', '=', request).executeTakeFirst();
  if (row) return row;
  throw new JpkiError('request-differs', 'This id was used for something else than a certificate. Take a new one.');
}

/** Takes a number that no certificate of this CA has; four random octets collide now and then. */
async function takeSerial(tx: Tx, random: Random, row: Omit<CertificateRow, 'serial'>): Promise<CertificateRow> {
  for (;;) {
    const serial = Buffer.from(randomSerial(random, 4)).toString('hex').toUpperCase();
    const taken = await tx
      .insertInto('jpki.certificate')
      .values({ ...row, serial })
      .onConflict((conflict) => conflict.columns(['ca', 'serial']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (taken) return taken;
  }
}

function generationOf(authority: JpkiAuthority, row: CertificateRow): Generation {
  const found = authority[row.ca].generations.find(({ keyId }) => keyId === row.issuer);
  if (found) return found;
  throw new JpkiError('certificate-not-kept', 'The CA that issued this certificate is not here any more.');
}

/** Makes the certificate that the row was taken for. */
function make({ authority, random }: Issuing, row: CertificateRow, content: Content, signed?: Uint8Array) {
  const { certificate, signer } = generationOf(authority, row);
  const { publicKey, oids, holder } = content;
  const input = {
    issuer: { certificate, signer: signed ? replaying(signer, signed) : signer },
    publicKey,
    random,
    at: row.reserved_at,
    serial: new Uint8Array(Buffer.from(row.serial, 'hex')),
    uniqueName: row.unique_name ?? undefined,
    device: row.device,
    oids,
  };
  return row.ca === 'sign'
    ? buildJpkiSign({ ...input, holder: holder as JpkiSignHolder })
    : buildJpkiAuth({ ...input, holder });
}

const replaying = (signer: Signer, signature: Uint8Array): Signer => ({ ...signer, sign: async () => signature });

/** Makes the certificate that was handed out already, octet for octet. */
async function again(options: Issuing, row: CertificateRow, content: Content): Promise<Uint8Array> {
  const certificate = row.signature ? await make(options, row, content, new Uint8Array(row.signature)) : undefined;
  if (certificate && digestOf(certificate) === row.fingerprint) return certificate;
  throw new JpkiError(
    'certificate-not-kept',
    'The certificate was issued, but its profile has changed since, so it cannot be made again. Ask for a new one.',
  );
}

const digestOf = (certificate: Uint8Array) => createHash('sha256').update(certificate).digest('hex');

/** Records what was signed and tells what ended by it, or gives the row where the same request was faster elsewhere. */
async function record(
  tx: Tx,
  options: Issuing,
  { ca, serial, person }: CertificateRow,
  certificate: Uint8Array,
  caller: string,
): Promise<CertificateRow | Changed[]> {
  await lockPerson(tx, person as string);
  const [row] = await lockCertificates(tx, { ca, serial });
  if (!row) throw new JpkiError('not-found', 'The row of this certificate is gone.');
  if (stateOf(row) !== 'reserved') return row;
  const at = options.clock.now();
  const cause = { name: 'issued', caller, request: row.request, at };
  let ended: Changed[] = [];
  if (row.device === 'phone') {
    const replaced = await takePlace(tx, row, at);
    const ending = new Map(replaced.map((other) => [other, 'superseded'] as const));
    ended = await endCertificates(tx, { ...cause, name: 'phone-replaced' }, ending);
  }
  const { notAfter, signature } = parseCertificate(certificate);
  const fingerprint = digestOf(certificate);
  await tx
    .updateTable('jpki.certificate')
    .set({ fingerprint, not_after: notAfter, signature })
    .where('ca', '=', ca)
    .where('serial', '=', serial)
    .execute();
  await recordEvent(tx, cause, row, { ...row, fingerprint });
  return ended;
}

import type { Migration } from '@tegata/store';
import type { Generated, Selectable } from 'kysely';

/** Where a certificate lives. */
export type Device = 'card' | 'phone';
/** The platforms of phones. */
export type Platform = 'ios' | 'android';

/**
 * The rows of JPKI. A certificate holds personal data, so it is handed out and not kept: a row says that a serial number is
 * taken, whose it is by a number without meaning, and whether it was revoked.
 */
export interface Tables {
  /** Somebody who holds certificates: a number, and a row that a transaction locks. */
  'jpki.person': { id: string; at: Date };
  /** A phone that a person applied with. */
  'jpki.phone': {
    id: string;
    /** Of two applications the later one has the larger number. */
    number: Generated<string>;
    person: string;
    platform: Platform;
    applied_at: Date;
    /** When it got its first certificate. */
    started_at: Date | null;
    /** When another phone took its place, or when its certificates were ended. */
    ended_at: Date | null;
  };
  /** What was asked under an id: the same again gets the same answer, something else is refused. */
  'jpki.request': {
    id: string;
    /** SHA-256 of what was asked. */
    digest: Uint8Array;
    at: Date;
    /** What was answered to a change of status: ids, codes and times. Null: a certificate, whose row says it. */
    answer: string | null;
  };
  'jpki.certificate': {
    ca: 'sign' | 'auth';
    /** Upper-case hex of the content octets. */
    serial: string;
    /** Time of issue. */
    reserved_at: Date;
    /** SHA-256 of the certificate; null until it was signed. Only then is it known to OCSP. */
    fingerprint: string | null;
    not_after: Date | null;
    /** Since when it is revoked or on hold. */
    revoked_at: Date | null;
    /** `certificateHold` may be lifted; every other reason is for good. */
    reason: string | null;
    /** Hex of the key identifier of the CA's generation. */
    issuer: string | null;
    device: Device;
    /** Null in rows that are older than this column. */
    person: string | null;
    phone: string | null;
    /** The card's certificate with which a phone's certificate ends. */
    bound_ca: 'sign' | 'auth' | null;
    bound_serial: string | null;
    /** The request that led to it. */
    request: string | null;
    /** The 14 random characters of its common name. */
    unique_name: string | null;
    /** The CA's signature: with what was asked it makes the same certificate again. */
    signature: Uint8Array | null;
    /** SHA-256 of a phone's key, which gets one certificate. */
    key_digest: string | null;
    /** Whose CRL speaks of it; null in rows that are older than this column, of which every CRL speaks. */
    partition: number | null;
  };
  /** A municipality that has a CRL of its own. */
  'jpki.partition': { id: Generated<number>; prefecture: string; municipality: string };
  /** Which generation has issued for which municipality. */
  'jpki.partition_use': { issuer: string; partition: number };
  /** The CRL that was published last for a generation and a municipality; partition 0 is the CRL of all. */
  'jpki.crl': {
    issuer: string;
    partition: number;
    /** Grows with each. */
    number: string;
    this_update: Date;
    next_update: Date;
    entries: number;
    der: Uint8Array;
  };
  /** What happened to certificates; rows are never changed or deleted. */
  'jpki.event': {
    number: Generated<string>;
    at: Date;
    name: string;
    caller: string;
    request: string | null;
    ca: 'sign' | 'auth';
    serial: string;
    from_state: CertificateState;
    to_state: CertificateState;
    reason: string | null;
  };
}

/** `reserved`: the number is taken, nothing was signed. */
export type CertificateState = 'reserved' | 'good' | 'held' | 'revoked';

/** A row of `jpki.certificate`. */
export type CertificateRow = Selectable<Tables['jpki.certificate']>;

/** The schema `jpki`. */
export const migrations: readonly Migration[] = [
  {
    name: '1-certificates',
    sql: `
create table jpki.certificate (
  ca text not null check (ca in ('sign', 'auth')),
  serial text not null check (serial ~ '^([0-9A-F]{2}){1,20}$'),
  reserved_at timestamptz not null,
  fingerprint text unique,
  not_after timestamptz,
  revoked_at timestamptz,
  reason text,
  primary key (ca, serial),
  check ((fingerprint is null) = (not_after is null)),
  check ((revoked_at is null) = (reason is null)),
  check (revoked_at is null or fingerprint is not null)
)
`,
  },
  {
    name: '2-persons-and-phones',
    sql: `
create table jpki.person (id uuid primary key, at timestamptz not null)
--
create table jpki.phone (
  id uuid primary key,
  number bigint generated always as identity unique,
  person uuid not null references jpki.person,
  platform text not null check (platform in ('ios', 'android')),
  applied_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
)
--
create unique index phone_one_per_platform on jpki.phone (person, platform)
  where started_at is not null and ended_at is null
--
create table jpki.request (
  id text primary key check (length(id) between 1 and 100),
  digest bytea not null check (length(digest) = 32),
  at timestamptz not null,
  answer text
)
--
alter table jpki.certificate
  add column issuer text check (issuer ~ '^[0-9a-f]{40}$'),
  add column device text not null default 'card' check (device in ('card', 'phone')),
  add column person uuid references jpki.person,
  add column phone uuid references jpki.phone,
  add column bound_ca text,
  add column bound_serial text,
  add column request text unique references jpki.request,
  add column unique_name text check (unique_name ~ '^[A-Z0-9]{14}$'),
  add column signature bytea,
  add column key_digest text,
  add foreign key (bound_ca, bound_serial) references jpki.certificate (ca, serial),
  add check ((device = 'phone') = (phone is not null)),
  add check ((bound_ca is null) = (bound_serial is null)),
  add check (phone is null or (person is not null and bound_ca is not null and key_digest is not null))
--
create index certificate_of_person on jpki.certificate (person)
--
create index certificate_bound on jpki.certificate (bound_ca, bound_serial) where bound_ca is not null
--
create unique index certificate_of_key on jpki.certificate (key_digest) where key_digest is not null
--
create unique index certificate_one_per_phone on jpki.certificate (phone, ca)
  where phone is not null and fingerprint is not null and (reason is null or reason = 'certificateHold')
--
create table jpki.event (
  number bigint generated always as identity primary key,
  at timestamptz not null,
  name text not null,
  caller text not null,
  request text references jpki.request,
  ca text not null,
  serial text not null,
  from_state text not null check (from_state in ('reserved', 'good', 'held', 'revoked')),
  to_state text not null check (to_state in ('reserved', 'good', 'held', 'revoked')),
  reason text,
  check (from_state <> to_state),
  check (from_state <> 'revoked'),
  foreign key (ca, serial) references jpki.certificate
)
--
create index event_of_certificate on jpki.event (ca, serial)
--
create function jpki.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end
$$
--
create trigger event_append_only before update or delete on jpki.event for each row execute function jpki.refuse_change()
`,
  },
  {
    name: '3-crls',
    sql: `
create table jpki.partition (
  id integer generated always as identity primary key,
  prefecture text not null,
  municipality text not null,
  unique (prefecture, municipality)
)
--
create table jpki.partition_use (
  issuer text not null,
  partition integer not null references jpki.partition,
  primary key (issuer, partition)
)
--
alter table jpki.certificate add column partition integer references jpki.partition
--
create index certificate_revoked on jpki.certificate (ca, issuer, serial) where revoked_at is not null
--
create table jpki.crl (
  issuer text not null check (issuer ~ '^[0-9a-f]{40}$'),
  partition integer not null check (partition >= 0),
  number bigint not null,
  this_update timestamptz not null,
  next_update timestamptz not null,
  entries integer not null,
  der bytea not null,
  primary key (issuer, partition)
)
`,
  },
  {
    name: '4-latest',
    sql: 'create index certificate_issued on jpki.certificate (reserved_at)',
  },
];

import type { Migration } from '@tegata/store';
import type { Generated, Selectable } from 'kysely';
import type { State, Wants } from './states.ts';

/** The rows of the SMP. Sealed columns are the only place of personal data; nothing else here says who somebody is. */
export interface Tables {
  /** One row: which wrapping key these rows are sealed under. */
  'smp.wrapping_key': { single: boolean; fingerprint: string; at: Date };
  /** A session belongs to one key of an app and gives one challenge; it is used by one application. */
  'smp.session': {
    id: string;
    thumbprint: string;
    platform: Platform;
    challenge: Uint8Array;
    opened_at: Date;
    expires_at: Date;
    /** The application that it led to. */
    application: string | null;
    /** SHA-256 of the bytes that used it: the same bytes again get the same answer. */
    digest: Uint8Array | null;
  };
  'smp.application': {
    id: string;
    reference: string;
    /** The session in which it came. */
    session: string;
    /** HMAC-SHA-256(key outside the database, My Number). */
    person: Uint8Array;
    platform: Platform;
    state: State;
    /** Of its last event. */
    sequence: number;
    /** Hash of its last event. */
    head: Uint8Array;
    received_at: Date;
    changed_at: Date;
    waiting: string | null;
    refusal: string | null;
    attempts: number;
    /** When a worker shall look at it; null: nothing to be done by us. */
    next_attempt_at: Date | null;
    lease_until: Date | null;
    /** Grows with every claim; who holds an older number may no longer write. */
    fencing: number;
    /** The data key, wrapped; null once destroyed. */
    data_key: Uint8Array | null;
    /** Sealed: the signed application as received. */
    content: Uint8Array | null;
    /** Sealed: IssuerSigned as the IACA gave it. */
    issuer_signed: Uint8Array | null;
    /** When the certificate's status was last found good. */
    status_good_at: Date | null;
    /** What redeems the plan at the IACA. */
    issuance_token: Uint8Array | null;
    /** The IACA may still hold personal data of this application. */
    issuer_data_due: boolean;
    wants: Generated<Wants>;
    /** Sealed: the phone's certificates as JPKI gave them. */
    certificates: Uint8Array | null;
    /** Why JPKI gave none, where the card goes on without them. */
    certificates_refusal: string | null;
    /** SHA-256 of the card's certificate that signed, hex: with that card the phone's PINs may be reset. */
    card_certificate: string | null;
    /** Wrapped: the secret that came to the phone with its certificates. */
    reset_key: Uint8Array | null;
    /** What JPKI has not been told yet of the phone's certificates, and the id under which it is told. */
    jpki_due: JpkiDue | null;
    jpki_request: string | null;
  };
  'smp.event': {
    application: string;
    sequence: number;
    name: string;
    from_state: State | null;
    to_state: State | null;
    actor: string;
    /** Canonical JSON: ids, codes, digests and times. */
    detail: string;
    at: Date;
    previous: Uint8Array;
    hash: Uint8Array;
  };
  /** What was asked of whom and what the answer was, for each check of an event. */
  'smp.evidence': {
    application: string;
    sequence: number;
    position: number;
    check_id: string;
    result: string;
    code: string | null;
    asked: string;
    subject: string | null;
    at: Date;
    /** The signed answer of another party, as received. */
    answer: Uint8Array | null;
  };
  'smp.delivery': {
    id: string;
    application: string;
    /** The key attestation's id. */
    recipient: string;
    /** Sealed: the JWE. The same bytes are sent each time. */
    jwe: Uint8Array | null;
    jwe_digest: string;
    /** SHA-256 of IssuerSigned, or of all that was delivered where certificates are in it: only the phone can know it. */
    content_digest: string;
    made_at: Date;
    fetched_at: Date | null;
    stored_at: Date | null;
  };
  /** DPoP proofs that were used, as long as they could be used again. */
  'smp.proof': { jti: string; until: Date };
}

/** What JPKI is told of a phone: hold its certificates, lift the hold, or end them for a reason. */
export type JpkiDue = 'suspend' | 'resume' | 'phone-lost' | 'phone-withdrawn' | 'phone-replaced';
/** The platforms. */
export type Platform = 'ios' | 'android';
/** A row of `smp.application`. */
export type ApplicationRow = Selectable<Tables['smp.application']>;
/** A row of `smp.event`. */
export type EventRow = Selectable<Tables['smp.event']>;
/** A row of `smp.evidence`. */
export type EvidenceRow = Selectable<Tables['smp.evidence']>;

/** The schema `smp`; PostgreSQL 15 and later. */
export const migrations: readonly Migration[] = [
  {
    name: '1-applications',
    sql: `
create table smp.wrapping_key (
  single boolean primary key default true check (single),
  fingerprint text not null,
  at timestamptz not null
)
--
create table smp.session (
  id text primary key,
  thumbprint text not null,
  platform text not null check (platform in ('ios', 'android')),
  challenge bytea not null unique,
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  application uuid,
  digest bytea,
  check ((application is null) = (digest is null))
)
--
create index session_digest on smp.session (digest) where digest is not null
--
create index session_viewer on smp.session (application, thumbprint) where application is not null
--
create table smp.application (
  id uuid primary key,
  reference text not null unique,
  session text not null unique references smp.session,
  person bytea not null check (length(person) = 32),
  platform text not null check (platform in ('ios', 'android')),
  state text not null check (state in ('received', 'verified', 'prepared', 'signed', 'offered', 'delivered', 'active',
    'suspended', 'refused', 'withdrawn', 'replaced', 'revoked', 'expired')),
  sequence integer not null check (sequence > 0),
  head bytea not null,
  received_at timestamptz not null,
  changed_at timestamptz not null,
  waiting text,
  refusal text,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  lease_until timestamptz,
  fencing integer not null default 0,
  data_key bytea,
  content bytea,
  issuer_signed bytea,
  status_good_at timestamptz,
  issuance_token bytea,
  issuer_data_due boolean not null default false,
  check ((refusal is not null) = (state = 'refused')),
  constraint sealed_while_live check (
    (state in ('received', 'verified', 'prepared', 'signed', 'offered', 'delivered')) = (data_key is not null)
    and (data_key is not null) = (content is not null)
    and (data_key is not null or issuer_signed is null)
  )
)
--
alter table smp.session add foreign key (application) references smp.application
--
create unique index application_one_live on smp.application (person, platform)
  where state in ('received', 'verified', 'prepared', 'signed', 'offered', 'delivered')
--
create unique index application_one_held on smp.application (person, platform) where state in ('active', 'suspended')
--
create index application_due on smp.application (next_attempt_at) where next_attempt_at is not null
--
create table smp.event (
  application uuid not null references smp.application,
  sequence integer not null check (sequence > 0),
  name text not null,
  from_state text,
  to_state text,
  actor text not null,
  detail text not null,
  at timestamptz not null,
  previous bytea not null check (length(previous) = 32),
  hash bytea not null unique check (length(hash) = 32),
  primary key (application, sequence)
)
--
create unique index event_once on smp.event (application, name) where name in ('received', 'verified', 'prepared', 'signed',
  'offered', 'delivered', 'active', 'refused', 'withdrawn', 'replaced', 'revoked', 'expired', 'data-destroyed', 'issuer-data-destroyed')
--
create table smp.evidence (
  application uuid not null,
  sequence integer not null,
  position integer not null,
  check_id text not null,
  result text not null check (result in ('passed', 'failed', 'warning', 'not_performed')),
  code text,
  asked text not null,
  subject text,
  at timestamptz not null,
  answer bytea,
  primary key (application, sequence, position),
  unique (application, sequence, check_id),
  foreign key (application, sequence) references smp.event (application, sequence)
)
--
create table smp.delivery (
  id uuid primary key,
  application uuid not null unique references smp.application,
  recipient text not null,
  jwe bytea,
  jwe_digest text not null,
  content_digest text not null,
  made_at timestamptz not null,
  fetched_at timestamptz,
  stored_at timestamptz,
  check ((jwe is null) or stored_at is null)
)
--
create unlogged table smp.proof (
  jti text primary key,
  until timestamptz not null
)
--
create index proof_until on smp.proof (until)
--
create function smp.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end
$$
--
create trigger event_append_only before update or delete on smp.event for each row execute function smp.refuse_change()
--
create trigger event_not_truncated before truncate on smp.event for each statement execute function smp.refuse_change()
--
create trigger evidence_append_only before update or delete on smp.evidence for each row execute function smp.refuse_change()
--
create trigger evidence_not_truncated before truncate on smp.evidence for each statement execute function smp.refuse_change()
`,
  },
  {
    name: '2-certificates',
    sql: `
alter table smp.application
  add column wants text not null default 'card' check (wants in ('card', 'card-and-certificates', 'certificates')),
  add column certificates bytea,
  add column certificates_refusal text,
  add column card_certificate text check (card_certificate ~ '^[0-9a-f]{64}$'),
  add column reset_key bytea,
  add column jpki_due text check (jpki_due in ('suspend', 'resume', 'phone-lost', 'phone-withdrawn', 'phone-replaced')),
  add column jpki_request text,
  drop constraint sealed_while_live,
  add constraint sealed_while_live check (
    (state in ('received', 'verified', 'prepared', 'signed', 'offered', 'delivered')) = (data_key is not null)
    and (data_key is not null) = (content is not null)
    and (data_key is not null or (issuer_signed is null and certificates is null))
  ),
  add check (wants <> 'card' or (certificates is null and reset_key is null and jpki_due is null)),
  add check ((jpki_due is null) = (jpki_request is null))
--
drop index smp.application_one_held
--
create unique index application_one_held on smp.application (person, platform)
  where state in ('active', 'suspended') and wants <> 'certificates'
--
create unique index application_one_certified on smp.application (person, platform)
  where state in ('active', 'suspended') and wants = 'certificates'
--
drop index smp.event_once
--
create unique index event_once on smp.event (application, name) where name in ('received', 'verified', 'prepared', 'signed',
  'certified', 'certificates-refused', 'offered', 'delivered', 'active', 'refused', 'withdrawn', 'replaced', 'revoked', 'expired',
  'data-destroyed', 'issuer-data-destroyed')
`,
  },
];

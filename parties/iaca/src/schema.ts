import type { Migration } from '@tegata/store';
import type { Selectable } from 'kysely';

/** What becomes of a plan. One plan of an issuance is alive at most: recorded, planned, signing or signed. */
export type PlanState =
  /** Stored, not linted yet. */
  | 'recorded'
  /** Linted: may be signed. */
  | 'planned'
  /** Redeemed: the key may have been used. */
  | 'signing'
  /** The signed mdoc is stored. */
  | 'signed'
  /** Lint found a rule broken; never signed. */
  | 'refused'
  /** Closed without an mdoc that left this party. */
  | 'abandoned';

/** The rows of the IACA. Sealed columns are the only place of personal data; an MSO holds salted digests and a phone's public key. */
export interface Tables {
  /** One row: which wrapping key these rows are sealed under. */
  'iaca.wrapping_key': { single: boolean; fingerprint: string; at: Date };
  'iaca.issuance': {
    /** The id of the application. */
    id: string;
    /** HMAC-SHA-256(key outside the database, id ‖ request): the request holds a My Number, whose plain hash could be searched. Null: destroyed before it came. */
    request_tag: Uint8Array | null;
    /** The data key, wrapped; null once destroyed. */
    data_key: Uint8Array | null;
    /** Sealed: the request as received, while a plan may have to be made again. */
    record: Uint8Array | null;
    /** The rule that refused it. */
    refusal: string | null;
    /** Of its last event. */
    sequence: number;
    /** Hash of its last event. */
    head: Uint8Array;
    opened_at: Date;
    destroyed_at: Date | null;
  };
  'iaca.plan': {
    /** Instance prefix and 136 random bits, hex. */
    serial: string;
    issuance: string;
    generation: number;
    state: PlanState;
    /** The bytes of the MSO that will be signed. */
    mso: Uint8Array;
    /** SHA-256 of them. */
    digest: Uint8Array;
    profile: string;
    profile_hash: Uint8Array;
    /** Key identifier of the document signer that alone may redeem the plan. */
    ds_key_id: Uint8Array;
    /** Sealed: the salted items. */
    items: Uint8Array | null;
    /** Sealed: IssuerSigned. */
    issuer_signed: Uint8Array | null;
    signed_on: Date;
    valid_until: Date;
    made_at: Date;
    /** The process that redeemed it. */
    owner: string | null;
    /** Until when that process may be believed to be at work. */
    lease_until: Date | null;
  };
  'iaca.event': {
    issuance: string;
    sequence: number;
    name: string;
    serial: string | null;
    /** Canonical JSON: ids, codes, digests. */
    detail: string;
    at: Date;
    previous: Uint8Array;
    hash: Uint8Array;
  };
}

/** A row of `iaca.issuance`. */
export type IssuanceRow = Selectable<Tables['iaca.issuance']>;
/** A row of `iaca.plan`. */
export type PlanRow = Selectable<Tables['iaca.plan']>;
/** A row of `iaca.event`. */
export type EventRow = Selectable<Tables['iaca.event']>;

/** The schema `iaca`; PostgreSQL 15 and later. */
export const migrations: readonly Migration[] = [
  {
    name: '1-plans',
    sql: `
create table iaca.wrapping_key (
  single boolean primary key default true check (single),
  fingerprint text not null,
  at timestamptz not null
)
--
create table iaca.issuance (
  id uuid primary key,
  request_tag bytea check (length(request_tag) = 32),
  data_key bytea,
  record bytea,
  refusal text,
  sequence integer not null check (sequence >= 0),
  head bytea not null check (length(head) = 32),
  opened_at timestamptz not null,
  destroyed_at timestamptz,
  constraint sealed_until_destroyed check (
    (data_key is null) = (destroyed_at is not null)
    and (data_key is not null or record is null)
    and (refusal is null or record is null)
    and (request_tag is not null or destroyed_at is not null)
  )
)
--
create table iaca.plan (
  serial text primary key check (serial ~ '^[0-9a-f]{36}$'),
  issuance uuid not null references iaca.issuance,
  generation integer not null check (generation > 0),
  state text not null check (state in ('recorded', 'planned', 'signing', 'signed', 'refused', 'abandoned')),
  mso bytea not null,
  digest bytea not null unique check (length(digest) = 32),
  profile text not null,
  profile_hash bytea not null check (length(profile_hash) = 32),
  ds_key_id bytea not null,
  items bytea,
  issuer_signed bytea,
  signed_on timestamptz not null,
  valid_until timestamptz not null,
  made_at timestamptz not null,
  owner text,
  lease_until timestamptz,
  unique (issuance, generation),
  check ((state = 'signing') = (lease_until is not null)),
  check (items is null or state in ('recorded', 'planned', 'signing')),
  check (issuer_signed is null or state = 'signed')
)
--
create unique index plan_one_alive on iaca.plan (issuance) where state in ('recorded', 'planned', 'signing', 'signed')
--
create index plan_signing on iaca.plan (lease_until) where state = 'signing'
--
create table iaca.event (
  issuance uuid not null references iaca.issuance,
  sequence integer not null check (sequence > 0),
  name text not null,
  serial text references iaca.plan,
  detail text not null,
  at timestamptz not null,
  previous bytea not null check (length(previous) = 32),
  hash bytea not null unique check (length(hash) = 32),
  primary key (issuance, sequence)
)
--
create unique index event_once_per_plan on iaca.event (serial, name) where serial is not null
--
create unique index event_once on iaca.event (issuance, name) where name in ('signed', 'content-destroyed')
--
create function iaca.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end
$$
--
create trigger event_append_only before update or delete on iaca.event for each row execute function iaca.refuse_change()
--
create trigger event_not_truncated before truncate on iaca.event for each statement execute function iaca.refuse_change()
`,
  },
];

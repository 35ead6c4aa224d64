import type { Migration } from '@tegata/store';
import type { Generated } from 'kysely';

/** The rows of the wallet provider. It relays: what it holds for a phone is ciphertext. */
export interface Tables {
  /** Phones, by the thumbprint of their instance key. */
  'wallet_provider.instance': { thumbprint: string; registered_at: Date };
  /** Key attestations given out; their ids are the addresses of deliveries. */
  'wallet_provider.attestation': { id: string; instance: string; keys: number; at: Date };
  'wallet_provider.delivery': {
    id: string;
    instance: string;
    /** Tells a repeated PUT from another delivery under the same id, also when the ciphertext is gone. */
    jwe_digest: string;
    /** Null once the phone has stored it. */
    jwe: string | null;
    offered_at: Date;
    fetched_at: Date | null;
    stored_at: Date | null;
    receipt_digest: string | null;
  };
  /** What the SMP is still to be told, and what it has been told. */
  'wallet_provider.notice': {
    id: Generated<string>;
    delivery: string;
    event: 'fetched' | 'stored';
    digest: string;
    at: Date;
    attempts: Generated<number>;
    told_at: Date | null;
  };
}

/** The schema `wallet_provider`. */
export const migrations: readonly Migration[] = [
  {
    name: '1-relay',
    sql: `
create table wallet_provider.instance (
  thumbprint text primary key,
  registered_at timestamptz not null
)
--
create table wallet_provider.attestation (
  id text primary key,
  instance text not null references wallet_provider.instance,
  keys integer not null,
  at timestamptz not null
)
--
create table wallet_provider.delivery (
  id text primary key,
  instance text not null references wallet_provider.instance,
  jwe_digest text not null,
  jwe text,
  offered_at timestamptz not null,
  fetched_at timestamptz,
  stored_at timestamptz,
  receipt_digest text,
  check ((jwe is null) = (stored_at is not null)),
  check ((receipt_digest is null) = (stored_at is null))
)
--
create index delivery_waiting on wallet_provider.delivery (instance, offered_at) where stored_at is null
--
create table wallet_provider.notice (
  id bigint generated always as identity primary key,
  delivery text not null references wallet_provider.delivery,
  event text not null check (event in ('fetched', 'stored')),
  digest text not null,
  at timestamptz not null,
  attempts integer not null default 0,
  told_at timestamptz,
  unique (delivery, event)
)
--
create index notice_untold on wallet_provider.notice (id) where told_at is null
`,
  },
];

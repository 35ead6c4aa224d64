import type { Migration } from '@tegata/store';

/**
 * The rows of JPKI. A certificate holds personal data, so it is handed out and not kept: a row says only that a serial number
 * is taken, by which octets, and whether it was revoked.
 */
export interface Tables {
  'jpki.certificate': {
    ca: 'sign' | 'auth';
    /** Upper-case hex of the content octets. */
    serial: string;
    reserved_at: Date;
    /** SHA-256 of the certificate; null until it was signed. Only then is it known to OCSP. */
    fingerprint: string | null;
    not_after: Date | null;
    revoked_at: Date | null;
    reason: string | null;
  };
}

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
];

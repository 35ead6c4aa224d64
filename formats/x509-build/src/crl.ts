import { AsnConvert } from '@peculiar/asn1-schema';
import { der } from '@tegata/der';
import { parseCertificate } from '@tegata/x509';
import { X509BuildError } from './error.ts';
import { type ExtensionSpec, extension, type GeneralNameSpec, toGeneralName } from './extension.ts';
import type { Issuer } from './jpki.ts';
import { type RevocationReason, revocationReasons } from './ocsp-writer.ts';
import { signatureAlgorithm } from './signature-algorithm.ts';

/** A certificate that is revoked. */
export interface CrlEntry {
  /** Octets of the positive number, as the certificate has them. */
  readonly serial: Uint8Array;
  readonly revokedAt: Date;
  /** Left out of the entry where it is `unspecified`. */
  readonly reason?: RevocationReason;
}

/** What a CRL will say. */
export interface CrlInput {
  /** The CA whose certificates it speaks of; its key signs. */
  readonly issuer: Issuer;
  readonly number: number | bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** All at once, or in portions as a database gives them. */
  readonly revoked: Iterable<CrlEntry> | AsyncIterable<Iterable<CrlEntry>>;
  /** Makes it a partition: the certificates whose CRLDP has this name, and of the given kind only. */
  readonly partition?: { readonly name?: GeneralNameSpec; readonly only?: 'user' | 'ca' };
  /** In place of AKI and CRLNumber, for tests of CRLs that are not as they should be. */
  readonly extensions?: readonly ExtensionSpec[];
}

/**
 * Makes and signs a CRL of version 2 (RFC 5280 §5) with authorityKeyIdentifier, cRLNumber and, for a partition, a critical
 * issuingDistributionPoint. Entries are written straight into one buffer, so that a list of a nation stays a matter of a second.
 * @returns DER
 * @throws {X509BuildError} `serial-invalid`
 */
export async function buildCrl(input: CrlInput): Promise<Uint8Array> {
  const { issuer } = input;
  const authority =
    issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  const algorithm = new Uint8Array(AsnConvert.serialize(signatureAlgorithm(issuer.signer)));
  const entries = new EntryWriter();
  if (Symbol.asyncIterator in input.revoked) for await (const portion of input.revoked) entries.add(portion);
  else entries.add(input.revoked);
  const extensions = input.extensions ?? [
    extension.authorityKeyIdentifier(issuer.signer.publicKey),
    { oid: '2.5.29.20', critical: false, value: der.integer(input.number) },
    ...(input.partition ? [issuingDistributionPoint(input.partition)] : []),
  ];
  const tbs = der.sequence(
    der.integer(1),
    algorithm,
    authority.subject.raw,
    der.time(input.thisUpdate),
    der.time(input.nextUpdate),
    ...(entries.bytes.length > 0 ? [der.sequence(entries.bytes)] : []),
    ...(extensions.length > 0 ? [der.explicit(0, der.sequence(...extensions.map(extensionDer)))] : []),
  );
  const signature = await issuer.signer.sign(tbs);
  return der.sequence(tbs, algorithm, der.bitString(signature));
}

const extensionDer = ({ oid, critical, value }: ExtensionSpec): Uint8Array =>
  der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));

/** IssuingDistributionPoint (RFC 5280 §5.2.5). */
function issuingDistributionPoint({ name, only }: NonNullable<CrlInput['partition']>): ExtensionSpec {
  const members: Uint8Array[] = [];
  if (name) {
    const full = new Uint8Array(AsnConvert.serialize(toGeneralName(name)));
    members.push(der.explicit(0, der.explicit(0, full)));
  }
  if (only) members.push(der.implicit(only === 'user' ? 1 : 2, der.boolean(true)));
  return { oid: '2.5.29.28', critical: true, value: der.sequence(...members) };
}

/** `SEQUENCE OF Extension` with reasonCode alone, by the number of the reason. */
const reasonExtension = (reason: RevocationReason): Uint8Array =>
  der.sequence(der.sequence(der.oid('2.5.29.21'), der.octetString(der.enumerated(revocationReasons[reason]))));

/** Writes the entries one after another into one buffer that grows. */
class EntryWriter {
  readonly #reasons = new Map<RevocationReason, Uint8Array>();
  readonly #timeOf = timeWriter();
  #out = new Uint8Array(64 * 1024);
  #at = 0;

  get bytes(): Uint8Array {
    return this.#out.subarray(0, this.#at);
  }

  add(revoked: Iterable<CrlEntry>): void {
    let out = this.#out;
    let at = this.#at;
    for (const { serial, revokedAt, reason } of revoked) {
      const first = serial[0];
      // An INTEGER of DER has no octet too many; serial numbers are positive.
      const padded = first === 0 && (serial[1] ?? 0) < 0x80;
      if (first === undefined || first > 0x7f || padded || serial.length > 20) {
        throw new X509BuildError('serial-invalid', 'A serial number is a positive number of 1 to 20 octets.');
      }
      const time = this.#timeOf(revokedAt);
      const code = reason && reason !== 'unspecified' ? this.#reason(reason) : undefined;
      // 2 + 20 octets of serial, 17 of time and 14 of reason: the short form of the length is always enough.
      const length = 2 + serial.length + time.length + (code?.length ?? 0);
      if (at + 2 + length > out.length) {
        out = new Uint8Array(out.length * 2);
        out.set(this.#out.subarray(0, at));
        this.#out = out;
      }
      out[at++] = 0x30;
      out[at++] = length;
      out[at++] = 0x02;
      out[at++] = serial.length;
      out.set(serial, at);
      at += serial.length;
      out.set(time, at);
      at += time.length;
      if (code) {
        out.set(code, at);
        at += code.length;
      }
    }
    this.#at = at;
  }

  #reason(reason: RevocationReason): Uint8Array {
    const kept = this.#reasons.get(reason) ?? reasonExtension(reason);
    this.#reasons.set(reason, kept);
    return kept;
  }
}

/** DER of a time. The day is written once for all entries of that day; the result is overwritten by the next call. */
function timeWriter(): (time: Date) => Uint8Array {
  let day = Number.NaN;
  let written = new Uint8Array();
  return (time) => {
    const seconds = Math.floor(time.getTime() / 1000);
    const today = Math.floor(seconds / 86_400);
    if (today !== day) {
      written = Uint8Array.from(der.time(new Date(today * 86_400_000)));
      day = today;
    }
    const ofDay = seconds - today * 86_400;
    const parts = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60] as const;
    const at = written.length - 7;
    for (let i = 0; i < 3; i++) {
      const part = parts[i] as number;
      written[at + 2 * i] = 0x30 + Math.floor(part / 10);
      written[at + 2 * i + 1] = 0x30 + (part % 10);
    }
    return written;
  };
}

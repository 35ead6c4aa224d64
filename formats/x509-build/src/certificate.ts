import type { KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate as Asn1Certificate,
  Extensions,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Signer } from '@tegata/keys';
import { X509BuildError } from './error.ts';
import { type ExtensionSpec, toExtension } from './extension.ts';
import { type NameParts, nameFromDer, toName } from './name.ts';
import { signatureAlgorithm } from './signature-algorithm.ts';

/** What a certificate will say. */
export interface CertificateInput {
  readonly subject: NameParts;
  /** Parts, or the DER of the issuer's subject as its certificate has it. */
  readonly issuer: NameParts | Uint8Array;
  /** Octets of the positive number, 1 to 20. */
  readonly serial: Uint8Array;
  /** Parts of a second are cut off. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signer: Signer;
  /** In the order in which they will stand. */
  readonly extensions: readonly ExtensionSpec[];
}

/**
 * Makes and signs an X.509 v3 certificate (RFC 5280 §4.1): UTCTime to 2049, GeneralizedTime from 2050; extensions in the
 * order given.
 * @returns DER
 * @throws {X509BuildError} `serial-invalid`, `name-invalid`
 */
export async function buildCertificate(input: CertificateInput): Promise<Uint8Array> {
  const { serial } = input;
  if (serial.length < 1 || serial.length > 20 || (serial[0] as number) > 0x7f || serial.every((octet) => octet === 0)) {
    throw new X509BuildError('serial-invalid', 'A serial number is a positive number of 1 to 20 octets.');
  }
  const algorithm = signatureAlgorithm(input.signer);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: Uint8Array.from(serial).buffer,
    signature: algorithm,
    issuer: input.issuer instanceof Uint8Array ? nameFromDer(input.issuer) : toName(input.issuer),
    validity: new Validity({ notBefore: wholeSeconds(input.notBefore), notAfter: wholeSeconds(input.notAfter) }),
    subject: toName(input.subject),
    subjectPublicKeyInfo: AsnConvert.parse(
      input.publicKey.export({ type: 'spki', format: 'der' }),
      SubjectPublicKeyInfo,
    ),
    extensions: new Extensions(input.extensions.map(toExtension)),
  });
  const signature = await input.signer.sign(new Uint8Array(AsnConvert.serialize(tbsCertificate)));
  return new Uint8Array(
    AsnConvert.serialize(
      new Asn1Certificate({
        tbsCertificate,
        signatureAlgorithm: algorithm,
        signatureValue: Uint8Array.from(signature).buffer,
      }),
    ),
  );
}

/** The library would write a fraction into a GeneralizedTime, which RFC 5280 forbids. */
export function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

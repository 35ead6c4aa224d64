import { type Certificate, oid } from '@tegata/x509';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import { givenCertificate } from '../x509/given-certificate.ts';

/** How a person is named: by a certificate, its number, or an id of the service. */
export const SUBJECT = { cert: 'one', ca: 'one', serial: 'one', person: 'one', phone: 'one' } as const;

export const SUBJECT_USAGE = `  --cert FILE       a certificate of the person, or
  --ca sign|auth --serial HEX
                    its number, or
  --person ID       as "issue" and "list" say it, or
  --phone ID        the phone, by the id of its application
`;

/** As the service takes it. */
export type SubjectOf =
  | { readonly person: string }
  | { readonly phone: string }
  | { readonly ca: 'sign' | 'auth'; readonly serial: string };

/** The options that name somebody. */
export interface SubjectOptions {
  readonly cert?: string;
  readonly ca?: string;
  readonly serial?: string;
  readonly person?: string;
  readonly phone?: string;
}

/**
 * Reads who is meant; undefined where nobody is named.
 * @throws {ArgumentError} `usage`, `certificate-unreadable`
 */
export function givenSubject(options: SubjectOptions, files: GivenFiles): SubjectOf | undefined {
  const { cert, ca, serial, person, phone } = options;
  const ways = [cert, serial ?? ca, person, phone].filter((way) => way !== undefined);
  if (ways.length === 0) return undefined;
  if (ways.length > 1) {
    throw new ArgumentError('usage', 'Name one: --cert, --ca with --serial, --person or --phone.');
  }
  if (person !== undefined) return { person };
  if (phone !== undefined) return { phone };
  if (cert !== undefined) {
    const certificate = givenCertificate(files, 'cert', cert);
    return { ca: caOf(certificate), serial: certificate.serialHex };
  }
  if ((ca !== 'sign' && ca !== 'auth') || serial === undefined || !/^([0-9A-Fa-f]{2}){1,20}$/.test(serial)) {
    throw new ArgumentError('usage', '--ca sign or --ca auth goes with --serial, whole octets in hexadecimal.', {
      option: 'serial',
    });
  }
  return { ca, serial: serial.toUpperCase() };
}

/** As {@link givenSubject}, where somebody has to be named. @throws {ArgumentError} `usage` */
export function neededSubject(options: SubjectOptions, files: GivenFiles): SubjectOf {
  const subject = givenSubject(options, files);
  if (subject) return subject;
  throw new ArgumentError('usage', 'Say of whom: --cert FILE, --ca with --serial, --person ID or --phone ID.');
}

/** Which CA issued a certificate of JPKI: those for authentication have a purpose, those for signature none. */
export function caOf({ extKeyUsage }: Certificate): 'sign' | 'auth' {
  return extKeyUsage?.includes(oid.clientAuth) ? 'auth' : 'sign';
}

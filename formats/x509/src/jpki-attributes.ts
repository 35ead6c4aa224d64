import { DerReader, stringToText, tag } from '@tegata/der';
import type { Certificate } from './certificate.ts';
import { readingDer, X509Error } from './error.ts';
import { TEST_ARC } from './path.ts';

/** The four basic attributes (基本4情報) as a JPKI signature certificate holds them. Personal data: never log it. */
export interface JpkiAttributes {
  /** 氏名, U+3000 between family and given name; characters outside the JIS sets are substituted. */
  readonly name: string;
  /** 生年月日 as stored: era digit and Gregorian `YYYYMMDD`, unknown parts 0. */
  readonly birthDate: string;
  /** 性別: `1` male, `2` female, `0` `3` `9` neither or unknown. */
  readonly sex: string;
  /** 住所. */
  readonly address: string;
  /** One `0` or `1` per character of the name; `1` = the character stands for another one. */
  readonly nameSubstitutes: string;
  /** The same for the address. */
  readonly addressSubstitutes: string;
}

const members = {
  1: 'name',
  2: 'nameSubstitutes',
  3: 'sex',
  4: 'birthDate',
  5: 'address',
  6: 'addressSubstitutes',
} as const satisfies Record<number, keyof JpkiAttributes>;

const MAX_CHARACTERS = 400;

/**
 * Reads the attributes out of the six otherNames of a signature certificate, wherever they stand; unknown otherNames are
 * skipped. Ask only after `verifyPath` has passed.
 * @param options.arc arc of the otherNames: `arc.5.1` … `arc.5.6` (default our own, `1.2.392.200149.8.5` is JPKI's)
 * @throws {X509Error} `attributes-missing`, `attributes-malformed`; `context.oid` says which
 */
export function jpkiAttributes(certificate: Certificate, options: { readonly arc?: string } = {}): JpkiAttributes {
  const arc = `${options.arc ?? TEST_ARC}.5.`;
  const found: { -readonly [member in keyof JpkiAttributes]?: string } = {};
  for (const name of certificate.subjectAltName ?? []) {
    if (name.type !== 'otherName' || !name.oid.startsWith(arc)) continue;
    const member = (members as Record<string, keyof JpkiAttributes>)[name.oid.slice(arc.length)];
    if (!member) continue;
    if (found[member] !== undefined) throw malformed(name.oid, 'stands twice');
    found[member] = readText(name.value, name.oid);
  }
  for (const [number, member] of Object.entries(members)) {
    if (found[member] === undefined) {
      throw new X509Error('attributes-missing', 'The certificate does not hold all six personal otherNames.', {
        oid: arc + number,
      });
    }
  }
  const attributes = found as JpkiAttributes;
  if (!/^[0-5]\d{8}$/.test(attributes.birthDate)) throw malformed(`${arc}4`, 'is not an era digit and YYYYMMDD');
  if (!/^[01239]$/.test(attributes.sex)) throw malformed(`${arc}3`, 'is not a sex code');
  checkFlags(attributes.name, attributes.nameSubstitutes, `${arc}2`);
  checkFlags(attributes.address, attributes.addressSubstitutes, `${arc}6`);
  return attributes;
}

function malformed(id: string, what: string): X509Error {
  return new X509Error('attributes-malformed', `A personal otherName ${what}.`, { oid: id });
}

function readText(value: Uint8Array, id: string): string {
  const text = readingDer(
    'attributes-malformed',
    'A personal otherName',
    () => {
      const reader = DerReader.over(value);
      const { tag: type, content, offset } = reader.expect(tag.utf8String);
      reader.end();
      return stringToText(type, content, offset);
    },
    { oid: id },
  );
  const length = [...text].length;
  if (length === 0 || length > MAX_CHARACTERS) throw malformed(id, 'is empty or too long');
  return text;
}

function checkFlags(text: string, flags: string, id: string): void {
  if (!/^[01]+$/.test(flags) || flags.length !== [...text].length) {
    throw malformed(id, 'does not have one flag per character');
  }
}

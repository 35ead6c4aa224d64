import { type Certificate, jpkiAttributes } from '@tegata/x509';
import { type BirthDate, readBirthDate } from './birth-date.ts';

/** One character, and whether it stands for another one that the character set does not have (代替文字). */
export interface RegisteredCharacter {
  readonly character: string;
  readonly substituted: boolean;
}

/** A text of the resident register. */
export interface RegisteredText {
  readonly text: string;
  readonly characters: readonly RegisteredCharacter[];
  /** False when a character stands for another one: the text is then **not** what the register says, and must be shown so. */
  readonly exact: boolean;
}

/** The four basic attributes (基本4情報). Personal data: never log them. */
export interface FourAttributes {
  /** 氏名, U+3000 between family and given name. */
  readonly name: RegisteredText;
  /** 住所, without a postcode. */
  readonly address: RegisteredText;
  readonly birthDate: BirthDate;
  /** 性別. */
  readonly sex: 'male' | 'female' | 'unspecified';
}

/**
 * Reads the four basic attributes from a signature certificate. Ask only for a certificate that `verifySignedDocument` gave.
 * @param options.arc arc of the otherNames (default the one of the test authorities, `1.2.392.200149.8.5` is JPKI's)
 * @throws {X509Error} `attributes-missing`, `attributes-malformed`
 * @example
 * const { name } = fourAttributes(report.signer);
 * name.exact ? name.text : `${marked(name)} (代替文字あり)`;
 */
export function fourAttributes(certificate: Certificate, options: { readonly arc?: string } = {}): FourAttributes {
  const read = jpkiAttributes(certificate, options);
  return {
    name: registered(read.name, read.nameSubstitutes),
    address: registered(read.address, read.addressSubstitutes),
    birthDate: readBirthDate(read.birthDate),
    sex: read.sex === '1' ? 'male' : read.sex === '2' ? 'female' : 'unspecified',
  };
}

function registered(text: string, flags: string): RegisteredText {
  const characters = [...text].map((character, at) => ({ character, substituted: flags[at] === '1' }));
  return { text, characters, exact: !flags.includes('1') };
}

/**
 * The text with a mark before each character that stands for another one.
 * @example
 * marked(name); // 見本　※辺子
 */
export function marked({ characters }: RegisteredText, mark = '※'): string {
  return characters.map(({ character, substituted }) => (substituted ? mark + character : character)).join('');
}

import { DerError, type DerReader, tag } from '@tegata/der';
import { type Name, readName } from './name.ts';

/** GeneralName (RFC 5280 §4.2.1.6). `value` of an otherName is the DER inside its `[0]`. */
export type GeneralName =
  | { readonly type: 'otherName'; readonly oid: string; readonly value: Uint8Array }
  | { readonly type: 'email' | 'dns' | 'uri' | 'registeredId'; readonly value: string }
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'directoryName'; readonly name: Name }
  | { readonly type: 'x400Address' | 'ediPartyName'; readonly value: Uint8Array };

const MAX_NAMES = 256;

/** Reads one GeneralName. @throws {DerError} */
export function readGeneralName(reader: DerReader): GeneralName {
  const element = reader.element();
  const text = () => {
    const value = Buffer.from(element.content).toString('latin1');
    if (!/^\p{ASCII}*$/u.test(value)) {
      throw new DerError('der-string-malformed', 'A general name holds octets outside IA5.', {
        offset: element.offset,
      });
    }
    return value;
  };
  switch (element.tag) {
    case tag.constructed(0): {
      const inner = reader.into(element);
      const type = inner.oid();
      const holder = inner.inside(tag.constructed(0));
      const value = holder.element().raw;
      holder.end();
      inner.end();
      return { type: 'otherName', oid: type, value };
    }
    case tag.primitive(1):
      return { type: 'email', value: text() };
    case tag.primitive(2):
      return { type: 'dns', value: text() };
    case tag.constructed(3):
      return { type: 'x400Address', value: element.content };
    case tag.constructed(4): {
      const inner = reader.into(element);
      const name = readName(inner);
      inner.end();
      return { type: 'directoryName', name };
    }
    case tag.constructed(5):
      return { type: 'ediPartyName', value: element.content };
    case tag.primitive(6):
      return { type: 'uri', value: text() };
    case tag.primitive(7):
      return { type: 'ip', value: element.content };
    case tag.primitive(8):
      return { type: 'registeredId', value: Buffer.from(element.content).toString('hex') };
    default:
      throw new DerError('der-tag-unexpected', 'A general name has an unknown tag.', {
        offset: element.offset,
        tag: element.tag,
      });
  }
}

/** Reads the GeneralNames that fill the rest of a reader. @throws {DerError} */
export function readGeneralNames(inner: DerReader): GeneralName[] {
  const names: GeneralName[] = [];
  while (!inner.done) {
    if (names.length === MAX_NAMES) {
      throw new DerError('der-too-many', 'There are more general names than allowed.', { offset: inner.offset });
    }
    names.push(readGeneralName(inner));
  }
  if (names.length === 0) {
    throw new DerError('der-truncated', 'A list of general names is empty.', { offset: inner.offset });
  }
  return names;
}

import { ApduError, objectLength } from '@tegata/apdu';
import type { TapMessage } from '@tegata/tap';
import { commandSection, responseSection } from './apdu.ts';
import { CardConversation, type FileRead } from './card-conversation.ts';
import { differs, jsonObjectSections } from './inspect-input.ts';
import { maskedJson, tryJson } from './json.ts';
import { maskBytes } from './mask.ts';
import { octetsSection } from './octets.ts';
import { fileSections, recognise, recogniseCbor, recogniseDer } from './recognise.ts';
import type { Section, View } from './section.ts';
import { asText, compactToken } from './text-form.ts';
import { jweSections, jwtSections } from './token.ts';

/** A message of the figure. */
export type WireMessage = Pick<TapMessage, 'label' | 'kind' | 'bytes' | 'from' | 'to'> & {
  readonly contentType?: string | undefined;
};

/** How a message is to be shown. */
export interface DecodeOptions {
  readonly unmask?: boolean;
  /** APDUs that passed before it, oldest first: they tell which application and file a command or response is about. */
  readonly before?: readonly WireMessage[];
}

/** A message, decoded. */
export interface DecodedMessage {
  readonly sections: readonly Section[];
  /** Whether anything was masked or cut. */
  readonly masked: boolean;
  /** The bytes as they may be shown: PINs and numbers of twelve digits replaced by `*`. For JSON, the masked text. */
  readonly maskedBytes: Uint8Array;
}

/**
 * Decodes one message of a wire. Whatever the bytes are, there is an answer: what cannot be decoded is shown as octets.
 * @example
 * decodeMessage({ label: 'VERIFY', kind: 'apdu-command', bytes, from: 'applicant-app', to: 'card' }).sections[0]?.text;
 */
export function decodeMessage(message: WireMessage, options: DecodeOptions = {}): DecodedMessage {
  const sections = safe(message, { unmask: options.unmask ?? false, inside: 0 }, options.before);
  const masked = !options.unmask && differs(sections, () => safe(message, { unmask: true, inside: 0 }, options.before));
  return { sections, masked, maskedBytes: maskedBytes(message, options.before) };
}

/** A screen takes no more than this. */
const MAX_SECTIONS = 120;

function safe(message: WireMessage, view: View, before: readonly WireMessage[] = []): readonly Section[] {
  try {
    const sections = decode(message, view, before);
    if (sections.length <= MAX_SECTIONS) return sections;
    const left = { title: `${sections.length - MAX_SECTIONS} more`, text: 'tegata inspect shows all of it.' };
    return [...sections.slice(0, MAX_SECTIONS), left];
  } catch {
    return [octetsSection(message.bytes, view)];
  }
}

function decode(message: WireMessage, view: View, before: readonly WireMessage[]): readonly Section[] {
  const { kind, bytes } = message;
  if (bytes.length === 0) return [{ title: message.label, text: 'No content.' }];
  if (kind === 'apdu-command') return [commandSection(bytes, view, after(before, view))];
  if (kind === 'apdu-response') {
    const conversation = after(before, view);
    const answer = responseSection(bytes, view, conversation);
    const read = conversation.lastFile();
    return read ? [answer, ...wholeFile(read, view)] : [answer];
  }
  return content(message, view) ?? [octetsSection(bytes, view)];
}

// A file comes in pieces; it is opened once it is whole.
function wholeFile(read: FileRead, view: View): readonly Section[] {
  return objectEnds(read.bytes) ? fileSections(read, view) : [];
}

function objectEnds(bytes: Uint8Array): boolean {
  try {
    const length = objectLength(bytes);
    return length !== undefined && length <= bytes.length;
  } catch (error) {
    if (error instanceof ApduError) return false;
    throw error;
  }
}

function content({ contentType = '', bytes }: WireMessage, view: View): readonly Section[] | undefined {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/[/+]json$/.test(type)) {
    const value = tryJson(Buffer.from(bytes).toString('utf8'));
    return value && jsonObjectSections(value, view);
  }
  if (/[/+]cbor$/.test(type)) return recogniseCbor(bytes, view)?.sections;
  if (/ocsp|pkcs7|pkix|x-x509/.test(type)) return recogniseDer(bytes, view)?.sections;
  const text = asText(bytes)?.trim();
  const token = text === undefined ? undefined : compactToken(text);
  if (text !== undefined && token) return token === 'jwt' ? jwtSections(text, view) : jweSections(text, view);
  const json = text === undefined ? undefined : tryJson(text);
  return json ? jsonObjectSections(json, view) : recognise(bytes, view)?.sections;
}

// What is selected follows from the commands since the card was put down; the last thousand are more than one tap has.
function after(before: readonly WireMessage[], view: View): CardConversation {
  const conversation = new CardConversation(view);
  for (const { kind, bytes } of before.slice(-1000)) {
    try {
      if (kind === 'apdu-command') conversation.command(bytes);
      else if (kind === 'apdu-response') conversation.response(bytes);
    } catch (error) {
      if (!(error instanceof ApduError)) throw error;
    }
  }
  return conversation;
}

function maskedBytes({ kind, bytes, contentType = '' }: WireMessage, before: readonly WireMessage[] = []): Uint8Array {
  if (kind === 'apdu-command' || kind === 'apdu-response') {
    const conversation = after(before, { unmask: false, inside: 0 });
    try {
      return (kind === 'apdu-command' ? conversation.command(bytes) : conversation.response(bytes)).shown;
    } catch {
      return maskBytes(bytes);
    }
  }
  const json =
    /json/i.test(contentType) || bytes[0] === 0x7b ? tryJson(Buffer.from(bytes).toString('utf8')) : undefined;
  return json ? new Uint8Array(Buffer.from(JSON.stringify(maskedJson(json)))) : maskBytes(bytes);
}

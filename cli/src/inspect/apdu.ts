import { ApduError, CONTROL, describeStatus, FrameDecoder, parseCommand, parseResponse } from '@tegata/apdu';
import { CardConversation, type Described, type FileRead, line } from './card-conversation.ts';
import { APPLICATIONS, efName } from './card-names.ts';
import { hex } from './octets.ts';
import { row, type Section, table, type View } from './section.ts';

const MAX_SHOWN = 64;
const CLASSES = new Set([0x00, 0x08, 0x0c, 0x10, 0x80, 0x90]);
const INSTRUCTIONS = new Set([
  0x20, 0x24, 0x2a, 0x2c, 0x32, 0x84, 0x88, 0xa2, 0xa4, 0xae, 0xb0, 0xb2, 0xc0, 0xc3, 0xca, 0xcb, 0xd6, 0xfc,
]);

/** Whether bytes have the form of a command that a card of this family knows. */
export function isCommand(bytes: Uint8Array): boolean {
  if (!CLASSES.has(bytes[0] as number) || !INSTRUCTIONS.has(bytes[1] as number)) return false;
  return attempt(() => parseCommand(bytes)) !== undefined;
}

/** Whether two bytes are a status word that has a meaning. */
export function isStatusWord(bytes: Uint8Array): boolean {
  return (
    bytes.length === 2 &&
    !describeStatus(((bytes[0] as number) << 8) | (bytes[1] as number)).endsWith('unknown status word')
  );
}

/** A single command, without what came before it. */
export function commandSection(bytes: Uint8Array, view: View, conversation = new CardConversation(view)): Section {
  const command = parseCommand(bytes);
  const { name, meaning, shown } = conversation.command(bytes);
  const pair = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
  const data = shown.subarray(5 + (command.extended ? 2 : 0)).subarray(0, command.data.length);
  const rows = [
    row('command', meaning === '' ? name : `${name}: ${meaning}`),
    row('CLA INS P1 P2', [command.cla, command.ins, command.p1, command.p2].map(pair).join(' ')),
    ...(data.length > 0
      ? [row('data', `${data.length} bytes: ${hex(data, view.unmask ? undefined : MAX_SHOWN)}`)]
      : []),
    ...(command.le === undefined ? [] : [row('Le', command.le)]),
    row('bytes', hex(shown, view.unmask ? undefined : MAX_SHOWN)),
  ];
  return table('APDU command', rows, {
    clause: 'ISO/IEC 7816-4 §5.1',
    ...(shown === bytes ? {} : { note: 'The PIN, password or check code is masked (2A).' }),
  });
}

/** A single response. */
export function responseSection(bytes: Uint8Array, view: View, conversation = new CardConversation(view)): Section {
  const length = parseResponse(bytes).data.length;
  const { name, meaning, shown } = conversation.response(bytes);
  const rows = [row('status', name)];
  if (meaning !== '') rows.push(row('what', meaning));
  if (length > 0) rows.push(row('data', hex(shown.subarray(0, length), view.unmask ? undefined : MAX_SHOWN)));
  return table('APDU response', rows, { clause: 'ISO/IEC 7816-4 §5.1' });
}

/** One message of a trace. */
export interface TraceMessage {
  readonly from: 'reader' | 'card';
  readonly bytes: Uint8Array;
}

const SIGN = /^(?:=>|<=|>+|<+|[CR]-APDU:?)/;
const MAX_MESSAGES = 20_000;

/** Reads lines of `> hex` (to the card) and `< hex` (from it); `#` begins a comment. `undefined` when a line is something else. */
export function traceFromText(text: string): TraceMessage[] | undefined {
  const messages: TraceMessage[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const content = raw.replace(/#.*$/, '').trim();
    if (content === '') continue;
    const sign = SIGN.exec(content)?.[0];
    const digits = sign === undefined ? '' : content.slice(sign.length).replaceAll(/[\s:]/g, '');
    if (sign === undefined || messages.length === MAX_MESSAGES || !/^(?:[0-9A-Fa-f]{2})+$/.test(digits))
      return undefined;
    const bytes = new Uint8Array(Buffer.from(digits, 'hex'));
    messages.push({ from: /^(>|=>|C)/.test(sign) ? 'reader' : 'card', bytes: unframed(bytes) });
  }
  return messages.length > 0 ? messages : undefined;
}

// A line may hold a whole frame of the wire to the reader: two bytes of length, then the message.
function unframed(bytes: Uint8Array): Uint8Array {
  const framed = bytes.length > 2 && (((bytes[0] as number) << 8) | (bytes[1] as number)) === bytes.length - 2;
  return framed && !isCommand(bytes) ? bytes.subarray(2) : bytes;
}

/** Reads a stream of vpcd frames of one direction, or of both in turn; `undefined` when the bytes are something else. */
export function traceFromFrames(bytes: Uint8Array): TraceMessage[] | undefined {
  let total = 0;
  const payloads = new FrameDecoder().push(bytes);
  for (const payload of payloads) total += 2 + payload.length;
  if (payloads.length < 2 || total !== bytes.length || payloads.length > MAX_MESSAGES) return undefined;
  const messages = payloads.map((payload): TraceMessage => {
    return { from: isControl(payload) || isCommand(payload) ? 'reader' : 'card', bytes: payload };
  });
  return messages.some((message) => isCommand(message.bytes)) ? messages : undefined;
}

const CONTROLS = new Map<number, string>(Object.entries(CONTROL).map(([name, value]) => [value, name]));
const isControl = (bytes: Uint8Array) => bytes.length === 1 && CONTROLS.has(bytes[0] as number);

/** A trace with every message named, and the files that were read in it. */
export function traceSections(
  messages: readonly TraceMessage[],
  view: View,
): { sections: Section[]; files: FileRead[] } {
  const conversation = new CardConversation(view);
  const most = view.unmask ? undefined : MAX_SHOWN;
  const lines = messages.map(({ from, bytes }, index) => {
    const sign = from === 'reader' ? '>' : '<';
    if (from === 'reader' && isControl(bytes)) return `> (reader: ${CONTROLS.get(bytes[0] as number)})`;
    const before = messages[index - 1]?.bytes;
    if (from === 'card' && before?.length === 1 && before[0] === CONTROL.atr)
      return `< answer to reset\n    ${hex(bytes, most)}`;
    const described = attempt(
      (): Described => (from === 'reader' ? conversation.command(bytes) : conversation.response(bytes)),
    );
    return described ? line(sign, described, most) : `${sign} not an APDU: ${bytes.length} bytes`;
  });
  return {
    sections: [
      {
        title: `APDU trace, ${messages.length} messages`,
        text: lines.join('\n'),
        clause: 'ISO/IEC 7816-4 §5.1',
        ...(view.unmask ? {} : { note: 'PINs, passwords, check codes and the My Number are masked (2A).' }),
      },
    ],
    files: conversation.files(),
  };
}

/** `text AP, EF 0002: four attributes`. */
export function fileTitle({ application, file }: FileRead): string {
  const named = application && APPLICATIONS[application];
  const known = named?.files[file];
  return `${named ? `${named.name}, ` : ''}${efName(file)}${known ? `: ${known}` : ''}`;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ApduError) return undefined;
    throw error;
  }
}

import { InspectError, inspectInput, renderInspection } from '../inspect/index.ts';
import { maskBytes } from '../inspect/mask.ts';
import type { OpenedMessage } from './recorded-session.ts';

/** What was opened, and why it ended where it did. */
export interface SessionReport {
  /** SessionTranscriptBytes, in tag 24: what `tegata verify --transcript` takes. */
  readonly transcript: Uint8Array;
  readonly messages: readonly OpenedMessage[];
  readonly error?: { readonly code: string; readonly message: string; readonly index: number };
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const kindOf = (from: OpenedMessage['from']) => (from === 'reader' ? 'device-request' : 'device-response');

/** The report as JSON: bytes as base64url. */
export function sessionJson({ transcript, messages, error }: SessionReport): Record<string, unknown> {
  return {
    opened: error === undefined,
    transcript: base64url(transcript),
    messages: messages.map(({ from, plaintext, status }) => ({
      from,
      ...(plaintext ? { kind: kindOf(from), bytes: base64url(plaintext) } : {}),
      ...(status === undefined ? {} : { status }),
    })),
    ...(error ? { error: { code: error.code, message: error.message, index: error.index } } : {}),
  };
}

const SAYS: Readonly<Record<number, string>> = {
  10: 'session encryption error',
  11: 'CBOR decoding error',
  20: 'the session ends',
};

/** The report for people: each message taken apart, as `tegata inspect` does it. */
export function renderSession({ transcript, messages, error }: SessionReport, unmask: boolean): string {
  const parts = messages.map(({ from, plaintext, status }, index) => {
    const who = from === 'reader' ? 'reader → phone' : 'phone → reader';
    const said = status === undefined ? '' : `, status ${status} (${SAYS[status] ?? 'unknown'})`;
    const size = plaintext ? `${kindOf(from)}, ${plaintext.length} bytes` : 'no data';
    const head = `━━ ${index + 1}  ${who}: ${size}${said}\n`;
    return plaintext ? `${head}${octets(plaintext, unmask)}\n${inspected(plaintext, unmask)}` : head;
  });
  parts.push(`SessionTranscriptBytes (for tegata verify --transcript)\nb64u:${base64url(transcript)}\n`);
  if (error) parts.push(`NOT OPENED: ${error.code}: ${error.message}\n`);
  return parts.join('\n');
}

/** Ready for `tegata verify` and `tegata inspect`, except where a My Number would stand on the screen. */
function octets(plaintext: Uint8Array, unmask: boolean): string {
  const hidden = !unmask && !Buffer.from(maskBytes(plaintext)).equals(plaintext);
  return hidden ? '' : `hex:${Buffer.from(plaintext).toString('hex')}\n`;
}

function inspected(plaintext: Uint8Array, unmask: boolean): string {
  try {
    return renderInspection(inspectInput(plaintext, { unmask }));
  } catch (error) {
    if (!(error instanceof InspectError)) throw error;
    return `${error.message}\n`;
  }
}

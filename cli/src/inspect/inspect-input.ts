import { traceFromText } from './apdu.ts';
import { InspectError } from './error.ts';
import { isProblem, jsonSection, problemSection, strings, tryJson } from './json.ts';
import { octetsSection } from './octets.ts';
import { COMMON_KINDS, type Recognised, recognise, traceAndFiles } from './recognise.ts';
import { MAX_INSIDE, type Section, type View, within } from './section.ts';
import { asText, compactToken, type Form, fromBase64, fromHex, pemBlocks } from './text-form.ts';
import { jweSections, jwtSections } from './token.ts';

/** What `tegata inspect` takes at most. */
export const MAX_INPUT_BYTES = 1 << 20;

/** How an input is to be shown. */
export interface InspectOptions {
  /** Show PINs, My Numbers and photos (default: masked). */
  readonly unmask?: boolean;
}

/** An input, decoded. As JSON it is the answer of `tegata inspect --json`. */
export interface Inspection {
  /** How it was written down. */
  readonly form: Form;
  /** What it is, in kebab case: `issuer-signed`, `device-response`, `certificate` … */
  readonly kind: string;
  /** Bytes of the object itself. */
  readonly size: number;
  /** Whether anything was masked or cut. */
  readonly masked: boolean;
  readonly sections: readonly Section[];
}

type Found = Pick<Inspection, 'form' | 'kind' | 'size'> & { readonly sections: readonly Section[] };

/**
 * Tells what an input is and decodes it for reading. Nothing is verified. Text may be hex, base64, base64url, PEM, a JWT or JWE, JSON, a
 * `mdoc:` QR text or a trace of `> command` and `< response` lines; bytes may be any object that those forms can hold.
 * @param input a file's bytes, or text
 * @throws {InspectError} `inspect-too-large` above 1 MiB, `inspect-unrecognised`; nothing else, whatever the input
 * @example
 * inspectInput('a16673746174757314').kind; // 'session-data'
 */
export function inspectInput(input: Uint8Array | string, options: InspectOptions = {}): Inspection {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.length;
  if (size > MAX_INPUT_BYTES) {
    throw new InspectError(
      'inspect-too-large',
      'The input is larger than 1 MiB. Cut out the object that you want to see.',
      { size },
    );
  }
  const found = guarded(() => find(input, { unmask: options.unmask ?? false, inside: 0 }));
  if (!found) {
    throw new InspectError(
      'inspect-unrecognised',
      'This is no object that inspect knows. It reads hex, base64, base64url, PEM, DER, CBOR, JSON, JWT, JWE, mdoc: text and APDU traces.',
      { size },
    );
  }
  return {
    ...found,
    masked: !options.unmask && differs(found.sections, () => find(input, { unmask: true, inside: 0 })?.sections),
  };
}

/** Whether the unmasked sections say more. */
export function differs(shown: readonly Section[], whole: () => readonly Section[] | undefined): boolean {
  return JSON.stringify(shown) !== JSON.stringify(guarded(whole));
}

// Each decoder refuses by its own error class; one that is not foreseen must not end in a stack trace on a user's terminal, nor show its message.
function guarded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function find(input: Uint8Array | string, view: View): Found | undefined {
  const text = typeof input === 'string' ? input : asText(input);
  const written = text === undefined ? undefined : fromText(text.replace(/^\uFEFF/, '').trim(), view);
  if (written || typeof input === 'string') return written;
  const found = recognise(input, view);
  return found && { form: 'raw', size: input.length, ...found };
}

function fromText(text: string, view: View): Found | undefined {
  const size = Buffer.byteLength(text);
  if (text.includes('-----BEGIN ')) return fromPem(text, view);
  if (/^mdoc:/i.test(text)) return fromQr(text, view);
  const json = /^[[{]/.test(text) ? tryJson(text) : undefined;
  if (json) {
    const sections = jsonObjectSections(json, view);
    return { form: 'json', kind: isProblem(json) ? 'problem' : 'json', size, sections };
  }
  const token = compactToken(text);
  if (token)
    return {
      form: token,
      kind: token,
      size,
      sections: token === 'jwt' ? jwtSections(text, view) : jweSections(text, view),
    };
  const trace = /^\s*(?:[<>#=]|[CR]-APDU)/.test(text) ? traceFromText(text) : undefined;
  if (trace) return { form: 'apdu-trace', kind: 'apdu-trace', size, sections: traceAndFiles(trace, view) };
  const bytes = fromHex(text);
  const hexFound = bytes && recognise(bytes, view);
  if (bytes && hexFound) return { form: 'hex', size: bytes.length, ...hexFound };
  const encoded = fromBase64(text);
  const found = encoded && recognise(encoded.bytes, view);
  return encoded && found && { form: encoded.form, size: encoded.bytes.length, ...found };
}

function fromPem(text: string, view: View): Found | undefined {
  const blocks = pemBlocks(text);
  const shown = blocks.map(({ label, bytes }): Recognised => {
    // No option shows a private key: who needs it has it in the file.
    if (label.includes('PRIVATE KEY'))
      return { kind: 'private-key', sections: [{ title: label, text: 'A private key. Nothing of it is shown.' }] };
    return recognise(bytes, view) ?? { kind: 'octets', sections: [octetsSection(bytes, view, label)] };
  });
  const [first] = shown;
  if (!first) return undefined;
  const size = blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { form: 'pem', kind: first.kind, size, sections: shown.flatMap(({ sections }) => sections) };
}

function fromQr(text: string, view: View): Found | undefined {
  const encoded = fromBase64(text.replace(/^mdoc:/i, ''));
  const found = encoded && recognise(encoded.bytes, view);
  return encoded && found && { form: 'mdoc-qr', size: encoded.bytes.length, ...found };
}

const MAX_MEMBERS = 8;

/** JSON, and the objects that its members hold: tokens, certificates, CBOR in base64url. */
export function jsonObjectSections(value: object, view: View): Section[] {
  const sections = isProblem(value)
    ? [problemSection(value, view), jsonSection(value, view)]
    : [jsonSection(value, view)];
  if (view.inside >= MAX_INSIDE) return sections;
  let members = 0;
  for (const [path, text] of strings(value)) {
    if (text.length < 40 || members === MAX_MEMBERS) continue;
    const found = member(text, within(view));
    if (!found) continue;
    members++;
    for (const section of found) sections.push({ ...section, title: `${path}: ${section.title}` });
  }
  return sections;
}

function member(text: string, view: View): readonly Section[] | undefined {
  const found = fromText(text, view);
  return found && !COMMON_KINDS.has(found.kind) && found.form !== 'hex' ? found.sections : undefined;
}

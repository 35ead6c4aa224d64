import { isSecretName, MASKED, maskText } from './mask.ts';
import { type Row, row, type Section, table, type View } from './section.ts';

const MAX_DEPTH = 64;

/** JSON that is an object or a list, nested at most 64 deep; else `undefined`. */
export function tryJson(text: string): object | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && shallow(value, MAX_DEPTH) ? value : undefined;
}

function shallow(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return left > 0 && Object.values(value).every((item) => shallow(item, left - 1));
}

/** A value in which secrets and numbers of the form of a My Number are masked. */
export function maskedJson(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') return /^\d{12}$/.test(String(value)) ? MASKED : value;
  if (Array.isArray(value)) return value.map(maskedJson);
  if (typeof value !== 'object' || value === null) return value;
  // The private members of a JWK (RFC 7518 §6).
  const isJwk = 'kty' in value;
  const isSecret = (name: string) => isSecretName(name) || (isJwk && /^(?:d|p|q|dp|dq|qi|k)$/.test(name));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isSecret(name) && item !== null ? MASKED : maskedJson(item)]),
  );
}

const MAX_TEXT = 512;

// Tokens and certificates in members are shown as sections of their own: here their beginning says enough.
const cut = (_name: string, value: unknown) =>
  typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, 96)}… (${value.length} characters)` : value;

/** JSON, pretty printed. */
export function jsonSection(value: object, view: View, title = 'JSON', clause = 'RFC 8259'): Section {
  const text = view.unmask ? JSON.stringify(value, null, 2) : JSON.stringify(maskedJson(value), cut, 2);
  return { title, text, clause };
}

type Member = readonly [path: string, value: string];
const MAX_STRINGS = 200;

/** The strings in a value with the names that lead to them. */
export function strings(value: unknown, path = '', found: Member[] = []): Member[] {
  if (typeof value === 'string') found.push([path, value]);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if (found.length >= MAX_STRINGS) break;
      strings(item, path === '' ? name : `${path}.${name}`, found);
    }
  }
  return found;
}

/** Whether an object is a problem (RFC 9457) of this house: it has a code and words in both languages. */
export const isProblem = (value: object): boolean => 'code' in value && 'status' in value && 'type' in value;

/** A problem as a table: what happened and what to do next. */
export function problemSection(value: object, view: View): Section {
  const shown = (view.unmask ? value : maskedJson(value)) as Record<string, unknown>;
  const rows: Row[] = [];
  for (const name of ['status', 'code', 'title', 'detail', 'triesLeft', 'reference', 'incident']) {
    const item = shown[name];
    if (typeof item === 'string' || typeof item === 'number') rows.push(row(name, item));
  }
  for (const language of ['ja', 'en']) {
    const words = shown[language];
    if (typeof words !== 'object' || words === null) continue;
    for (const [name, item] of Object.entries(words))
      if (typeof item === 'string') rows.push(row(`${language} ${name}`, item));
  }
  return table('Problem', rows, { clause: 'RFC 9457 §3' });
}

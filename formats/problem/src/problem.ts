import type { Words } from './entry.ts';
import { words } from './words.ts';

/** The media type of RFC 9457 §3. */
export const PROBLEM_TYPE = 'application/problem+json';

/** A refusal that a person and a program can both read. */
export interface Problem {
  /** `urn:tegata:problem:<code>` (RFC 9457 §3.1.1). */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable; programs switch on it. */
  readonly code: string;
  readonly ja: Words;
  readonly en: Words;
  /** PIN tries left, where a PIN was refused. */
  readonly triesLeft?: number;
  /** The application that is meant, where there is one. */
  readonly reference?: string;
  /** Finds the log line of an unexpected error. */
  readonly incident?: string;
}

const hasCode = (error: unknown): error is { code: string; context?: Record<string, unknown> } =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';

/**
 * The problem that tells of an error. An error without a code of the table becomes `internal`: no class name, message or
 * stack of it leaves. Of the error's context only `triesLeft` and `reference` pass.
 * @example
 * toProblem(new SmpError('session-unknown', '…')).status; // 404
 */
export function toProblem(error: unknown, incident?: string): Problem {
  const code = hasCode(error) && words(error.code) ? error.code : 'internal';
  const entry = words(code) as NonNullable<ReturnType<typeof words>>;
  const context = hasCode(error) ? (error.context ?? {}) : {};
  return {
    type: `urn:tegata:problem:${code}`,
    title: entry.en.what,
    status: entry.status,
    code,
    ja: entry.ja,
    en: entry.en,
    ...(typeof context['triesLeft'] === 'number' ? { triesLeft: context['triesLeft'] } : {}),
    ...(typeof context['reference'] === 'string' ? { reference: context['reference'] } : {}),
    ...(code === 'internal' && incident ? { incident } : {}),
  };
}

/** Reads a problem that another party sent; `undefined` when it is none. Words come from our own table, never from the wire. */
export function parseProblem(body: Uint8Array): Problem | undefined {
  if (body.length > 16_384) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (!hasCode(value) || !words(value.code)) return undefined;
  const { triesLeft, reference } = value as { triesLeft?: unknown; reference?: unknown };
  return toProblem({ code: value.code, context: { triesLeft, reference } });
}

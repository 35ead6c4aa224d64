import { readBody } from '@tegata/http';
import type { z } from 'zod';
import { VerifierError } from './error.ts';

/**
 * Reads a JSON body by its form.
 * @throws {VerifierError} `bad-request` with the member's name
 */
export async function readJson<T>(
  c: Parameters<typeof readBody>[0],
  schema: z.ZodType<T>,
  maxBytes: number,
): Promise<T> {
  const body = await readBody(c, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new VerifierError('bad-request', 'The body must be JSON.');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new VerifierError('bad-request', 'The body does not have its form.', {
    member: result.error.issues[0]?.path.join('.') ?? '',
  });
}

import { readBody } from '@tegata/http';
import type { z } from 'zod';
import { WalletError } from './error.ts';

/**
 * Reads a JSON body by its form; its octets, PINs among them, are wiped.
 * @throws {WalletError} `bad-request` with the member's name
 */
export async function readJson<T>(c: Parameters<typeof readBody>[0], schema: z.ZodType<T>): Promise<T> {
  const bytes = await readBody(c, 32_768);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new WalletError('bad-request', 'The body must be JSON.');
  } finally {
    bytes.fill(0);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WalletError('bad-request', 'The body does not have its form.', {
    member: parsed.error.issues[0]?.path.join('.') ?? '',
  });
}

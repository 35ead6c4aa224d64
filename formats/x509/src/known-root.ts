import { asRoot, type Certificate } from './certificate.ts';

const MAX_ROOTS = 64;
const roots = { strict: new Map<string, Certificate>(), interop: new Map<string, Certificate>() };

/**
 * As {@link asRoot}, for the trusted list of a caller who gives the same octets each time: the same object comes back, with its key imported and
 * what was found out about it.
 * @throws {X509Error} as {@link asRoot}
 */
export function knownRoot(given: Certificate | Uint8Array, mode: 'strict' | 'interop'): Certificate {
  if (!(given instanceof Uint8Array)) return given;
  const known = roots[mode];
  const key = Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('latin1');
  const before = known.get(key);
  if (before) return before;
  // A copy: the caller may go on to use the octets for something else.
  const root = asRoot(given.slice(), mode);
  if (known.size >= MAX_ROOTS) known.clear();
  known.set(key, root);
  return root;
}

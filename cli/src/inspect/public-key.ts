import { createHash, createPublicKey } from 'node:crypto';
import { hex } from './octets.ts';
import { row, type Section, table } from './section.ts';

/** A SubjectPublicKeyInfo: the kind of the key, and the identifier that certificates make of it. */
export function publicKeySection(spki: Uint8Array): Section {
  return table(
    'Public key',
    [row('kind', kindOf(spki)), row('SHA-256', hex(createHash('sha256').update(spki).digest()))],
    {
      clause: 'RFC 5280 §4.1.2.7',
    },
  );
}

function kindOf(spki: Uint8Array): string {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      key: Buffer.from(spki),
      format: 'der',
      type: 'spki',
    });
    const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
    return [asymmetricKeyType, modulusLength ?? namedCurve].filter((part) => part !== undefined).join(' ');
  } catch {
    return 'of a kind that is not known here';
  }
}

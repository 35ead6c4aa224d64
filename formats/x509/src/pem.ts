import { X509Error } from './error.ts';

/**
 * The DER of each certificate in a PEM text (RFC 7468), in order; anything outside the markers is skipped.
 * @throws {X509Error} `pem-malformed`
 */
export function pemToCertificates(text: string): Uint8Array[] {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)];
  return blocks.map(([, body = '']) => {
    const base64 = body.replace(/\s/g, '');
    if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
      throw new X509Error('pem-malformed', 'A certificate block is not base64.');
    }
    return new Uint8Array(Buffer.from(base64, 'base64'));
  });
}

/** One certificate as PEM (RFC 7468 §5), lines of 64 characters. */
export function certificateToPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

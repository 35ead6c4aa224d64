import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { verifyMessage } from '@tegata/cms';
import { buildOcspRequest, checkCrl, checkOcspExchange, verifyPath } from '@tegata/x509';
import type { DifferenceCase, Differences } from './openssl-differences-cases.ts';

/** A row of the page. */
export interface DifferenceRow {
  readonly id: string;
  readonly code: string;
  readonly openssl: 'accepts' | 'refuses';
  readonly gnutls: 'accepts' | 'refuses';
}

/** The table of the page, so that what is written is what was seen. */
export function differenceRows(): readonly DifferenceRow[] {
  const page = readFileSync(new URL('../openssl-differences.md', import.meta.url), 'utf8');
  const pattern = /^\| ([a-z0-9-]+) \| [^|]+ \| `([a-z0-9-]+)` \| (accepts|refuses) \| (accepts|refuses) \|$/gm;
  const rows = [...page.matchAll(pattern)].map(([, id, code, openssl, gnutls]) => ({ id, code, openssl, gnutls }));
  assert.ok(rows.length > 20, 'the table was not found');
  return rows as unknown as readonly DifferenceRow[];
}

/** What we say of a message: a code, or `good`. */
export function ourAnswer({ ca, leaf, request }: Differences, { kind, bytes }: Omit<DifferenceCase, 'id'>): string {
  const at = new Date();
  switch (kind) {
    case 'certificate':
      return verifyPath({ leaf: bytes, anchors: [ca], at, profile: 'cms-signer' }).code ?? 'good';
    case 'crl':
      return checkCrl({ crl: bytes, certificate: leaf, issuer: ca, at }).code;
    case 'ocsp': {
      const asked = buildOcspRequest({ certificate: leaf, issuer: ca, nonce: request.nonce });
      const exchange = { response: bytes, request: asked, certificate: leaf, issuer: ca, at, requireNonce: true };
      return checkOcspExchange(exchange).code;
    }
    case 'cms':
      return verifyMessage({ cms: bytes, anchors: [ca], at }).code ?? 'good';
  }
}

import { type Clock, dayInJapan, startOfDayInJapan } from '@tegata/clock';
import type { KeyStore, Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate, verifyPath } from '@tegata/x509';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { IacaError } from './error.ts';

/** What the IACA signs with. */
export interface IacaAuthority {
  /** The root (DER): the trust anchor of wallets and verifiers. */
  readonly root: Uint8Array;
  /** The document signer: the certificate (DER) that goes out with each mdoc, and its key. */
  readonly documentSigner: { readonly certificate: Uint8Array; readonly signer: Signer };
}

const DAY = 24 * 60 * 60 * 1000;
// An mdoc is never valid for longer than its signer's certificate: a signer with less left is followed by a new one.
const DS_REST_DAYS = 60;
const MOST_SIGNERS = 1000;

/**
 * Makes the IACA root (P-384) and a document signer (P-256) at the first start; later starts find them in the key store. A document
 * signer whose certificate comes to its end gets a successor with a key of its own; the root signs nothing else.
 * @throws {IacaError} `config-invalid` when what the key store holds does not make a valid path
 * @example
 * const authority = await makeAuthority({ clock, random, keys });
 * trust.iaca = [authority.root];
 */
export async function makeAuthority(options: { clock: Clock; random: Random; keys: KeyStore }): Promise<IacaAuthority> {
  const { clock, random, keys } = options;
  const now = clock.now();
  // The first instant of the day: an mdoc's `signed` is one too, and must lie within the certificate's life.
  const notBefore = startOfDayInJapan(dayInJapan(now));
  const until = new Date(now.getTime() + DS_REST_DAYS * DAY);
  const lasts = (der: Uint8Array) => {
    const certificate = parseCertificate(der);
    return certificate.notBefore <= now && until < certificate.notAfter;
  };
  const rootSigner = await keys.signerOrNew('iaca/root', 'P-384');
  const root = await keys.certificateOrNew('iaca/root', () => buildIaca({ signer: rootSigner, random, notBefore }));
  if (!lasts(root)) {
    throw new IacaError(
      'config-invalid',
      'The root in the key store is not valid now, or ends soon. Make a new authority.',
    );
  }
  const issuer = { certificate: root, signer: rootSigner };
  for (let number = 1; number <= MOST_SIGNERS; number++) {
    const name = `iaca/document-signer-${number}`;
    const signer = await keys.signerOrNew(name, 'P-256');
    const certificate = await keys.certificateOrNew(name, () =>
      buildDocumentSigner({ issuer, publicKey: signer.publicKey, random, notBefore }),
    );
    if (!lasts(certificate)) continue;
    const path = verifyPath({ leaf: certificate, anchors: [root], at: now, profile: 'ds' });
    if (path.result === 'failed') {
      throw new IacaError('config-invalid', 'The document signer in the key store has no valid path to the root.', {
        rule: path.code ?? 'path',
      });
    }
    return { root, documentSigner: { certificate, signer } };
  }
  throw new IacaError('config-invalid', 'The key store is full of document signers that have ended.');
}

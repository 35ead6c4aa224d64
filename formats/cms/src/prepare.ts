import { createHash, verify } from 'node:crypto';
import { der } from '@tegata/der';
import { asCertificate, type Certificate, keyKind, oid } from '@tegata/x509';
import type { DigestName } from './digest.ts';
import { CmsError } from './error.ts';
import { cmsOid } from './oids.ts';

/** What will be signed and by whom. */
export interface SignedDataInput {
  readonly content: Uint8Array;
  readonly eContentType: string;
  /** The signer's certificate: the only one that goes inside. */
  readonly certificate: Certificate | Uint8Array;
  readonly signingTime: Date;
  /** The content stays outside (default: it goes inside). */
  readonly detached?: boolean;
}

/** A SignedData that waits for its signature, which is made elsewhere: by the card. */
export interface PreparedSignedData {
  /** DER of the signed attributes as SET OF. */
  readonly toBeSigned: Uint8Array;
  readonly digestAlgorithm: DigestName;
  /** Digest of `toBeSigned`: what a card gets that signs digests. */
  readonly digest: Uint8Array;
  /**
   * Puts the signature in (RSASSA-PKCS1-v1_5 block, or ECDSA as DER).
   * @returns DER of the ContentInfo
   * @throws {CmsError} `cms-signature-mismatch` when it is not the certificate's
   */
  finish(signature: Uint8Array): Uint8Array;
}

interface Algorithms {
  readonly digest: DigestName;
  readonly signature: Uint8Array;
}

function algorithmsFor(certificate: Certificate): Algorithms {
  const kind = keyKind(certificate);
  // rsaEncryption, as OpenSSL writes it: the digest stands beside it in SignerInfo.
  if (kind?.startsWith('RSA-'))
    return { digest: 'sha256', signature: der.sequence(der.oid(oid.rsaEncryption), der.null()) };
  if (kind === 'P-256') return { digest: 'sha256', signature: der.sequence(der.oid(oid.ecdsaWithSHA256)) };
  if (kind === 'P-384') return { digest: 'sha384', signature: der.sequence(der.oid(oid.ecdsaWithSHA384)) };
  throw new CmsError('cms-key-unsupported', 'Only RSA, P-256 and P-384 keys sign here.', { kind: kind ?? 'unknown' });
}

/**
 * Prepares a SignedData with one signer (RFC 5652), attached unless asked otherwise: signed attributes contentType, messageDigest, signingTime,
 * signingCertificateV2; version 3, or 1 for id-data.
 * @throws {CmsError} `cms-key-unsupported`
 * @example
 * const prepared = prepareSignedData({ content, eContentType: '2.999.8.5.9.1', certificate, signingTime: clock.now() });
 * const cms = prepared.finish(await card.sign(prepared.digest));
 */
export function prepareSignedData(input: SignedDataInput): PreparedSignedData {
  const certificate = asCertificate(input.certificate);
  const algorithms = algorithmsFor(certificate);
  const hash = (data: Uint8Array) => new Uint8Array(createHash(algorithms.digest).update(data).digest());
  const toBeSigned = der.setOf(
    attribute(cmsOid.contentType, der.oid(input.eContentType)),
    attribute(cmsOid.messageDigest, der.octetString(hash(input.content))),
    attribute(cmsOid.signingTime, der.time(input.signingTime)),
    attribute(cmsOid.signingCertificateV2, signingCertificateV2(certificate)),
  );
  return {
    toBeSigned,
    digestAlgorithm: algorithms.digest,
    digest: hash(toBeSigned),
    finish(signature) {
      if (!verify(algorithms.digest, toBeSigned, certificate.publicKey, signature)) {
        throw new CmsError(
          'cms-signature-mismatch',
          'The signature was not made with the certificate’s key; sign again.',
        );
      }
      return assemble(input, certificate, algorithms, toBeSigned, signature);
    },
  };
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(type), der.setOf(value));
}

/** SigningCertificateV2 with one ESSCertIDv2: SHA-256 as the default left out, no issuerSerial (RFC 5035 §3). */
function signingCertificateV2(certificate: Certificate): Uint8Array {
  const hash = new Uint8Array(createHash('sha256').update(certificate.raw).digest());
  return der.sequence(der.sequence(der.sequence(der.octetString(hash))));
}

function assemble(
  input: SignedDataInput,
  certificate: Certificate,
  algorithms: Algorithms,
  toBeSigned: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  const digestAlgorithm = der.sequence(der.oid(oid[algorithms.digest]));
  const signerInfo = der.sequence(
    der.integer(1),
    der.sequence(certificate.issuer.raw, der.element(0x02, certificate.serial)),
    digestAlgorithm,
    der.implicit(0, toBeSigned),
    algorithms.signature,
    der.octetString(signature),
  );
  const signedData = der.sequence(
    der.integer(input.eContentType === cmsOid.data ? 1 : 3),
    der.setOf(digestAlgorithm),
    der.sequence(
      der.oid(input.eContentType),
      ...(input.detached ? [] : [der.explicit(0, der.octetString(input.content))]),
    ),
    der.implicit(0, der.setOf(certificate.raw)),
    der.setOf(signerInfo),
  );
  return der.sequence(der.oid(cmsOid.signedData), der.explicit(0, signedData));
}

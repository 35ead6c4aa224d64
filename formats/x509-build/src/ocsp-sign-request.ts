import { DerReader, der, tag } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import { asCertificate, type Certificate } from '@tegata/x509';
import { signatureAlgorithmDer } from './signature-algorithm.ts';

/**
 * Signs an OCSP request (RFC 6960 §4.1.1) for a responder that answers enrolled verifiers only: the requestor is named by the subject of
 * its certificate, which goes along.
 * @param input.request DER of an unsigned request
 * @returns DER
 * @throws {DerError} when the request cannot be read
 * @example
 * const signed = await signOcspRequest({ request: buildOcspRequest({ certificate, issuer, nonce }), signer, certificate: own });
 */
export async function signOcspRequest(input: {
  readonly request: Uint8Array;
  readonly signer: Signer;
  readonly certificate: Certificate | Uint8Array;
}): Promise<Uint8Array> {
  const { signer } = input;
  const certificate = asCertificate(input.certificate);
  const reader = DerReader.over(input.request, { maxBytes: 16 * 1024 });
  const tbs = reader.sequence().sequence();
  const list = tbs.expect(tag.sequence).raw;
  const extensions = tbs.optional(tag.constructed(2))?.raw ?? new Uint8Array();
  tbs.end();
  const requestor = der.explicit(1, der.explicit(4, certificate.subject.raw));
  const named = der.sequence(requestor, list, extensions);
  const signature = der.sequence(
    signatureAlgorithmDer(signer),
    der.bitString(await signer.sign(named)),
    der.explicit(0, der.sequence(certificate.raw)),
  );
  return der.sequence(named, der.explicit(0, signature));
}

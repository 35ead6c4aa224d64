import type { Clock } from '@tegata/clock';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import type { Certificate } from '@tegata/x509';
import { buildOcspResponder, type JpkiCa, jpkiCaName, type OcspContent, ocspWriter } from '@tegata/x509-build';

/** A delegated OCSP responder. */
export interface OcspResponder {
  readonly certificate: Uint8Array;
  readonly signer: Signer;
  /** Makes a signed response. */
  readonly answer: (content: OcspContent) => Promise<Uint8Array>;
}

const DAY = 24 * 60 * 60 * 1000;
const LIFE = 90 * DAY;
const RENEWAL = 30 * DAY;

/** Hands out the current responder certificate of a generation, and makes the next one in time. */
export function responders(options: {
  readonly ca: JpkiCa;
  readonly clock: Clock;
  readonly random: Random;
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly responderSigner: Signer;
}): () => Promise<OcspResponder> {
  const { ca, certificate, signer, responderSigner, random } = options;
  let current: { readonly from: number; readonly until: number; readonly made: Promise<OcspResponder> } | undefined;
  const make = async (notBefore: Date, notAfter: Date): Promise<OcspResponder> => {
    const own = await buildOcspResponder({
      issuer: { certificate, signer },
      publicKey: responderSigner.publicKey,
      random,
      notBefore,
      notAfter,
      subject: [...jpkiCaName(ca), ['CN', 'TEST OCSP responder']],
    });
    const answer = ocspWriter({ signer: responderSigner, certificates: [own] });
    return { signer: responderSigner, certificate: own, answer };
  };
  return () => {
    const now = options.clock.now().getTime();
    if (!current || now < current.from || now > current.until - RENEWAL) {
      const until = now + LIFE;
      current = { from: now, until, made: make(new Date(now), new Date(until)) };
    }
    return current.made;
  };
}

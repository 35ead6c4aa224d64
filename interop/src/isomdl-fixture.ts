/**
 * An issuer with P-256 throughout, which is all that some libraries take, and a driving licence of nobody, around the machine's own time.
 * TEST ONLY.
 * @module
 */
import { FullDate } from '@tegata/cbor';
import { type Elements, issueMdoc } from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { hours, makeKey } from './mdoc-fixture.ts';

export const MDL = 'org.iso.18013.5.1.mDL';
export const NS_MDL = 'org.iso.18013.5.1';

/** Driving licence elements of several types. */
export const LICENCE: Elements = {
  [NS_MDL]: { family_name: 'MIHON', birth_date: new FullDate('2000-03-31'), issuing_country: 'JP', age_over_21: true },
};

/** Root, document signer and phone, all with P-256. */
export async function makeP256Issuer() {
  const root = makeKey();
  const ds = makeKey();
  const phone = makeKey();
  const iaca = await buildIaca({ signer: root.signer, random: systemRandom, notBefore: hours(-48) });
  const dsCertificate = await buildDocumentSigner({
    issuer: { signer: root.signer, certificate: iaca },
    publicKey: ds.publicKey,
    random: systemRandom,
    notBefore: hours(-24),
  });
  const issue = (docType: string, elements: Elements) =>
    issueMdoc({
      docType,
      elements,
      deviceKey: phone.publicKey,
      validity: { signed: hours(-1), validFrom: hours(-1), validUntil: hours(24 * 30) },
      random: systemRandom,
      signer: ds.signer,
      certificateChain: [dsCertificate],
    });
  return { root, ds, phone, iaca, dsCertificate, issue };
}

/**
 * What is issued, shown and verified: a test IACA (P-256, so that peers which cache nothing are not slowed by P-384), one document signer,
 * records of 14 elements, phones and a session, around the machine's own time, which one peer takes from there. TEST ONLY.
 * @module
 */
import { type CborMap, type CborValue, decode, type Encoded, encode, FullDate } from '@tegata/cbor';
import { decodeCoseKey, encodeCoseKey } from '@tegata/cose';
import { buildDeviceResponse, type ItemsRequest, issueMdoc, MNC_DOCTYPE, NS_ISO, NS_JP } from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { makeAuthority, makeKey, makeSession, NOW, VALIDITY } from '../interop/src/mdoc-fixture.ts';

export { NOW, VALIDITY };

/** Element values by namespace and name. */
export type Elements = Record<string, Record<string, CborValue>>;

/** The 14 elements of a person who does not exist. */
export function elementsWith(portraitBytes: number): Elements {
  return {
    [NS_JP]: {
      full_name_unicode: '見本　花子',
      resident_address_unicode: '見本県見本市見本町一丁目２番３号　見本荘１０１',
      local_gov_code_unicode: '99999',
      individual_number_unicode: '000000000000',
      portrait: systemRandom.bytes(portraitBytes),
      sex_unicode: '女',
      birth_date_unicode: '2000年3月31日',
    },
    [NS_ISO]: {
      sex: 2,
      age_over_18: true,
      age_over_20: true,
      age_over_65: false,
      age_over_75: false,
      age_in_years: 26,
      birth_date: new FullDate('2000-03-31'),
    },
  };
}

/** Asks for all 14 elements, and for one. */
export const REQUEST_ALL: ItemsRequest = {
  docType: MNC_DOCTYPE,
  nameSpaces: Object.fromEntries(
    Object.entries(elementsWith(1)).map(([namespace, elements]) => [
      namespace,
      Object.fromEntries(Object.keys(elements).map((element) => [element, false])),
    ]),
  ),
};
export const REQUEST_ONE: ItemsRequest = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };

/** Everything that the suites share. */
export type Material = Awaited<ReturnType<typeof makeMaterial>>;

const PHONES = 256;
const PRESENTATIONS = 64;

/** Makes it. Phones' keys come as COSE_Key, decoded and validated: that is how an issuer meets them. */
export async function makeMaterial() {
  const { iaca, ds, dsCertificate } = await makeAuthority('P-256');
  const phones = Array.from({ length: PHONES }, () => {
    const key = makeKey();
    const coseKey = encode(encodeCoseKey(key.publicKey));
    return { ...key, coseKey, publicKey: decodeCoseKey(decode(coseKey)) };
  });
  const { reader, transcript } = makeSession();
  const small = elementsWith(4 * 1024);
  const large = elementsWith(20 * 1024);

  const stored: Uint8Array[] = [];
  const full: Uint8Array[] = [];
  const one: Uint8Array[] = [];
  for (const phone of phones.slice(0, PRESENTATIONS)) {
    const issuerSigned = await issueMdoc({
      docType: MNC_DOCTYPE,
      elements: small,
      deviceKey: phone.publicKey,
      validity: VALIDITY,
      random: systemRandom,
      signer: ds.signer,
      certificateChain: [dsCertificate],
    });
    const respond = (request: ItemsRequest) =>
      buildDeviceResponse({
        issuerSigned,
        docType: MNC_DOCTYPE,
        disclose: Object.fromEntries(
          Object.entries(request.nameSpaces).map(([name, some]) => [name, Object.keys(some)]),
        ),
        sessionTranscript: transcript,
        deviceSigner: phone.signer,
      });
    stored.push(issuerSigned);
    full.push(await respond(REQUEST_ALL));
    one.push(await respond(REQUEST_ONE));
  }
  return { iaca, ds, dsCertificate, phones, reader, transcript, small, large, stored, full, one };
}

/** The three forgeries that every verifier must refuse before it is timed: an element, the issuer's signature, the phone's. */
export function tampered(
  response: Uint8Array,
): Record<'element' | 'issuer signature' | 'device signature', Uint8Array> {
  const changed = (change: (document: Record<'issuer' | 'device', CborMap>) => void) => {
    const map = decode(response) as CborMap;
    const [document] = map.get('documents') as CborMap[];
    change({
      issuer: document?.get('issuerSigned') as CborMap,
      device: document?.get('deviceSigned') as CborMap,
    });
    return encode(map);
  };
  const flipSignature = (sign1: CborValue) => {
    const parts = sign1 as CborValue[];
    const signature = Uint8Array.from(parts[3] as Uint8Array);
    signature[40] = (signature[40] as number) ^ 1;
    parts[3] = signature;
  };
  return {
    element: changed(({ issuer }) => {
      const items = (issuer.get('nameSpaces') as CborMap).get(NS_ISO) as Encoded[];
      const at = items.findIndex((item) => (item.decode() as CborMap).get('elementIdentifier') === 'age_over_20');
      const item = items[at] as Encoded;
      const bytes = Uint8Array.from(item.bytes);
      const found = bytes.indexOf(0xf5);
      bytes[bytes.lastIndexOf(0xf5)] = found < 0 ? 0 : 0xf4;
      items[at] = decode(bytes) as Encoded;
    }),
    'issuer signature': changed(({ issuer }) => flipSignature(issuer.get('issuerAuth'))),
    'device signature': changed(({ device }) =>
      flipSignature((device.get('deviceAuth') as CborMap).get('deviceSignature')),
    ),
  };
}

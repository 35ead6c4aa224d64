/**
 * A test IACA with one document signer, a phone, a reader and a session, around the machine's own time: one of the peers takes the time
 * from there. TEST ONLY.
 * @module
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { FullDate } from '@tegata/cbor';
import { systemClock } from '@tegata/clock';
import { type Signer, softwareSigner } from '@tegata/keys';
import {
  buildDeviceEngagement,
  buildDeviceResponse,
  eReaderKeyBytes,
  type ItemsRequest,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';

const HOUR = 60 * 60 * 1000;
/** The instant of the tests, in whole seconds. */
export const NOW = new Date(Math.floor(systemClock.now().getTime() / 1000) * 1000);
/** So many hours after `NOW`. */
export const hours = (count: number) => new Date(NOW.getTime() + count * HOUR);

/** A key pair and its signer. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly signer: Signer;
}

/** Makes a P-256 or P-384 key. */
export function makeKey(namedCurve = 'P-256'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { privateKey, publicKey, signer: softwareSigner(privateKey) };
}

/** What a relying party asks in these tests. */
export const REQUEST: ItemsRequest = {
  docType: MNC_DOCTYPE,
  nameSpaces: { [NS_ISO]: { age_over_20: false, birth_date: false }, [NS_JP]: { full_name_unicode: true } },
};

/** The elements that answer it, and one that must not be shown. */
export const NAME = '見本　花子';
export const BIRTH_DATE = '2000-03-31';

/** When a document of these tests is valid. */
export const VALIDITY = { signed: hours(-1), validFrom: hours(-1), validUntil: hours(24 * 30) };

/** A root over a key of that curve, and one document signer below it. */
export async function makeAuthority(rootCurve = 'P-384') {
  const root = makeKey(rootCurve);
  const ds = makeKey();
  const iaca = await buildIaca({ signer: root.signer, random: systemRandom, notBefore: hours(-48) });
  const dsCertificate = await buildDocumentSigner({
    issuer: { signer: root.signer, certificate: iaca },
    publicKey: ds.publicKey,
    random: systemRandom,
    notBefore: hours(-24),
  });
  return { iaca, ds, dsCertificate };
}

/** A reader, and the transcript of an engagement by QR code with a phone. */
export function makeSession() {
  const reader = makeKey();
  const engagement = parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey: makeKey().publicKey }));
  const transcript = sessionTranscriptQr({
    deviceEngagementBytes: engagement.encoded,
    eReaderKeyBytes: eReaderKeyBytes(reader.publicKey),
  });
  return { reader, transcript };
}

/** All the parts of one presentation. */
export async function makePresentation() {
  const authority = await makeAuthority();
  const phone = makeKey();
  const issuerSigned = await issueMdoc({
    docType: MNC_DOCTYPE,
    elements: {
      [NS_JP]: { full_name_unicode: NAME, resident_address_unicode: '見本県見本市１－１' },
      [NS_ISO]: { sex: 2, age_over_20: true, birth_date: new FullDate(BIRTH_DATE) },
    },
    deviceKey: phone.publicKey,
    validity: VALIDITY,
    random: systemRandom,
    signer: authority.ds.signer,
    certificateChain: [authority.dsCertificate],
  });
  return { ...authority, ...makeSession(), phone, validity: VALIDITY, issuerSigned };
}

/** Our answer to `REQUEST`: the phone's DeviceResponse with deviceSignature. */
export function answerOf(made: Awaited<ReturnType<typeof makePresentation>>): Promise<Uint8Array> {
  return buildDeviceResponse({
    issuerSigned: made.issuerSigned,
    docType: MNC_DOCTYPE,
    disclose: { [NS_ISO]: ['age_over_20', 'birth_date'], [NS_JP]: ['full_name_unicode'] },
    sessionTranscript: made.transcript,
    deviceSigner: made.phone.signer,
  });
}

/** `REQUEST` as a presentation definition, which some libraries answer instead. */
export const PRESENTATION_DEFINITION = {
  id: 'test',
  input_descriptors: [
    {
      id: MNC_DOCTYPE,
      format: { mso_mdoc: { alg: ['ES256'] } },
      constraints: {
        limit_disclosure: 'required',
        fields: Object.entries(REQUEST.nameSpaces).flatMap(([namespace, elements]) =>
          Object.keys(elements).map((name) => ({ path: [`$['${namespace}']['${name}']`], intent_to_retain: false })),
        ),
      },
    },
  ],
};

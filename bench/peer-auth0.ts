import type { KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import mdl from '@auth0/mdl';
import { type CborMap, decode, encode, FullDate } from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import { MNC_DOCTYPE, NS_ISO, NS_JP, sessionTranscriptBytes } from '@tegata/mdoc';
import { certificateToPem } from '@tegata/x509';
import { type Elements, type Material, VALIDITY } from './material.ts';
import type { Contender } from './mdoc.ts';

const { DeviceResponse, Document, MDoc, Verifier } = mdl;
/** Its class of tag 1004, which it does not export. */
const { DateOnly } = createRequire(import.meta.url)('@auth0/mdl/lib/cbor') as {
  DateOnly: new (day: string) => Date;
};

/** `@auth0/mdl` as shipped. It takes no cryptography from outside, so there is nothing to tune. */
export function auth0(material: Material): Contender {
  const { ds, dsCertificate, phones, stored } = material;
  const transcript = Buffer.from(sessionTranscriptBytes(material.transcript));
  const verifier = new Verifier([certificateToPem(material.iaca)]);
  const kid = new TextEncoder().encode('1');
  const issuerPrivateKey = privateCoseKey(ds.privateKey, ds.publicKey);
  const small = theirs(material.small);
  const large = theirs(material.large);
  const phoneKeys = stored.map((_, index) => {
    const phone = phones[index] as Material['phones'][number];
    return privateCoseKey(phone.privateKey, phone.publicKey);
  });
  // What a wallet holds before it answers is made outside of the measured part, for all contenders.
  const held = stored.map((issuerSigned) =>
    encode({ version: '1.0', documents: [{ docType: MNC_DOCTYPE, issuerSigned: decode(issuerSigned) }], status: 0 }),
  );
  const definition = {
    id: 'bench',
    input_descriptors: [
      {
        id: MNC_DOCTYPE,
        format: { mso_mdoc: { alg: ['ES256'] } },
        constraints: {
          limit_disclosure: 'required',
          fields: [{ path: [`$['${NS_ISO}']['age_over_20']`], intent_to_retain: false }],
        },
      },
    ],
  };
  return {
    variant: '@auth0/mdl',
    issue: async (elements, { coseKey }) => {
      const values = elements === material.small ? small : large;
      const document = await new Document(MNC_DOCTYPE)
        .addIssuerNameSpace(NS_JP, values[NS_JP] ?? {})
        .addIssuerNameSpace(NS_ISO, values[NS_ISO] ?? {})
        .useDigestAlgorithm('SHA-256')
        .addValidityInfo(VALIDITY)
        .addDeviceKeyInfo({ deviceKey: coseKey })
        .sign({ issuerPrivateKey, issuerCertificate: dsCertificate, alg: 'ES256', kid });
      return new MDoc([document]).encode();
    },
    issuerSigned: (mdoc) => {
      const [document] = (decode(mdoc) as CborMap).get('documents') as CborMap[];
      // Its maps come in the order of insertion: what was signed lies in byte strings and is not touched by this.
      return encode(document?.get('issuerSigned'), { mapOrder: 'given' });
    },
    present: async (index) => {
      const response = DeviceResponse.from(held[index % held.length] as Uint8Array)
        .usingPresentationDefinition(definition)
        .usingSessionTranscriptBytes(transcript)
        .authenticateWithSignature(phoneKeys[index % held.length] as Uint8Array, 'ES256');
      return (await response.sign()).encode();
    },
    verify: async (response) => {
      let good = true;
      const onCheck = ({ status }: { status: string }) => {
        if (status === 'FAILED') good = false;
      };
      const mdoc = await verifier.verify(response, { encodedSessionTranscript: transcript, onCheck });
      return good && mdoc.documents.length === 1;
    },
  };
}

function theirs(elements: Elements): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(elements).map(([namespace, values]) => [
      namespace,
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          value instanceof FullDate ? new DateOnly(value.text) : value,
        ]),
      ),
    ]),
  );
}

/** A private key as COSE_Key with a key identifier, the form that this library takes. */
function privateCoseKey(key: KeyObject, publicKey: KeyObject): Uint8Array {
  const { d } = key.export({ format: 'jwk' });
  return encode(
    new Map([
      ...encodeCoseKey(publicKey),
      [2, new TextEncoder().encode('1')],
      [-4, new Uint8Array(Buffer.from(d as string, 'base64url'))],
    ]),
  );
}

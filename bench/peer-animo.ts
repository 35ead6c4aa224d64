import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { DateOnly, DeviceResponse, Document, MDoc, type MdocContext, Verifier } from '@animo-id/mdoc';
import { type CborMap, decode, encode, FullDate } from '@tegata/cbor';
import { MNC_DOCTYPE, NS_ISO, NS_JP, sessionTranscriptBytes } from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { type Elements, type Material, NOW, VALIDITY } from './material.ts';
import type { Contender } from './mdoc.ts';
import { certificateData, chainVerified, fieldOf, kept, noblePeerCurve } from './peer-certificates.ts';

type Jwk = Parameters<MdocContext['cose']['sign1']['sign']>[0]['jwk'];

/**
 * `@animo-id/mdoc` twice: with the kind of context that its own tests use (noble curves, subtle digests, nothing kept), and tuned: node:crypto,
 * keys and chains kept, randomness pooled. It ships no context of its own; both are ours to write.
 */
export function animo(material: Material): Contender[] {
  return [
    contender('@animo-id/mdoc', material, testContext()),
    contender('@animo-id/mdoc tuned', material, tunedContext()),
  ];
}

const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' }) as Jwk;

function contender(variant: string, material: Material, context: MdocContext): Contender {
  const { ds, dsCertificate, phones, stored } = material;
  const transcript = sessionTranscriptBytes(material.transcript);
  const issuerPrivateKey = { ...jwkOf(ds.privateKey), kid: '1' };
  const values = new Map([material.small, material.large].map((elements) => [elements, theirs(elements)]));
  const deviceKeys = new Map(phones.map((phone) => [phone, jwkOf(phone.publicKey)]));
  // What a wallet holds before it answers is made outside of the measured part, for all contenders.
  const held = stored.map((issuerSigned, index) => ({
    mdoc: encode({
      version: '1.0',
      documents: [{ docType: MNC_DOCTYPE, issuerSigned: decode(issuerSigned) }],
      status: 0,
    }),
    key: { ...jwkOf((phones[index] as Material['phones'][number]).privateKey), kid: '1' },
  }));
  const verifier = new Verifier();
  return {
    variant,
    issue: async (elements, phone) => {
      const some = values.get(elements) ?? {};
      const document = await new Document(MNC_DOCTYPE, context)
        .addIssuerNameSpace(NS_JP, some[NS_JP] ?? {})
        .addIssuerNameSpace(NS_ISO, some[NS_ISO] ?? {})
        .useDigestAlgorithm('SHA-256')
        .addValidityInfo(VALIDITY)
        .addDeviceKeyInfo({ deviceKey: deviceKeys.get(phone) as Jwk })
        .sign({ issuerPrivateKey, issuerCertificate: dsCertificate, alg: 'ES256' }, context);
      return new MDoc([document]).encode();
    },
    issuerSigned: (mdoc) => {
      const [document] = (decode(mdoc) as CborMap).get('documents') as CborMap[];
      // Its maps come in the order of insertion: what was signed lies in byte strings and is not touched by this.
      return encode(document?.get('issuerSigned'), { mapOrder: 'given' });
    },
    present: async (index) => {
      const { mdoc, key } = held[index % held.length] as (typeof held)[number];
      const response = await DeviceResponse.from(mdoc)
        .usingPresentationDefinition(DEFINITION)
        .usingSessionTranscriptBytes(transcript)
        .authenticateWithSignature(key, 'ES256')
        .sign(context);
      return response.encode();
    },
    verify: async (response) => {
      let good = true;
      const mdoc = await verifier.verifyDeviceResponse(
        {
          encodedDeviceResponse: response,
          encodedSessionTranscript: transcript,
          trustedCertificates: [material.iaca],
          now: NOW,
          onCheck: ({ status }) => {
            if (status === 'FAILED') good = false;
          },
        },
        context,
      );
      return good && mdoc.documents.length === 1;
    },
  };
}

const DEFINITION = {
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

function theirs(elements: Elements): Record<string, Record<string, unknown>> {
  const value = (one: unknown) => (one instanceof FullDate ? new DateOnly(one.text) : one);
  return Object.fromEntries(
    Object.entries(elements).map(([namespace, values]) => [
      namespace,
      Object.fromEntries(Object.entries(values).map(([name, one]) => [name, value(one)])),
    ]),
  );
}

const notUsed = (): never => {
  throw new Error('no MAC is measured');
};

const scalar = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64url'));

function testContext(): MdocContext {
  const p256 = noblePeerCurve();
  return {
    crypto: {
      random: (length) => randomBytes(length),
      digest: async ({ digestAlgorithm, bytes }) =>
        new Uint8Array(await webcrypto.subtle.digest(digestAlgorithm, bytes as Uint8Array<ArrayBuffer>)),
      calculateEphemeralMacKeyJwk: notUsed,
    },
    cose: {
      sign1: {
        sign: ({ sign1, jwk }) =>
          p256.sign(sign1.getRawSigningData().data, scalar(jwk.d), { prehash: true }).toCompactRawBytes(),
        verify: ({ sign1, jwk, options }) => {
          const { data, signature } = sign1.getRawVerificationData(options);
          const point = Buffer.concat([Buffer.of(4), scalar(jwk.x), scalar(jwk.y)]);
          return p256.verify(signature, data, point, { prehash: true, lowS: false });
        },
      },
      mac0: { sign: notUsed, verify: notUsed },
    },
    x509: {
      getIssuerNameField: ({ certificate, field }) => fieldOf(new X509Certificate(certificate), field),
      getPublicKey: ({ certificate }) => jwkOf(new X509Certificate(certificate).publicKey),
      validateCertificateChain: ({ trustedCertificates, x5chain }) => {
        chainVerified(x5chain, trustedCertificates, NOW);
      },
      getCertificateData: ({ certificate }) => certificateData(new X509Certificate(certificate)),
    },
  };
}

function tunedContext(): MdocContext {
  const privateKeys = new WeakMap<Jwk, KeyObject>();
  const signerKeys = new WeakMap<Jwk, KeyObject>();
  const certificates = new Map<string, X509Certificate>();
  const jwks = new Map<string, Jwk>();
  const data = new Map<string, ReturnType<typeof certificateData>>();
  const chains = new Map<string, X509Certificate>();
  const text = (der: Uint8Array) => Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1');
  const certificate = (der: Uint8Array) => kept(certificates, text(der), () => new X509Certificate(der));
  const template = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
  const phoneKey = ({ x, y }: Jwk) =>
    createPublicKey({ key: Buffer.concat([template, scalar(x), scalar(y)]), format: 'der', type: 'spki' });
  const privateKey = (jwk: Jwk) => {
    const known = privateKeys.get(jwk);
    if (known) return known;
    const made = createPrivateKey({ key: jwk as { d: string }, format: 'jwk' });
    privateKeys.set(jwk, made);
    return made;
  };
  return {
    crypto: {
      random: (length) => systemRandom.bytes(length),
      digest: ({ digestAlgorithm, bytes }) => hash(digestAlgorithm.replace('-', '').toLowerCase(), bytes, 'buffer'),
      calculateEphemeralMacKeyJwk: notUsed,
    },
    cose: {
      sign1: {
        sign: ({ sign1, jwk }) =>
          sign('sha256', sign1.getRawSigningData().data, { key: privateKey(jwk), dsaEncoding: 'ieee-p1363' }),
        verify: ({ sign1, jwk, options }) => {
          const raw = sign1.getRawVerificationData(options);
          const key = signerKeys.get(jwk) ?? phoneKey(jwk);
          return verify('sha256', raw.data, { key, dsaEncoding: 'ieee-p1363' }, raw.signature);
        },
      },
      mac0: { sign: notUsed, verify: notUsed },
    },
    x509: {
      getIssuerNameField: (input) => fieldOf(certificate(input.certificate), input.field),
      getPublicKey: (input) =>
        kept(jwks, text(input.certificate), () => {
          const { publicKey } = certificate(input.certificate);
          const jwk = jwkOf(publicKey);
          signerKeys.set(jwk, publicKey);
          return jwk;
        }),
      validateCertificateChain: ({ x5chain, trustedCertificates }) => {
        const key = [...x5chain, ...trustedCertificates].map(text).join('|');
        kept(chains, key, () => chainVerified(x5chain, trustedCertificates, NOW));
      },
      getCertificateData: (input) =>
        kept(data, text(input.certificate), () => certificateData(certificate(input.certificate))),
    },
  };
}

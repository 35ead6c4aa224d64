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
import {
  CoseKey,
  DateOnly,
  DeviceKey,
  DeviceRequest,
  Holder,
  Issuer,
  IssuerSigned,
  type MdocContext,
  SessionTranscript,
  SignatureAlgorithm,
  Verifier,
} from '@owf/mdoc';
import { FullDate } from '@tegata/cbor';
import { buildDeviceRequest, MNC_DOCTYPE } from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { type Elements, type Material, NOW, REQUEST_ALL, REQUEST_ONE, VALIDITY } from './material.ts';
import type { Contender } from './mdoc.ts';
import { certificateData, chainVerified, fieldOf, kept, mustBeValid, noblePeerCurve } from './peer-certificates.ts';

/**
 * `@owf/mdoc` twice: with the kind of context that its own tests use (noble curves, subtle digests, nothing kept), and tuned: node:crypto,
 * keys and chains kept, randomness pooled. It ships no context of its own; both are ours to write.
 */
export function owf(material: Material): Contender[] {
  return [contender('@owf/mdoc', material, testContext()), contender('@owf/mdoc tuned', material, tunedContext())];
}

function contender(variant: string, material: Material, context: MdocContext): Contender {
  const { ds, dsCertificate, phones, stored, transcript } = material;
  const signingKey = coseKey(ds.privateKey);
  const values = new Map([material.small, material.large].map((elements) => [elements, theirs(elements)]));
  const deviceKeys = new Map(
    phones.map((phone) => [
      phone,
      DeviceKey.fromJwk(phone.publicKey.export({ format: 'jwk' }) as Record<string, unknown>),
    ]),
  );
  const requests = [REQUEST_ONE, REQUEST_ALL].map((request) =>
    DeviceRequest.decode(buildDeviceRequest(request, LEGAL)),
  );
  const [requestOne, requestAll] = requests as [DeviceRequest, DeviceRequest];
  const held = stored.map((issuerSigned, index) => ({
    issuerSigned,
    key: coseKey((phones[index] as Material['phones'][number]).privateKey),
  }));
  const sessionTranscript = SessionTranscript.decode(transcript);
  return {
    variant,
    issue: async (elements, phone) => {
      const issuer = new Issuer(MNC_DOCTYPE, context);
      for (const [namespace, some] of Object.entries(values.get(elements) ?? {}))
        issuer.addIssuerNamespace(namespace, some);
      const issued = await issuer.sign({
        signingKey,
        algorithm: SignatureAlgorithm.ES256,
        digestAlgorithm: 'SHA-256',
        validityInfo: VALIDITY,
        deviceKeyInfo: { deviceKey: deviceKeys.get(phone) as DeviceKey },
        certificates: [dsCertificate],
      });
      return issued.encode();
    },
    present: async (index) => {
      const { issuerSigned, key } = held[index % held.length] as (typeof held)[number];
      const response = await Holder.createDeviceResponseForDeviceRequest(
        {
          deviceRequest: requestOne,
          sessionTranscript,
          issuerSigned: [IssuerSigned.decode(issuerSigned)],
          signature: { signingKey: key },
        },
        context,
      );
      return response.encode();
    },
    verify: async (response, all) => {
      let good = true;
      await Verifier.verifyDeviceResponse(
        {
          deviceRequest: all ? requestAll : requestOne,
          deviceResponse: response,
          sessionTranscript: transcript,
          trustedCertificates: [material.iaca],
          now: NOW,
          onCheck: ({ status }) => {
            if (status === 'FAILED') good = false;
          },
        },
        context,
      );
      return good;
    },
  };
}

const LEGAL = { legalBasis: 'bench' };

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

const coseKey = (key: KeyObject) => CoseKey.fromJwk({ ...key.export({ format: 'jwk' }), alg: 'ES256' });
const notUsed = (): never => {
  throw new Error('no MAC is measured');
};
const nodeName = (algorithm: string) => algorithm.replace('-', '').toLowerCase();

function testContext(): MdocContext {
  const p256 = noblePeerCurve();
  return {
    crypto: {
      random: randomAsTheyWant((length) => randomBytes(length)),
      digest: async ({ digestAlgorithm, bytes }) =>
        new Uint8Array(await webcrypto.subtle.digest(digestAlgorithm, bytes as Uint8Array<ArrayBuffer>)),
      calculateEphemeralMacKey: notUsed,
    },
    cose: {
      sign1: {
        sign: ({ toBeSigned, key }) => p256.sign(toBeSigned, key.privateKey, { prehash: true }).toCompactRawBytes(),
        verify: ({ key, sign1 }) =>
          p256.verify(sign1.signature, sign1.toBeSigned, key.publicKey, { prehash: true, lowS: false }),
      },
      mac0: { sign: notUsed, verify: notUsed },
    },
    x509: {
      getIssuerNameField: ({ certificate, field }) => fieldOf(new X509Certificate(certificate), field),
      getPublicKey: ({ certificate }) => coseKey(new X509Certificate(certificate).publicKey),
      verifyCertificateChain: ({ trustedCertificates, x5chain, now = NOW }) => {
        chainVerified(x5chain, trustedCertificates, now);
      },
      getCertificateData: ({ certificate }) => certificateData(new X509Certificate(certificate)),
    },
  };
}

function tunedContext(): MdocContext {
  const privateKeys = keep((key: CoseKey) => createPrivateKey({ key: key.jwk as { d: string }, format: 'jwk' }));
  const signerKeys = new WeakMap<CoseKey, KeyObject>();
  const certificates = new Map<string, X509Certificate>();
  const keys = new Map<string, CoseKey>();
  const data = new Map<string, ReturnType<typeof certificateData>>();
  const paths = new Map<string, X509Certificate>();
  const text = (der: Uint8Array) => Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1');
  const certificate = (der: Uint8Array) => kept(certificates, text(der), () => new X509Certificate(der));
  const template = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
  const phoneKey = ({ x, y }: CoseKey) =>
    createPublicKey({ key: Buffer.concat([template, x as Uint8Array, y as Uint8Array]), format: 'der', type: 'spki' });
  return {
    crypto: {
      random: randomAsTheyWant((length) => systemRandom.bytes(length)),
      digest: ({ digestAlgorithm, bytes }) => hash(nodeName(digestAlgorithm), bytes, 'buffer'),
      calculateEphemeralMacKey: notUsed,
    },
    cose: {
      sign1: {
        sign: ({ toBeSigned, key }) => sign('sha256', toBeSigned, { key: privateKeys(key), dsaEncoding: 'ieee-p1363' }),
        verify: ({ key, sign1 }) =>
          verify(
            'sha256',
            sign1.toBeSigned,
            { key: signerKeys.get(key) ?? phoneKey(key), dsaEncoding: 'ieee-p1363' },
            sign1.signature,
          ),
      },
      mac0: { sign: notUsed, verify: notUsed },
    },
    x509: {
      getIssuerNameField: (input) => fieldOf(certificate(input.certificate), input.field),
      getPublicKey: (input) =>
        kept(keys, text(input.certificate), () => {
          const { publicKey } = certificate(input.certificate);
          const key = coseKey(publicKey);
          signerKeys.set(key, publicKey);
          return key;
        }),
      verifyCertificateChain: ({ trustedCertificates, x5chain, now = NOW }) => {
        const key = [...x5chain, ...trustedCertificates].map(text).join('|');
        mustBeValid(
          kept(paths, key, () => chainVerified(x5chain, trustedCertificates, now)),
          now,
        );
      },
      getCertificateData: (input) =>
        kept(data, text(input.certificate), () => certificateData(certificate(input.certificate))),
    },
  };
}

function keep<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const map = new WeakMap<K, V>();
  return (key) => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    map.set(key, made);
    return made;
  };
}

/** Four bytes are a digestID: the second edition keeps these below 2^31. */
function randomAsTheyWant(random: (length: number) => Uint8Array): (length: number) => Uint8Array {
  return (length) => {
    const bytes = random(length);
    if (length === 4) bytes[0] = (bytes[0] as number) & 0x7f;
    return bytes;
  };
}

import {
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
  X509Certificate,
} from 'node:crypto';
import { CoseKey, DeviceRequest, Holder, type MdocContext, type VerificationAssessment, Verifier } from '@owf/mdoc';
import { buildDeviceRequest } from '@tegata/mdoc';
import type { Peer } from './scorecard-peer.ts';

type Jwk = { kty: string; crv: string; x: string; y: string; d?: string };
/** Names of curves as JWK writes them. */
const jwkOf = (key: CoseKey) => {
  const jwk = key.jwk as unknown as Jwk;
  return { ...jwk, crv: jwk.crv.replace(/^p-/, 'P-') };
};
const publicKeyOf = (key: CoseKey) => {
  const { d: _, ...jwk } = jwkOf(key);
  return createPublicKey({ key: jwk, format: 'jwk' });
};
const hashOf = (key: CoseKey) => ({ 'P-384': 'sha384', 'P-521': 'sha512' })[jwkOf(key).crv as 'P-384'] ?? 'sha256';
const ALG: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' };
const CURVE_NUMBER: Record<string, number> = { 'P-256': 1, 'P-384': 2, 'P-521': 3, Ed25519: 6 };
const coseKeyOf = (certificate: Uint8Array) => {
  const jwk = new X509Certificate(certificate).publicKey.export({ format: 'jwk' });
  const crv = jwk['crv'] as string;
  return CoseKey.fromJwk({ ...jwk, crv: CURVE_NUMBER[crv], alg: ALG[crv] });
};

/** The library hands a key on without its bytes being readable again. */
const macKeys = new WeakMap<CoseKey, Uint8Array>();
const notUsed = (): never => {
  throw new Error('nothing is signed here');
};

/**
 * The cryptography that this library asks its user for, from node:crypto alone. Path validation is its user's, too: what is done here
 * is what its documentation shows, a path to a trusted root by names and signatures, each certificate valid at the time.
 */
const context: MdocContext = {
  crypto: {
    random: (length) => randomBytes(length),
    digest: ({ digestAlgorithm, bytes }) =>
      createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest(),
    calculateEphemeralMacKey({ privateKey, publicKey, sessionTranscriptBytes, info }) {
      const ecdh = createECDH({ 32: 'prime256v1', 48: 'secp384r1', 66: 'secp521r1' }[privateKey.length] ?? 'none');
      ecdh.setPrivateKey(privateKey);
      const salt = createHash('sha256').update(sessionTranscriptBytes).digest();
      const bytes = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(publicKey), salt, info, 32));
      const key = CoseKey.fromJwk({ kty: 'oct', k: bytes.toString('base64url'), alg: 'HS256' });
      macKeys.set(key, bytes);
      return key;
    },
  },
  cose: {
    sign1: {
      sign: notUsed,
      verify: ({ key, sign1 }) => {
        const edwards = jwkOf(key).crv === 'Ed25519';
        return verify(
          edwards ? null : hashOf(key),
          sign1.toBeSigned,
          { key: publicKeyOf(key), dsaEncoding: 'ieee-p1363' },
          sign1.signature,
        );
      },
    },
    mac0: {
      sign: notUsed,
      verify: ({ mac0, key }) =>
        createHmac('sha256', macKeys.get(key) as Uint8Array)
          .update(mac0.toBeAuthenticated)
          .digest()
          .equals(mac0.tag),
    },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) =>
      new X509Certificate(certificate).issuer
        .split('\n')
        .filter((line) => line.startsWith(`${field}=`))
        .map((line) => line.slice(field.length + 1)),
    getPublicKey: ({ certificate }) => coseKeyOf(certificate),
    verifyCertificateChain({ trustedCertificates, x5chain, now }) {
      const at = now as Date;
      const chain = x5chain.map((der) => new X509Certificate(der));
      const roots = trustedCertificates.map((der) => new X509Certificate(der));
      const last = chain.at(-1) as X509Certificate;
      const root = roots.find((one) => last.checkIssued(one) && last.verify(one.publicKey));
      if (!root) throw new Error('no path');
      const whole = [...chain, root];
      whole.slice(0, -1).forEach((one, index) => {
        const above = whole[index + 1] as X509Certificate;
        if (!one.checkIssued(above) || !one.verify(above.publicKey)) throw new Error('no path');
      });
      if (whole.some((one) => one.validFromDate > at || one.validToDate < at)) throw new Error('out of date');
    },
    getCertificateData({ certificate }) {
      const parsed = new X509Certificate(certificate);
      return {
        issuerName: parsed.issuer,
        subjectName: parsed.subject,
        serialNumber: parsed.serialNumber,
        thumbprint: parsed.fingerprint,
        notBefore: parsed.validFromDate,
        notAfter: parsed.validToDate,
        pem: parsed.toString(),
      };
    },
  },
};

/** `@owf/mdoc` with the context above. */
export const owf: Peer = {
  name: '@owf/mdoc',
  kinds: ['device-response', 'issuer-signed'],
  notAsked: ['status-list'],
  remark: 'It leaves the validation of the path to its caller: names, signatures and times here.',
  async accepts({ entry, bytes, transcript, anchors, readerKey, at }) {
    let failed = false;
    const onCheck = ({ status }: VerificationAssessment) => {
      failed ||= status === 'FAILED';
    };
    const trust = { trustedCertificates: anchors.map(({ certificate }) => certificate), now: at };
    const skewSeconds = entry.options?.skewSeconds ?? 30;
    if (entry.kind === 'issuer-signed') {
      await Holder.verifyIssuerSigned(
        { ...trust, issuerSigned: bytes, skewSeconds, verificationCallback: onCheck },
        context,
      );
      return !failed;
    }
    await Verifier.verifyDeviceResponse(
      {
        ...trust,
        skewSeconds,
        deviceRequest: DeviceRequest.decode(buildDeviceRequest(entry.requested, { legalBasis: 'a test' })),
        deviceResponse: bytes,
        sessionTranscript: transcript,
        ...(readerKey
          ? { ephemeralReaderKey: CoseKey.fromJwk({ ...readerKey.export({ format: 'jwk' }), alg: 'ES256' }) }
          : {}),
        onCheck,
      },
      context,
    );
    return !failed;
  },
};

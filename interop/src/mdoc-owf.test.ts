import assert from 'node:assert/strict';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { describe, it } from 'node:test';
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
  type VerificationAssessment,
  Verifier,
} from '@owf/mdoc';
import { FullDate } from '@tegata/cbor';
import {
  buildDeviceRequest,
  buildDeviceResponse,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  verifyDeviceResponse,
} from '@tegata/mdoc';
import { BIRTH_DATE, makePresentation, NAME, NOW, REQUEST } from './mdoc-fixture.ts';

type Jwk = { kty: string; crv: string; x: string; y: string; d?: string };
const jwkOf = (key: CoseKey) => key.jwk as unknown as Jwk;
const publicKeyOf = (key: CoseKey) => {
  const { d: _, ...jwk } = jwkOf(key);
  return createPublicKey({ key: jwk, format: 'jwk' });
};
const privateKeyOf = (key: CoseKey) =>
  createPrivateKey({ key: { ...jwkOf(key) } as Jwk & { d: string }, format: 'jwk' });
const coseKey = (key: KeyObject) => CoseKey.fromJwk({ ...key.export({ format: 'jwk' }), alg: 'ES256' });
const certificateOf = (certificate: Uint8Array) => new X509Certificate(certificate);

/** These tests authenticate the phone by signature. */
const notUsed = (): never => {
  throw new Error('not part of these tests');
};

/** The cryptography that this library asks its user for, from node:crypto alone: none of our code takes part in its verdict. */
const context: MdocContext = {
  crypto: {
    random: (length) => {
      const bytes = randomBytes(length);
      // Four bytes are a digestID: the second edition keeps these below 2^31.
      if (length === 4) bytes[0]! &= 0x7f;
      return bytes;
    },
    digest: ({ digestAlgorithm, bytes }) =>
      createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest(),
    calculateEphemeralMacKey: notUsed,
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => sign('sha256', toBeSigned, { key: privateKeyOf(key), dsaEncoding: 'ieee-p1363' }),
      verify: ({ key, sign1 }) =>
        verify('sha256', sign1.toBeSigned, { key: publicKeyOf(key), dsaEncoding: 'ieee-p1363' }, sign1.signature),
    },
    mac0: { sign: notUsed, verify: notUsed },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) =>
      certificateOf(certificate)
        .issuer.split('\n')
        .filter((line) => line.startsWith(`${field}=`))
        .map((line) => line.slice(field.length + 1)),
    getPublicKey: ({ certificate }) => coseKey(certificateOf(certificate).publicKey),
    verifyCertificateChain: ({ trustedCertificates, x5chain, now }) => {
      const leaf = certificateOf(x5chain[0] as Uint8Array);
      const at = now ?? NOW;
      const root = trustedCertificates.map(certificateOf).find((candidate) => leaf.checkIssued(candidate));
      if (!root || !leaf.verify(root.publicKey)) throw new Error('no path');
      if (leaf.validFromDate > at || leaf.validToDate < at) throw new Error('out of date');
    },
    getCertificateData: ({ certificate }) => {
      const parsed = certificateOf(certificate);
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

describe('@owf/mdoc', () => {
  it('accepts our mdoc when it is stored, and in our DeviceResponse', async () => {
    const made = await makePresentation();
    const failed: VerificationAssessment[] = [];
    let passed = 0;
    const onCheck = (check: VerificationAssessment) => {
      if (check.status === 'FAILED') failed.push(check);
      else passed++;
    };
    await Holder.verifyIssuerSigned(
      { issuerSigned: made.issuerSigned, trustedCertificates: [made.iaca], now: NOW, verificationCallback: onCheck },
      context,
    );
    const response = await buildDeviceResponse({
      issuerSigned: made.issuerSigned,
      docType: MNC_DOCTYPE,
      disclose: { [NS_ISO]: ['age_over_20', 'birth_date'], [NS_JP]: ['full_name_unicode'] },
      sessionTranscript: made.transcript,
      deviceSigner: made.phone.signer,
    });
    await Verifier.verifyDeviceResponse(
      {
        deviceRequest: DeviceRequest.decode(buildDeviceRequest(REQUEST)),
        deviceResponse: response,
        sessionTranscript: made.transcript,
        trustedCertificates: [made.iaca],
        now: NOW,
        onCheck,
      },
      context,
    );
    assert.deepEqual(failed, []);
    assert.ok(passed > 15);
  });

  it('issues, reads our request and presents with deviceSignature what our verifier accepts', async () => {
    const made = await makePresentation();
    const issuerSigned = await new Issuer(MNC_DOCTYPE, context)
      .addIssuerNamespace(NS_JP, { full_name_unicode: NAME })
      .addIssuerNamespace(NS_ISO, { age_over_20: true, sex: 2, birth_date: new DateOnly(BIRTH_DATE) })
      .sign({
        signingKey: coseKey(made.ds.privateKey),
        algorithm: SignatureAlgorithm.ES256,
        digestAlgorithm: 'SHA-256',
        validityInfo: made.validity,
        deviceKeyInfo: {
          deviceKey: DeviceKey.fromJwk(made.phone.publicKey.export({ format: 'jwk' }) as Record<string, unknown>),
        },
        certificates: [made.dsCertificate],
      });
    const response = await Holder.createDeviceResponseForDeviceRequest(
      {
        deviceRequest: DeviceRequest.decode(buildDeviceRequest(REQUEST)),
        sessionTranscript: SessionTranscript.decode(made.transcript),
        issuerSigned: [IssuerSigned.decode(issuerSigned.encode())],
        signature: { signingKey: coseKey(made.phone.privateKey) },
      },
      context,
    );
    const report = verifyDeviceResponse({
      response: response.encode(),
      sessionTranscript: made.transcript,
      trustAnchors: [made.iaca],
      now: NOW,
      requested: REQUEST,
    });
    assert.deepEqual(
      report.checks.filter(({ result }) => result === 'failed'),
      [],
    );
    assert.deepEqual(
      report.checks.filter(({ result }) => result === 'warning'),
      [],
    );
    const [shown] = report.documents;
    assert.ok(shown?.result === 'passed');
    assert.equal(shown.value(NS_JP, 'full_name_unicode'), NAME);
    assert.equal(shown.value(NS_ISO, 'age_over_20'), true);
    assert.deepEqual(shown.value(NS_ISO, 'birth_date'), new FullDate(BIRTH_DATE));
    assert.equal(shown.value(NS_ISO, 'sex'), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DateOnly,
  DeviceKey,
  DeviceRequest,
  Holder,
  Issuer,
  IssuerSigned,
  SessionTranscript,
  SignatureAlgorithm,
  type VerificationAssessment,
  Verifier,
} from '@owf/mdoc';
import { FullDate } from '@tegata/cbor';
import { buildDeviceRequest, MNC_DOCTYPE, NS_ISO, NS_JP, verifyDeviceResponse } from '@tegata/mdoc';
import { owfContext, owfKey } from './context-owf.ts';
import { answerOf, BIRTH_DATE, makePresentation, NAME, NOW, REQUEST } from './mdoc-fixture.ts';

const context = owfContext(NOW);

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
    const response = await answerOf(made);
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
        signingKey: owfKey(made.ds.privateKey),
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
        signature: { signingKey: owfKey(made.phone.privateKey) },
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

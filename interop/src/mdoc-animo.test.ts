import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  DateOnly,
  DeviceResponse,
  Document,
  MDoc,
  type MdocContext,
  parseIssuerSigned,
  type VerificationAssessment,
  Verifier,
} from '@animo-id/mdoc';
import { FullDate } from '@tegata/cbor';
import { MNC_DOCTYPE, NS_ISO, NS_JP, sessionTranscriptBytes, verifyDeviceResponse } from '@tegata/mdoc';
import { animoContext } from './context-animo.ts';
import { answerOf, BIRTH_DATE, makePresentation, NAME, NOW, PRESENTATION_DEFINITION, REQUEST } from './mdoc-fixture.ts';

type Jwk = Parameters<MdocContext['cose']['sign1']['sign']>[0]['jwk'];
const jwkOf = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }), kid: '1' }) as Jwk;

const context = animoContext(NOW);

/** Collects what the library checks. */
function collector() {
  const failed: VerificationAssessment[] = [];
  const passed: VerificationAssessment[] = [];
  const onCheck = (check: VerificationAssessment) => {
    (check.status === 'FAILED' ? failed : passed).push(check);
  };
  return { failed, passed, onCheck };
}

describe('@animo-id/mdoc', () => {
  it('accepts our mdoc when it is stored', async () => {
    const made = await makePresentation();
    const { failed, passed, onCheck } = collector();
    const mdoc = parseIssuerSigned(made.issuerSigned, MNC_DOCTYPE);
    const verifier = new Verifier();
    await verifier.verifyIssuerSignature(
      {
        issuerAuth: mdoc.issuerSigned.issuerAuth,
        trustedCertificates: [made.iaca],
        disableCertificateChainValidation: false,
        now: NOW,
        onCheckG: onCheck,
      },
      context,
    );
    await verifier.verifyData({ mdoc, onCheckG: onCheck }, context);
    assert.deepEqual(failed, []);
    assert.ok(passed.length > 10);
  });

  it('accepts our DeviceResponse', async () => {
    const made = await makePresentation();
    const response = await answerOf(made);
    const { failed, passed, onCheck } = collector();
    const mdoc = await new Verifier().verifyDeviceResponse(
      {
        encodedDeviceResponse: response,
        encodedSessionTranscript: sessionTranscriptBytes(made.transcript),
        trustedCertificates: [made.iaca],
        now: NOW,
        onCheck,
      },
      context,
    );
    assert.deepEqual(failed, []);
    assert.ok(passed.length > 10);
    const [document] = mdoc.documents;
    assert.equal(document?.docType, MNC_DOCTYPE);
    assert.equal(document?.getIssuerNameSpace(NS_JP)?.get('full_name_unicode'), NAME);
    const shown = document?.getIssuerNameSpace(NS_ISO) ?? new Map<string, unknown>();
    assert.equal(shown.get('age_over_20'), true);
    assert.deepEqual(shown.get('birth_date'), new DateOnly(BIRTH_DATE));
    assert.equal(shown.has('sex'), false);
  });

  for (const method of ['deviceSignature', 'deviceMac'] as const) {
    it(`issues and presents with ${method} what our verifier accepts`, async () => {
      const made = await makePresentation();
      const document = await new Document(MNC_DOCTYPE, context)
        .addIssuerNameSpace(NS_JP, { full_name_unicode: NAME })
        .addIssuerNameSpace(NS_ISO, { age_over_20: true, sex: 2, birth_date: new DateOnly(BIRTH_DATE) })
        .useDigestAlgorithm('SHA-256')
        .addValidityInfo(made.validity)
        .addDeviceKeyInfo({ deviceKey: made.phone.publicKey.export({ format: 'jwk' }) as Jwk })
        .sign(
          { issuerPrivateKey: jwkOf(made.ds.privateKey), issuerCertificate: made.dsCertificate, alg: 'ES256' },
          context,
        );
      const builder = DeviceResponse.from(new MDoc([document]).encode())
        .usingPresentationDefinition(PRESENTATION_DEFINITION)
        .usingSessionTranscriptBytes(sessionTranscriptBytes(made.transcript));
      const key = jwkOf(made.phone.privateKey);
      const authenticated =
        method === 'deviceSignature'
          ? builder.authenticateWithSignature(key, 'ES256')
          : builder.authenticateWithMAC(key, jwkOf(made.reader.publicKey), 'HS256');
      const response = (await authenticated.sign(context)).encode();
      const report = verifyDeviceResponse({
        response,
        sessionTranscript: made.transcript,
        eReaderKey: made.reader.privateKey,
        trustAnchors: [made.iaca],
        now: NOW,
        requested: REQUEST,
      });
      assert.deepEqual(
        report.checks.filter(({ result }) => result === 'failed'),
        [],
      );
      // Its encoder writes the lengths of maps in two octets.
      const codes = report.checks.filter(({ result }) => result === 'warning').map(({ code }) => code);
      assert.deepEqual(new Set(codes), new Set(['non-shortest']));
      const [shown] = report.documents;
      assert.ok(shown?.result === 'passed');
      assert.equal(shown.value(NS_JP, 'full_name_unicode'), NAME);
      assert.equal(shown.value(NS_ISO, 'age_over_20'), true);
      assert.deepEqual(shown.value(NS_ISO, 'birth_date'), new FullDate(BIRTH_DATE));
      assert.equal(shown.value(NS_ISO, 'sex'), undefined);
    });
  }
});

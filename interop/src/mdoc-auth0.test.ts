import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import mdl from '@auth0/mdl';
import { encode } from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import { MNC_DOCTYPE, NS_ISO, NS_JP, sessionTranscriptBytes, verifyDeviceResponse } from '@tegata/mdoc';
import { certificateToPem, parseCertificate } from '@tegata/x509';
import { answerOf, BIRTH_DATE, makePresentation, NAME, NOW, PRESENTATION_DEFINITION, REQUEST } from './mdoc-fixture.ts';

const { DeviceResponse, Document, MDoc, Verifier } = mdl;

/** A private key as COSE_Key with a key identifier, the form that this library takes. */
function coseKey(key: KeyObject, publicKey: KeyObject): Uint8Array {
  const { d } = key.export({ format: 'jwk' });
  return encode(
    new Map([
      ...encodeCoseKey(publicKey),
      [2, new TextEncoder().encode('1')],
      [-4, new Uint8Array(Buffer.from(d as string, 'base64url'))],
    ]),
  );
}

describe('@auth0/mdl', () => {
  it('accepts our mdoc in our DeviceResponse', async () => {
    const made = await makePresentation();
    const response = await answerOf(made);
    const failed: string[] = [];
    let passed = 0;
    const verifier = new Verifier([certificateToPem(made.iaca)]);
    const mdoc = await verifier.verify(response, {
      encodedSessionTranscript: Buffer.from(sessionTranscriptBytes(made.transcript)),
      onCheck: ({ status, check }) => {
        if (status === 'FAILED') failed.push(check);
        else passed++;
      },
    });
    assert.deepEqual(failed, []);
    assert.ok(passed > 10);
    const [document] = mdoc.documents;
    assert.equal(document?.docType, MNC_DOCTYPE);
    assert.equal(document?.getIssuerNameSpace(NS_JP)['full_name_unicode'], NAME);
    assert.equal(document?.getIssuerNameSpace(NS_ISO)['age_over_20'], true);
    assert.equal(String(document?.getIssuerNameSpace(NS_ISO)['birth_date']), BIRTH_DATE);
    assert.equal('sex' in (document?.getIssuerNameSpace(NS_ISO) ?? {}), false);
  });

  for (const method of ['deviceSignature', 'deviceMac'] as const) {
    it(`issues and presents with ${method} what our verifier accepts`, async () => {
      const made = await makePresentation();
      const document = await new Document(MNC_DOCTYPE)
        .addIssuerNameSpace(NS_JP, { full_name_unicode: NAME })
        .addIssuerNameSpace(NS_ISO, { age_over_20: true, sex: 2 })
        .useDigestAlgorithm('SHA-256')
        .addValidityInfo(made.validity)
        .addDeviceKeyInfo({ deviceKey: encode(encodeCoseKey(made.phone.publicKey)) })
        .sign({
          issuerPrivateKey: coseKey(made.ds.privateKey, made.ds.publicKey),
          issuerCertificate: made.dsCertificate,
          alg: 'ES256',
          kid: new TextEncoder().encode('1'),
        });
      const builder = DeviceResponse.from(new MDoc([document]).encode())
        .usingPresentationDefinition(PRESENTATION_DEFINITION)
        .usingSessionTranscriptBytes(Buffer.from(sessionTranscriptBytes(made.transcript)));
      const key = coseKey(made.phone.privateKey, made.phone.publicKey);
      const readerKey = encode(encodeCoseKey(made.reader.publicKey));
      const authenticated =
        method === 'deviceSignature'
          ? builder.authenticateWithSignature(key, 'ES256')
          : builder.authenticateWithMAC(key, readerKey, 'HS256');
      const response = new Uint8Array((await authenticated.sign()).encode());
      const report = verifyDeviceResponse({
        response,
        sessionTranscript: made.transcript,
        eReaderKey: made.reader.privateKey,
        trustAnchors: [parseCertificate(made.iaca)],
        now: NOW,
        requested: REQUEST,
      });
      assert.deepEqual(
        report.checks.filter(({ result }) => result === 'failed'),
        [],
      );
      const [shown] = report.documents;
      assert.ok(shown?.result === 'passed');
      assert.equal(shown.value(NS_JP, 'full_name_unicode'), NAME);
      assert.equal(shown.value(NS_ISO, 'age_over_20'), true);
    });
  }
});

import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { encode } from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import {
  buildDeviceEngagement,
  buildDeviceRequest,
  buildDeviceResponse,
  buildSessionData,
  buildSessionEstablishment,
  engagementToQr,
  eReaderKeyBytes,
  establishSession,
  type ItemsRequest,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseSessionData,
  parseSessionEstablishment,
  qrToEngagement,
  sessionTranscriptQr,
  verifyDeviceResponse,
  verifyIssuerSigned,
} from '@tegata/mdoc';
import { certificateToPem } from '@tegata/x509';
import { LICENCE, MDL, makeP256Issuer, NS_MDL } from './isomdl-fixture.ts';
import { buildIsomdl, isomdlMissing, type LineProcess, startIsomdl } from './isomdl-process.ts';
import { hours, makeKey, NOW } from './mdoc-fixture.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: unknown) => new Uint8Array(Buffer.from(text as string, 'hex'));
const scalar = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).d as string, 'base64url').toString('hex');

describe('isomdl (crates.io)', { skip: isomdlMissing() }, () => {
  let peer: LineProcess;
  let made: Awaited<ReturnType<typeof makeP256Issuer>>;
  before(async () => {
    buildIsomdl();
    peer = startIsomdl();
    made = await makeP256Issuer();
  });
  after(() => peer?.stop());

  it('finds the certificate profile and the signature of our mdocs in order', async () => {
    const record = { [NS_JP]: { full_name_unicode: '見本　花子' }, [NS_ISO]: { sex: 2, age_over_20: true } };
    for (const issuerSigned of [await made.issue(MDL, LICENCE), await made.issue(MNC_DOCTYPE, record)]) {
      const root = certificateToPem(made.iaca);
      const answer = await peer.order({ do: 'check', issuerSigned: hex(issuerSigned), root });
      assert.deepEqual(answer, { certificate: [], signature: null });
    }
    const stranger = await makeP256Issuer();
    const issuerSigned = hex(await made.issue(MDL, LICENCE));
    const answer = await peer.order({ do: 'check', issuerSigned, root: certificateToPem(stranger.iaca) });
    assert.notDeepEqual(answer['certificate'], []);
  });

  it('reads our licence over our session as a reader: engagement, request, response', async () => {
    const ephemeral = makeKey();
    const engagement = parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey: ephemeral.publicKey }));
    const asked = await peer.order({
      do: 'ask',
      qr: engagementToQr(engagement.encoded.content),
      elements: { [NS_MDL]: ['family_name', 'age_over_21', 'birth_date'] },
      root: certificateToPem(made.iaca),
    });
    const establishment = parseSessionEstablishment(bytes(asked['establishment']));
    const transcript = sessionTranscriptQr({
      deviceEngagementBytes: engagement.encoded,
      eReaderKeyBytes: establishment.eReaderKeyBytes,
    });
    const session = establishSession({
      role: 'device',
      privateKey: ephemeral.privateKey,
      peerKey: establishment.eReaderKey,
      transcript,
    });
    const request = parseDeviceRequest(session.decrypt(establishment.data));
    assert.deepEqual(request.docRequests[0]?.itemsRequest.nameSpaces, {
      [NS_MDL]: { family_name: false, age_over_21: false, birth_date: false },
    });
    const response = await buildDeviceResponse({
      issuerSigned: await made.issue(MDL, LICENCE),
      docType: MDL,
      disclose: { [NS_MDL]: ['family_name', 'age_over_21', 'birth_date'] },
      sessionTranscript: transcript,
      deviceSigner: made.phone.signer,
    });
    const heard = await peer.order({ do: 'hear', data: hex(buildSessionData({ data: session.encrypt(response) })) });
    assert.deepEqual(heard['errors'], {});
    assert.equal(heard['issuer_authentication'], 'Valid');
    assert.equal(heard['device_authentication'], 'Valid');
    assert.deepEqual(heard['response'], {
      [NS_MDL]: { family_name: 'MIHON', age_over_21: true, birth_date: '2000-03-31' },
    });
  });

  it('issues a licence and shows it to our reader as a phone: its mdoc, session and device signature hold', async () => {
    const { ds, phone, dsCertificate, iaca } = made;
    const issued = await peer.order({
      do: 'issue',
      docType: MDL,
      elements: { [NS_MDL]: { family_name: 'MIHON', age_over_21: true } },
      deviceKey: hex(encode(encodeCoseKey(phone.publicKey))),
      signer: scalar(ds.privateKey),
      certificate: hex(dsCertificate),
      signed: hours(-1).toISOString(),
      validUntil: hours(24).toISOString(),
    });
    const stored = verifyIssuerSigned({
      issuerSigned: bytes(issued['issuerSigned']),
      trustAnchors: [iaca],
      now: NOW,
      docType: MDL,
      deviceKey: phone.publicKey,
    });
    assert.deepEqual(
      stored.checks.filter(({ result }) => result === 'failed' || result === 'warning'),
      [],
    );

    const { qr } = await peer.order({ do: 'engage', docType: MDL, document: issued['document'] });
    const engagement = parseDeviceEngagement(qrToEngagement(qr as string));
    const reader = makeKey();
    const readerBytes = eReaderKeyBytes(reader.publicKey);
    const transcript = sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes: readerBytes });
    const session = establishSession({
      role: 'reader',
      privateKey: reader.privateKey,
      peerKey: engagement.eDeviceKey,
      transcript,
    });
    const requested: ItemsRequest = {
      docType: MDL,
      nameSpaces: { [NS_MDL]: { family_name: false, age_over_21: false } },
    };
    const data = session.encrypt(buildDeviceRequest(requested));
    const answer = await peer.order({
      do: 'answer',
      establishment: hex(buildSessionEstablishment({ eReaderKeyBytes: readerBytes, data })),
      deviceKey: scalar(phone.privateKey),
    });
    assert.deepEqual(answer['errors'], {});
    const report = verifyDeviceResponse({
      response: session.decrypt(parseSessionData(bytes(answer['data'])).data as Uint8Array),
      sessionTranscript: transcript,
      trustAnchors: [iaca],
      now: NOW,
      requested,
    });
    assert.deepEqual(
      report.checks.filter(({ result }) => result === 'failed' || result === 'warning'),
      [],
    );
    const [document] = report.documents;
    assert.ok(document?.result === 'passed');
    assert.equal(document.value(NS_MDL, 'family_name'), 'MIHON');
    assert.equal(document.value(NS_MDL, 'age_over_21'), true);
  });
});

import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, decodeArraySpans, decodeMapSpans, Encoded, encode } from '@tegata/cbor';
import { sign1 } from '@tegata/cose';
import {
  chooseElements,
  derivedKey,
  type ItemsRequest,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  type PresentedDocument,
  parseDeviceResponse,
  parseIssuerSigned,
  planIssuerSigned,
  presentDocuments,
  type RequestInfo,
  verifyDeviceResponse,
} from '../index.ts';
import { makeAuthority, makeDevice, makeSession, NOW, planOptions, type TestAuthority } from '../test-authority.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const refuses = (run: Promise<unknown>, rule: string) =>
  assert.rejects(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], ['response', rule]);
    return true;
  });
const asks = (...elements: string[]): ItemsRequest => ({
  docType: MNC_DOCTYPE,
  nameSpaces: { [NS_ISO]: Object.fromEntries(elements.map((element) => [element, false])) },
});

describe('presentDocuments', () => {
  let authority: TestAuthority;
  const device = makeDevice();
  const session = makeSession();
  const sessionTranscript = session.transcript;
  let issuerSigned: Uint8Array;
  before(async () => {
    authority = await makeAuthority();
    const issuer = { signer: authority.dsSigner, certificateChain: [authority.dsCertificate] };
    issuerSigned = await issueMdoc({ ...planOptions(device.publicKey), ...issuer });
  });
  const document = (changes: Partial<PresentedDocument> = {}): PresentedDocument => ({
    issuerSigned,
    docType: MNC_DOCTYPE,
    disclose: { [NS_ISO]: ['age_over_20'] },
    proof: { deviceSigner: device.signer },
    ...changes,
  });
  const verify = (response: Uint8Array, requested: ItemsRequest[], changes: object = {}) =>
    verifyDeviceResponse({
      response,
      sessionTranscript,
      trustAnchors: [authority.root],
      now: NOW,
      requested,
      eReaderKey: session.reader.privateKey,
      ...changes,
    });

  it('shows several documents, by signature and by MAC, each verified', async () => {
    const eMacKey = derivedKey(device.privateKey, session.reader.publicKey, sessionTranscript, 'EMacKey');
    const response = await presentDocuments({
      documents: [document(), document({ proof: { eMacKey }, disclose: { [NS_ISO]: ['sex', 'age_in_years'] } })],
      sessionTranscript,
    });
    const report = verify(response, [asks('age_over_20'), asks('sex', 'age_in_years')]);
    assert.equal(report.result, 'passed', JSON.stringify(report.checks.filter(({ result }) => result === 'failed')));
    assert.deepEqual(
      report.documents.map((one) => one.result === 'passed' && [...(one.elements.get(NS_ISO)?.keys() ?? [])]),
      [['age_over_20'], ['sex', 'age_in_years']],
    );
    const other = makeSession();
    const wrong = verify(response, [asks('age_over_20'), asks('sex', 'age_in_years')], {
      sessionTranscript: other.transcript,
    });
    assert.deepEqual(
      wrong.checks.filter(({ result }) => result === 'failed').map(({ code }) => code),
      ['signature-invalid', 'mac-invalid'],
    );
  });

  it('states errors for what it does not return', async () => {
    const errors = { [NS_JP]: { portrait: 0 } };
    const bytes = await presentDocuments({
      documents: [document({ errors })],
      documentErrors: { 'org.iso.18013.5.1.mDL': 0 },
      sessionTranscript,
    });
    const [first] = (decode(bytes) as CborMap).get('documents') as CborMap[];
    assert.deepEqual(first?.get('errors'), new Map([[NS_JP, new Map([['portrait', 0]])]]));
    assert.deepEqual([...parseDeviceResponse(bytes).documentErrors], [['org.iso.18013.5.1.mDL', 0]]);
    const nothing = await presentDocuments({ documents: [], documentErrors: { [MNC_DOCTYPE]: 0 }, sessionTranscript });
    assert.deepEqual(parseDeviceResponse(nothing).documents, []);
  });

  it('lets the device key state only what the issuer allowed', async () => {
    const deviceElements = { [NS_ISO]: { note: 'from the phone' } };
    await refuses(
      presentDocuments({ documents: [document({ deviceElements })], sessionTranscript }),
      'key-not-authorized',
    );
    await refuses(
      presentDocuments({ documents: [document({ deviceElements: { [NS_ISO]: {} } })], sessionTranscript }),
      'device-element-empty',
    );
    const allowed = (keyAuthorizations: CborValue) => allowing(authority, device, keyAuthorizations);
    for (const keyAuthorizations of [
      new Map([['nameSpaces', [NS_ISO]]]),
      new Map([['dataElements', new Map([[NS_ISO, ['note']]])]]),
    ]) {
      const own = document({ issuerSigned: await allowed(keyAuthorizations), deviceElements });
      const response = await presentDocuments({ documents: [own], sessionTranscript });
      const report = verify(response, [asks('age_over_20', 'note')]);
      const [shown] = report.documents;
      assert.ok(shown?.result === 'passed', JSON.stringify(report.checks.filter(({ result }) => result === 'failed')));
      assert.equal(shown.deviceElements.get(NS_ISO)?.get('note'), 'from the phone');
    }
  });

  it('shows nothing that the mdoc does not hold, and no other type', async () => {
    const disclose = { [NS_ISO]: ['age_over_20', 'age_over_99'] };
    await refuses(presentDocuments({ documents: [document({ disclose })], sessionTranscript }), 'element-not-held');
    await refuses(presentDocuments({ documents: [document({ docType: 'other' })], sessionTranscript }), 'doctype');
  });
});

/** An mdoc whose MSO authorises device-signed elements. */
async function allowing(
  authority: TestAuthority,
  device: ReturnType<typeof makeDevice>,
  keyAuthorizations: CborValue,
): Promise<Uint8Array> {
  const plan = planIssuerSigned(planOptions(device.publicKey));
  const mso = decode(plan.mso) as CborMap;
  (mso.get('deviceKeyInfo') as CborMap).set('keyAuthorizations', keyAuthorizations);
  const issuerAuth = await sign1({
    signer: authority.dsSigner,
    payload: Encoded.of(mso).bytes,
    unprotectedHeaders: new Map([[33, authority.dsCertificate]]),
  });
  return encode({ nameSpaces: decode(plan.nameSpaces), issuerAuth });
}

describe('chooseElements', () => {
  const reference = (element: string, namespace = NS_ISO) => ({ namespace, element });
  const held = parsed();
  function parsed() {
    const { items } = planIssuerSigned(planOptions(makeDevice().publicKey));
    return new Map(
      Object.entries(items).map(([namespace, all]) => [
        namespace,
        all.map((encoded) => {
          const item = encoded.decode() as CborMap;
          return {
            encoded,
            digestID: item.get('digestID') as number,
            random: item.get('random') as Uint8Array,
            elementIdentifier: item.get('elementIdentifier') as string,
            elementValue: item.get('elementValue') as CborValue,
          };
        }),
      ]),
    );
  }
  const choose = (elements: string[], alternatives: [string, ReturnType<typeof reference>[][]][] = []) => {
    const requestInfo: RequestInfo = {
      alternativeDataElements: alternatives.map(([element, alternativeElementSets]) => ({
        requestedElement: reference(element),
        alternativeElementSets,
      })),
    };
    const itemsRequest = asks(...elements);
    return chooseElements({ itemsRequest, itemsRequestBytes: Encoded.of(1), requestInfo }, held);
  };

  it('takes what is held, and the nearest age', () => {
    assert.deepEqual(choose(['sex', 'age_over_19']), { disclose: { [NS_ISO]: ['sex', 'age_over_20'] }, missing: [] });
  });

  it('takes the first set of alternatives that is held whole, and only for what is not held', () => {
    const name = reference('full_name_unicode', NS_JP);
    const none = reference('nothing');
    assert.deepEqual(choose(['height'], [['height', [[name, none], [name, reference('sex')], [reference('sex')]]]]), {
      disclose: { [NS_JP]: ['full_name_unicode'], [NS_ISO]: ['sex'] },
      missing: [],
    });
    assert.deepEqual(choose(['sex'], [['sex', [[name]]]]).disclose, { [NS_ISO]: ['sex'] });
    assert.deepEqual(choose(['height', 'sex'], [['height', [[none]]]]), {
      disclose: { [NS_ISO]: ['sex'] },
      missing: [reference('height')],
    });
  });
});

const folder = join(process.env['TEGATA_VECTORS'] ?? '', 'iso18013-5-annex-d');
const skip = process.env['TEGATA_VECTORS'] && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';

describe('The response of ISO/IEC 18013-5 Annex D', { skip }, () => {
  const read = (name: string) =>
    new Uint8Array(Buffer.from(readFileSync(join(folder, `${name}.hex`), 'utf8').trim(), 'hex'));
  const key = (name: string) => {
    const part = (suffix: string) => Buffer.from(read(`${name}_${suffix}`)).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: part('x'), y: part('y'), d: part('d') };
    return createPrivateKey({ key: jwk, format: 'jwk' });
  };

  it('is made again byte for byte from the issuer’s part, device MAC and all', async () => {
    const documents = decodeMapSpans(read('device_response')).get('documents');
    const [first] = decodeArraySpans(documents!.bytes);
    const issuerSigned = decodeMapSpans(first!.bytes).get('issuerSigned')!.bytes;
    const { mso, nameSpaces } = parseIssuerSigned(issuerSigned);
    const sessionTranscript = (decode(read('session_transcript_bytes')) as Encoded).content;
    const reader = createPublicKey(key('ephemeral_reader_key'));
    const eMacKey = derivedKey(key('static_device_key'), reader, sessionTranscript, 'EMacKey');
    assert.equal(hex(eMacKey), hex(read('emac_key')));
    const disclose = Object.fromEntries(
      [...nameSpaces].map(([namespace, items]) => [namespace, items.map(({ elementIdentifier }) => elementIdentifier)]),
    );
    const response = await presentDocuments({
      documents: [{ issuerSigned, docType: mso.docType, disclose, proof: { eMacKey } }],
      sessionTranscript,
    });
    assert.equal(hex(response), hex(read('device_response')));
  });
});

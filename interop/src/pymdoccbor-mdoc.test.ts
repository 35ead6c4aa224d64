import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type CborMap, decode, Encoded, encode, FullDate } from '@tegata/cbor';
import { buildDeviceResponse, MNC_DOCTYPE, NS_ISO, NS_JP, verifyIssuerSigned } from '@tegata/mdoc';
import { LICENCE, MDL, makeP256Issuer, NS_MDL } from './isomdl-fixture.ts';
import type { LineProcess } from './isomdl-process.ts';
import { hours, makePresentation, NOW } from './mdoc-fixture.ts';
import { installPymdoccbor, pymdoccborMissing, startPymdoccbor } from './pymdoccbor-process.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: unknown) => new Uint8Array(Buffer.from(text as string, 'hex'));
const day = (date: Date) => date.toISOString().slice(0, 10);

describe('pymdoccbor (PyPI)', { skip: pymdoccborMissing() }, () => {
  let peer: LineProcess;
  before(() => {
    installPymdoccbor();
    peer = startPymdoccbor();
  });
  after(() => peer?.stop());

  it('accepts certificate, signature and digests of our responses, with roots on P-256 and P-384', async () => {
    const made = await makeP256Issuer();
    const other = await makePresentation();
    const present = (
      issuerSigned: Uint8Array,
      docType: string,
      disclose: Record<string, string[]>,
      from = made.phone,
    ) =>
      buildDeviceResponse({
        issuerSigned,
        docType,
        disclose,
        sessionTranscript: other.transcript,
        deviceSigner: from.signer,
      });
    const record = {
      [NS_JP]: { full_name_unicode: '見本　花子' },
      [NS_ISO]: { birth_date: new FullDate('2000-03-31') },
    };
    const cases = [
      [await present(await made.issue(MDL, LICENCE), MDL, { [NS_MDL]: ['age_over_21', 'birth_date'] }), made.iaca],
      [
        await present(await made.issue(MNC_DOCTYPE, record), MNC_DOCTYPE, {
          [NS_JP]: ['full_name_unicode'],
          [NS_ISO]: ['birth_date'],
        }),
        made.iaca,
      ],
      [await present(other.issuerSigned, MNC_DOCTYPE, { [NS_ISO]: ['age_over_20'] }, other.phone), other.iaca],
    ] as const;
    for (const [response, root] of cases) {
      const answer = await peer.order({ do: 'verify', response: hex(response), roots: [hex(root)] });
      assert.equal(answer['valid'], true);
      assert.equal(answer['documents'], 1);
    }
    const [response] = cases[0];
    const stranger = await peer.order({ do: 'verify', response: hex(response), roots: [hex(other.iaca)] });
    assert.equal(stranger['valid'], false);
    const shown = await peer.order({ do: 'verify', response: hex(response), roots: [hex(made.iaca)] });
    assert.deepEqual(shown['elements'], { [NS_MDL]: ['age_over_21', 'birth_date'] });
  });

  it('refuses one of our responses when a value is changed', async () => {
    const made = await makeP256Issuer();
    const { transcript } = await makePresentation();
    const response = await buildDeviceResponse({
      issuerSigned: await made.issue(MDL, LICENCE),
      docType: MDL,
      disclose: { [NS_MDL]: ['age_over_21'] },
      sessionTranscript: transcript,
      deviceSigner: made.phone.signer,
    });
    const whole = decode(response) as CborMap;
    const [document] = whole.get('documents') as [CborMap];
    const nameSpaces = (document.get('issuerSigned') as CborMap).get('nameSpaces') as CborMap;
    const [item] = nameSpaces.get(NS_MDL) as [Encoded];
    nameSpaces.set(NS_MDL, [Encoded.of((item.decode() as CborMap).set('elementValue', false))]);
    const answer = await peer.order({ do: 'verify', response: hex(encode(whole)), roots: [hex(made.iaca)] });
    assert.equal(answer['valid'], false);
  });

  it('issues what our verifier accepts', async () => {
    const { ds, phone, dsCertificate, iaca } = await makeP256Issuer();
    const coordinate = (name: 'x' | 'y') =>
      Buffer.from(phone.publicKey.export({ format: 'jwk' })[name] as string, 'base64url').toString('hex');
    const issued = await peer.order({
      do: 'issue',
      docType: MDL,
      elements: { [NS_MDL]: { family_name: 'MIHON', age_over_21: true } },
      signer: Buffer.from(ds.privateKey.export({ format: 'jwk' }).d as string, 'base64url').toString('hex'),
      certificate: hex(dsCertificate),
      x: coordinate('x'),
      y: coordinate('y'),
      from: day(hours(-24)),
      until: day(hours(24 * 30)),
    });
    const report = verifyIssuerSigned({
      issuerSigned: bytes(issued['issuerSigned']),
      trustAnchors: [iaca],
      now: new Date(NOW.getTime() + 60_000),
      docType: MDL,
      deviceKey: phone.publicKey,
    });
    assert.deepEqual(
      report.checks.filter(({ result }) => result === 'failed' || result === 'warning'),
      [],
    );
    assert.equal(report.result, 'passed');
  });
});

import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { type CborMap, type CborValue, DateTime, decode, Encoded, encode, Tagged } from '@tegata/cbor';
import { sign1 } from '@tegata/cose';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import {
  finishIssuerSigned,
  issueMdoc,
  LINT_IDS,
  lintIssuerSigned,
  lintPlan,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseIssuerSigned,
  planIssuerSigned,
  verifyIssuerSigned,
} from './index.ts';
import { days, ELEMENTS, makeAuthority, makeDevice, NOW, planOptions, type TestAuthority } from './test-authority.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const refuses = (run: () => unknown, code: string) => assert.throws(run, { name: 'MdocError', code });

describe('planIssuerSigned', () => {
  const device = makeDevice();

  it('is the same for the same random source, and holds no value outside of its items', () => {
    const one = planIssuerSigned(planOptions(device.publicKey));
    const other = planIssuerSigned(planOptions(device.publicKey));
    assert.equal(hex(one.payload), hex(other.payload));
    assert.equal(hex(one.nameSpaces), hex(other.nameSpaces));
    assert.equal(Buffer.from(one.payload).includes('見本'), false);
  });

  it('keeps the order of the definition whatever the order of the input', () => {
    const reversed = Object.fromEntries(
      Object.entries(ELEMENTS)
        .reverse()
        .map(([namespace, elements]) => [namespace, Object.fromEntries(Object.entries(elements).reverse())]),
    );
    const plan = planIssuerSigned(planOptions(device.publicKey, { elements: reversed }));
    const names = (encoded: readonly Encoded[]) =>
      encoded.map((item) => (item.decode() as CborMap).get('elementIdentifier'));
    assert.deepEqual([...(decode(plan.nameSpaces) as CborMap).keys()], [NS_JP, NS_ISO]);
    for (const namespace of [NS_JP, NS_ISO]) {
      assert.deepEqual(names(plan.items[namespace]!), Object.keys(ELEMENTS[namespace]!));
    }
  });

  it('salts each element with 32 bytes of its own and shuffles the digestIDs', () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const plan = planIssuerSigned(planOptions(device.publicKey, { random: seededRandom(String(seed)) }));
      const items = plan.items[NS_ISO]!.map((item) => item.decode() as CborMap);
      const ids = items.map((item) => item.get('digestID') as number);
      assert.deepEqual([...ids].sort(), [0, 1, 2, 3, 4, 5]);
      assert.equal(new Set(items.map((item) => hex(item.get('random') as Uint8Array))).size, 6);
      assert.ok(items.every((item) => (item.get('random') as Uint8Array).length === 32));
      orders.add(ids.join());
    }
    assert.ok(orders.size > 10);
    assert.equal(orders.has('0,1,2,3,4,5'), false);
  });

  it('digests the tag-24 bytes of each item with the chosen algorithm', () => {
    for (const digestAlgorithm of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
      const plan = planIssuerSigned(planOptions(device.publicKey, { digestAlgorithm }));
      const mso = decode(plan.mso) as CborMap;
      assert.equal(mso.get('digestAlgorithm'), digestAlgorithm);
      const digests = (mso.get('valueDigests') as CborMap).get(NS_ISO) as CborMap;
      for (const item of plan.items[NS_ISO]!) {
        assert.equal(hex(item.bytes.subarray(0, 2)), 'd818');
        const digest = createHash(digestAlgorithm.replace('-', '')).update(item.bytes).digest('hex');
        assert.equal(hex(digests.get((item.decode() as CborMap).get('digestID') as number) as Uint8Array), digest);
      }
    }
  });

  it('writes dates in whole seconds and the status where one is given', () => {
    const validity = {
      signed: new Date(NOW.getTime() + 123),
      validFrom: new Date(NOW.getTime() + 456),
      validUntil: days(30),
    };
    const status = new Map([
      [
        'status_list',
        new Map<string, CborValue>([
          ['idx', 7],
          ['uri', 'https://example.com/1'],
        ]),
      ],
    ]);
    const mso = decode(planIssuerSigned(planOptions(device.publicKey, { validity, status })).mso) as CborMap;
    const info = mso.get('validityInfo') as CborMap;
    assert.deepEqual(info.get('signed'), new DateTime('2026-11-24T03:00:00Z'));
    assert.equal(info.has('expectedUpdate'), false);
    assert.deepEqual(mso.get('status'), status);
  });

  it('refuses elements that are unknown or of the wrong type, and dates that contradict each other', () => {
    const plan = (elements: Record<string, Record<string, CborValue>>) => () =>
      planIssuerSigned(planOptions(device.publicKey, { elements }));
    refuses(plan({}), 'element-unknown');
    refuses(plan({ [NS_ISO]: {} }), 'element-unknown');
    refuses(plan({ [NS_ISO]: { given_name: 'x' } }), 'element-unknown');
    refuses(plan({ [NS_ISO]: { age_over_020: true } }), 'element-unknown');
    refuses(plan({ other: { sex: 1 } }), 'element-unknown');
    const wrong: [string, string, CborValue][] = [
      [NS_ISO, 'sex', 3],
      [NS_ISO, 'age_over_20', 1],
      [NS_ISO, 'birth_date', '2000-03-31'],
      [NS_ISO, 'age_in_years', -1],
      [NS_JP, 'individual_number_unicode', '12345678901'],
      [NS_JP, 'birth_date_unicode', '2000年03月31日'],
      [NS_JP, 'local_gov_code_unicode', 99999],
      [NS_JP, 'full_name_unicode', ''],
      [NS_JP, 'sex_unicode', '不明'],
      [NS_JP, 'portrait', new Uint8Array(30 * 1024 + 1)],
    ];
    for (const [namespace, element, value] of wrong)
      refuses(plan({ [namespace]: { [element]: value } }), 'element-type');
    const validity = { signed: NOW, validFrom: days(-1), validUntil: days(1) };
    refuses(() => planIssuerSigned(planOptions(device.publicKey, { validity })), 'validity');
  });

  it('takes elements of a document type that it does not know as they are', () => {
    const elements = { b: { z: 1, a: 'x' }, a: { y: true } };
    const plan = planIssuerSigned(planOptions(device.publicKey, { docType: 'com.example.card', elements }));
    assert.deepEqual(Object.keys(plan.items), ['b', 'a']);
  });
});

describe('finishIssuerSigned', () => {
  const device = makeDevice();
  let authority: TestAuthority;
  before(async () => {
    authority = await makeAuthority();
  });

  it('signs exactly the stored bytes, with the signature as DER or as r ‖ s', async () => {
    const plan = planIssuerSigned(planOptions(device.publicKey));
    const signature = await authority.dsSigner.sign(plan.toBeSigned('ES256'));
    const { nameSpaces, payload } = plan;
    const chain = [authority.dsCertificate];
    const finished = finishIssuerSigned({ nameSpaces, payload, signature, alg: 'ES256', certificateChain: chain });
    const parsed = parseIssuerSigned(finished);
    assert.equal(hex(parsed.message.payload!), hex(plan.payload));
    assert.equal(hex(parsed.mso.bytes), hex(plan.mso));
    const raw = parsed.message.signature;
    const again = finishIssuerSigned({ nameSpaces, payload, signature: raw, alg: 'ES256', certificateChain: chain });
    assert.equal(hex(again), hex(finished));
    const check = { key: authority.dsSigner.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    assert.ok(verify('sha256', plan.toBeSigned('ES256'), check, raw));
  });

  it('lets nothing out whose signature does not fit', async () => {
    const plan = planIssuerSigned(planOptions(device.publicKey));
    const signature = await authority.dsSigner.sign(plan.toBeSigned('ES256'));
    const finish = (changes: object) => () =>
      finishIssuerSigned({ ...plan, signature, alg: 'ES256', certificateChain: [authority.dsCertificate], ...changes });
    refuses(finish({ payload: Encoded.of({ other: 1 }).bytes }), 'signature-does-not-fit');
    refuses(finish({ alg: 'ES384' }), 'signature-does-not-fit');
    refuses(finish({ signature: new Uint8Array(10) }), 'signature-does-not-fit');
    refuses(finish({ certificateChain: [authority.root] }), 'signature-does-not-fit');
    refuses(finish({ certificateChain: [Uint8Array.of(0x30, 0)] }), 'certificate');
  });

  it('makes an mdoc that verifies, with P-256 and with P-384', async () => {
    for (const curve of ['P-256', 'P-384'] as const) {
      const { root, dsCertificate, dsSigner } = await makeAuthority(curve);
      const options = { ...planOptions(device.publicKey), signer: dsSigner, certificateChain: [dsCertificate] };
      const issuerSigned = await issueMdoc(options);
      const checks = {
        issuerSigned,
        trustAnchors: [root],
        now: NOW,
        deviceKey: device.publicKey,
        docType: MNC_DOCTYPE,
      };
      assert.equal(verifyIssuerSigned(checks).result, 'passed');
      assert.equal(lintIssuerSigned(issuerSigned, { docType: MNC_DOCTYPE, dsCertificate, now: NOW }).result, 'passed');
    }
    const rsa = softwareSigner(await generateSoftwareKey('RSA-2048'));
    const options = { ...planOptions(device.publicKey), signer: rsa, certificateChain: [authority.dsCertificate] };
    await assert.rejects(issueMdoc(options), { code: 'certificate' });
  });
});

describe('verifyIssuerSigned', () => {
  it('names what does not fit the phone that stores it', async () => {
    const device = makeDevice();
    const { root, dsCertificate, dsSigner } = await makeAuthority();
    const options = { ...planOptions(device.publicKey), signer: dsSigner, certificateChain: [dsCertificate] };
    const issuerSigned = await issueMdoc(options);
    const codeOf = (changes: object) => {
      const report = verifyIssuerSigned({ issuerSigned, trustAnchors: [root], now: NOW, ...changes });
      assert.equal(report.result, 'failed');
      return report.code;
    };
    assert.equal(codeOf({ deviceKey: makeDevice().publicKey }), 'device-key-mismatch');
    assert.equal(codeOf({ docType: 'org.iso.18013.5.1.mDL' }), 'doctype-mismatch');
    assert.equal(codeOf({ trustAnchors: [] }), 'no-trust-anchor');
    assert.equal(codeOf({ trustAnchors: [{ certificate: root, docTypes: ['com.example.card'] }] }), 'no-trust-anchor');
    assert.equal(codeOf({ now: days(30) }), 'expired');
    assert.equal(codeOf({ issuerSigned: issuerSigned.slice(0, -1) }), 'truncated');
    assert.equal(codeOf({ issuerRevocation: () => 'revoked' }), 'revoked');
    assert.equal(
      codeOf({ issuerRevocation: () => 'undetermined', revocationPolicy: 'hard' }),
      'revocation-undetermined',
    );
    assert.equal(codeOf({ revocationPolicy: 'hard' }), 'revocation-undetermined');
    const soft = { issuerSigned, trustAnchors: [root], now: NOW, issuerRevocation: () => 'undetermined' as const };
    assert.equal(verifyIssuerSigned(soft).result, 'passed');
  });
});

describe('lint', () => {
  const device = makeDevice();
  let authority: TestAuthority;
  before(async () => {
    authority = await makeAuthority();
  });
  const lint = (bytes: Uint8Array) =>
    lintIssuerSigned(bytes, { docType: MNC_DOCTYPE, dsCertificate: authority.dsCertificate, now: NOW });

  it('passes a plan before it is signed', () => {
    const plan = planIssuerSigned(planOptions(device.publicKey));
    const options = { docType: MNC_DOCTYPE, dsCertificate: authority.dsCertificate, now: NOW };
    const report = lintPlan(plan, options);
    assert.deepEqual(
      report.checks.filter(({ result }) => result !== 'passed'),
      [],
    );
    assert.deepEqual(
      report.checks.map(({ id }) => id),
      [...LINT_IDS],
    );
    assert.equal(lintPlan(plan, { ...options, docType: 'other' }).code, 'doctype');
  });

  /** An mdoc with its MSO, items and issuerAuth changed before and after signing. */
  async function mutant(changes: {
    mso?: (mso: CborMap) => void;
    payload?: (mso: CborMap) => Uint8Array;
    items?: (items: CborMap[]) => void;
    issuerAuth?: (issuerAuth: CborValue[]) => CborValue;
    chain?: CborValue;
  }): Promise<Uint8Array> {
    const plan = planIssuerSigned(planOptions(device.publicKey));
    const mso = decode(plan.mso) as CborMap;
    const nameSpaces = decode(plan.nameSpaces) as CborMap;
    if (changes.items) {
      const items = (nameSpaces.get(NS_ISO) as Encoded[]).map((item) => item.decode() as CborMap);
      changes.items(items);
      const encoded = items.map((item) => Encoded.of(item));
      nameSpaces.set(NS_ISO, encoded);
      const digest = (item: Encoded) => new Uint8Array(createHash('sha256').update(item.bytes).digest());
      const digests = new Map(encoded.map((item, i) => [items[i]!.get('digestID') as number, digest(item)]));
      (mso.get('valueDigests') as CborMap).set(NS_ISO, digests);
    }
    changes.mso?.(mso);
    const payload = changes.payload?.(mso) ?? Encoded.of(mso).bytes;
    const unprotectedHeaders = new Map([[33, changes.chain ?? authority.dsCertificate]]);
    const signed = (await sign1({ signer: authority.dsSigner, payload, unprotectedHeaders })) as CborValue[];
    const issuerAuth = changes.issuerAuth?.(signed) ?? signed;
    return encode(
      new Map<string, CborValue>([
        ['nameSpaces', nameSpaces],
        ['issuerAuth', issuerAuth],
      ]),
      { mapOrder: 'given' },
    );
  }
  const info = (mso: CborMap) => mso.get('validityInfo') as CborMap;

  it('passes the unchanged mdoc', async () => {
    assert.equal(lint(await mutant({})).result, 'passed');
  });

  const cases: [string, string, Parameters<typeof mutant>[0]][] = [
    ['a tagged COSE_Sign1', 'untagged', { issuerAuth: (auth) => new Tagged(18, auth) }],
    ['an altered signature', 'signature', { issuerAuth: (auth) => [...auth.slice(0, 3), new Uint8Array(64).fill(1)] }],
    [
      'an algorithm in the unprotected header',
      'algorithm',
      { issuerAuth: ([, , ...rest]) => [new Uint8Array(0), new Map([[1, -7]]), ...rest] },
    ],
    ['a payload without tag 24', 'payload-tag24', { payload: (mso) => encode(mso) }],
    ['a missing signed', 'mso', { mso: (mso) => void info(mso).delete('signed') }],
    ['an MSO of another version', 'mso', { mso: (mso) => void mso.set('version', '2.0') }],
    ['a date that is no tag 0', 'mso', { mso: (mso) => void info(mso).set('signed', '2026-11-23T03:00:00Z') }],
    [
      'a digestID of 2^31',
      'mso',
      {
        mso: (mso) =>
          void ((mso.get('valueDigests') as CborMap).get(NS_ISO) as CborMap).set(2 ** 31, new Uint8Array(32)),
      },
    ],
    [
      'fractions of a second',
      'tdate-form',
      { mso: (mso) => void info(mso).set('signed', new DateTime('2026-11-23T03:00:00.5Z')) },
    ],
    [
      'an offset instead of Z',
      'tdate-form',
      { mso: (mso) => void info(mso).set('signed', new DateTime('2026-11-23T03:00:00+00:00')) },
    ],
    ['an end in the past', 'validity', { mso: (mso) => void info(mso).set('validUntil', DateTime.from(NOW)) }],
    [
      'an end after that of the certificate',
      'validity',
      { mso: (mso) => void info(mso).set('validUntil', DateTime.from(days(500))) },
    ],
    ['another document type', 'doctype', { mso: (mso) => void mso.set('docType', 'org.iso.18013.5.1.mDL') }],
    [
      'digestIDs in the order of the elements',
      'digest-ids',
      { items: (items) => items.forEach((item, index) => void item.set('digestID', index)) },
    ],
    ['a digestID twice', 'digest-ids', { items: (items) => items.forEach((item) => void item.set('digestID', 3)) }],
    ['a short random', 'random', { items: ([item]) => void item!.set('random', new Uint8Array(16)) }],
    [
      'the same random twice',
      'random',
      { items: (items) => items.forEach((item) => void item.set('random', new Uint8Array(32))) },
    ],
    [
      'a digest that does not fit',
      'digests',
      { mso: (mso) => void ((mso.get('valueDigests') as CborMap).get(NS_ISO) as CborMap).set(0, new Uint8Array(32)) },
    ],
    ['an element of the wrong type', 'elements', { items: ([item]) => void item!.set('elementValue', 'female') }],
    ['an undefined element', 'elements', { items: ([item]) => void item!.set('elementIdentifier', 'given_name') }],
    ['an element twice', 'elements', { items: (items) => void items[2]!.set('elementIdentifier', 'age_over_18') }],
    ['elements out of order', 'elements', { items: (items) => void items.reverse() }],
    ['a chain of one in an array', 'x5chain', { chain: [] }],
  ];
  for (const [what, id, changes] of cases) {
    it(`names ${what}`, async () => {
      const chain = Array.isArray(changes.chain) ? [authority.dsCertificate] : changes.chain;
      const report = lint(await mutant({ ...changes, ...(chain ? { chain } : {}) }));
      assert.equal(report.result, 'failed');
      assert.equal(report.checks.find((check) => check.id === id)?.result, 'failed', JSON.stringify(report.code));
    });
  }

  it('names a root in the chain, a foreign certificate, and an encoding that is not deterministic', async () => {
    const failed = async (changes: Parameters<typeof mutant>[0]) =>
      lint(await mutant(changes))
        .checks.filter(({ result }) => result === 'failed')
        .map(({ id }) => id);
    assert.deepEqual(await failed({ chain: [authority.dsCertificate, authority.root] }), ['x5chain']);
    const other = await makeAuthority();
    assert.deepEqual(await failed({ chain: other.dsCertificate }), ['x5chain']);
    const given = (mso: CborMap) => {
      const reversed = new Map([...mso].reverse());
      return Encoded.wrap(encode(reversed, { mapOrder: 'given' })).bytes;
    };
    assert.deepEqual(await failed({ payload: given }), ['deterministic']);
    assert.equal(lint(Uint8Array.of(0xa0)).code, 'structure');
  });
});

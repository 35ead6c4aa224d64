import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CborMap, decode, Encoded, encode } from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import { CHECK_IDS, engagementToQr, MNC_DOCTYPE, NS_ISO, NS_JP, sessionTranscriptBytes } from '@tegata/mdoc';
import { certificateToPem } from '@tegata/x509';
import { b64u, checksThat, hex, makeVerifySamples, pem, run, type VerifySamples } from './samples-for-tests.ts';

let samples: VerifySamples;
let folder: string;
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const given = (...more: string[]) => [
  '--json',
  '--response',
  b64u(samples.response),
  '--transcript',
  b64u(samples.transcript),
  '--trust',
  b64u(samples.root),
  ...more,
];

before(async () => {
  samples = await makeVerifySamples();
  folder = mkdtempSync(join(tmpdir(), 'tegata-verify-'));
});
after(() => rmSync(folder, { recursive: true }));

describe('tegata verify --response', () => {
  it('answers in the public form: document type, every check by id and clause, the elements', async () => {
    const { code, result, err } = await run(given());
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(Object.keys(result), ['valid', 'documents']);
    assert.equal(result.valid, true);
    const [document] = result.documents;
    assert.deepEqual(Object.keys(document ?? {}), ['docType', 'valid', 'checks', 'elements']);
    assert.deepEqual([document?.docType, document?.valid], [MNC_DOCTYPE, true]);
    assert.deepEqual(document?.elements, { [NS_ISO]: { age_over_20: true } });
    assert.deepEqual(new Set(document?.checks.map(({ id }) => id)), new Set(CHECK_IDS));
    for (const check of document?.checks ?? []) assert.match(check.clause ?? '', /^ISO\/IEC 18013-5 /);
    const auth = document?.checks.find(({ id }) => id === 'device-auth');
    assert.deepEqual(auth, { id: 'device-auth', clause: 'ISO/IEC 18013-5 §9.1.3', result: 'passed' });
  });

  it('writes byte strings as base64url, dates as their text', async () => {
    const response = await samples.respond(samples.transcript, {
      [NS_JP]: ['full_name_unicode', 'portrait'],
      [NS_ISO]: ['sex', 'birth_date'],
    });
    const args = given();
    args[2] = b64u(response);
    const { elements } = (await run(args)).result.documents[0] ?? {};
    assert.deepEqual(elements, {
      [NS_JP]: { full_name_unicode: '見本　花子', portrait: '_0__UQ' },
      [NS_ISO]: { sex: 2, birth_date: '2000-03-31' },
    });
  });

  it('takes files with raw bytes, hexadecimal, base64 and base64url, PEM, and standard input', async () => {
    const bytes = Buffer.from(samples.response);
    const forms = [
      bytes,
      bytes.toString('hex'),
      `${bytes.toString('hex').toUpperCase().replaceAll(/../g, '$& ')}\n`,
      bytes.toString('base64'),
      `${bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n')}\n`,
      `\uFEFF${bytes.toString('base64url')}\n`,
    ];
    const rest = ['--transcript', file('transcript', samples.transcript), '--trust', file('root.pem', samples.rootPem)];
    for (const [index, form] of forms.entries()) {
      const { code } = await run(['--response', file(`response-${index}`, form), ...rest]);
      assert.equal(code, 0, `form ${index}`);
      const stdin = new Uint8Array(Buffer.from(form));
      assert.equal((await run(['--response', '-', ...rest], { stdin })).code, 0, `form ${index} on standard input`);
    }
    for (const form of [`b64:${bytes.toString('base64')}`, hex(samples.response), b64u(samples.response)]) {
      assert.equal((await run(['--response', form, ...rest])).code, 0, form.slice(0, 5));
    }
    const args = ['--response', '-', '--transcript', '-', '--trust', file('r', samples.root)];
    const twice = await run(args, { stdin: samples.transcript });
    assert.equal(twice.code, 2);
    assert.match(twice.err, /^usage: --response: standard input is taken/);
  });

  it('takes the transcript bare and in tag 24, and nothing else for one', async () => {
    const args = given();
    args[4] = b64u(sessionTranscriptBytes(samples.transcript));
    assert.equal((await run(args)).code, 0);
    for (const wrong of [encode([null, null]), encode('x'), Uint8Array.of(0x83), encode(Encoded.of(1))]) {
      args[4] = hex(wrong);
      const { code, result } = await run(args);
      assert.deepEqual([code, result.error?.code, result.documents], [2, 'transcript-unusable', []]);
    }
    args[4] = 'hex:83f6f6ff';
    assert.equal((await run(args)).result.error?.offset, 3, 'the offset says where it is broken');
  });

  it('never shows an element of a document with a failed check', async () => {
    const { code, result, out } = await run(given('--at', '2027-11-24T00:00:00Z'));
    assert.equal(code, 1);
    assert.deepEqual([result.valid, result.documents[0]?.valid, result.documents[0]?.elements], [false, false, {}]);
    assert.ok(checksThat('failed', result).includes('validity: expired'));
    assert.doesNotMatch(out, /age_over_20/);
  });

  it('holds the answer against what was asked for, where that is said', async () => {
    const open = (await run(given())).result;
    const notAsked = checksThat('not_performed', open);
    for (const id of ['requested-doctype', 'unrequested', 'missing-element']) {
      assert.ok(notAsked.includes(`${id}: no-expectation`), id);
    }
    const typed = (await run(given('--doctype', MNC_DOCTYPE))).result;
    assert.ok(checksThat('passed', typed).includes('requested-doctype'));
    assert.ok(checksThat('not_performed', typed).includes('unrequested: no-expectation'));
    const other = await run(given('--doctype', 'org.iso.18013.5.1.mDL'));
    assert.equal(other.code, 1);
    assert.deepEqual(checksThat('failed', other.result), ['requested-doctype: doctype-unrequested']);

    const asked = { [NS_ISO]: { age_over_20: false } };
    const forms = [
      { docType: MNC_DOCTYPE, nameSpaces: asked },
      [{ docType: MNC_DOCTYPE, nameSpaces: asked }],
      asked,
      { [NS_ISO]: ['age_over_20'] },
      { [MNC_DOCTYPE]: asked },
      { [MNC_DOCTYPE]: { [NS_ISO]: ['age_over_20'] } },
    ];
    for (const form of forms) {
      const { code, result } = await run(given('--requested', JSON.stringify(form)));
      assert.equal(code, 0, JSON.stringify(form));
      const passed = checksThat('passed', result);
      assert.ok(passed.includes('unrequested') && passed.includes('missing-element'), JSON.stringify(form));
    }
    const more = await run(given('--requested', JSON.stringify({ [NS_ISO]: ['sex'] }), '--doctype', MNC_DOCTYPE));
    assert.equal(more.code, 1);
    assert.deepEqual(checksThat('failed', more.result), ['unrequested: element-unrequested']);
    assert.deepEqual(checksThat('warning', more.result), ['missing-element: element-missing']);
  });

  it('reports a broken response by its check and the offset, without a document', async () => {
    const args = given();
    args[2] = b64u(samples.response.slice(0, -1));
    const { code, result } = await run(args);
    assert.equal(code, 1);
    assert.deepEqual([result.valid, result.documents, result.error?.code], [false, [], 'cbor-structure']);
    const offset = result.error?.offset ?? -1;
    assert.ok(offset >= 0 && offset < samples.response.length, 'the offset is inside the response');
    assert.deepEqual(checksThat('failed', result), ['cbor-structure: truncated']);
  });

  it('calls nothing presented by its name', async () => {
    const args = given();
    args[2] = b64u(encode({ version: '1.0', status: 0 }));
    const { code, result } = await run(args);
    assert.deepEqual([code, result.documents, result.error?.code], [1, [], 'requested-doctype']);
    assert.match(result.error?.message ?? '', /^no-documents: /);
  });

  it('carries the checks of the response in each document', async () => {
    const response = decode(samples.response) as CborMap;
    response.set('status', 10);
    const args = given();
    args[2] = b64u(encode(response));
    const { result } = await run(args);
    assert.deepEqual(checksThat('failed', result), ['status: status-10']);
    assert.deepEqual(result.documents[0]?.elements, {});
  });

  it('trusts only what it is told to: no list is no verification, nor is another root of the same name', async () => {
    const other = await makeVerifySamples();
    const args = given();
    args[6] = b64u(other.root);
    const { code, result } = await run(args);
    assert.deepEqual([code, checksThat('failed', result)], [1, ['issuer-chain: signature']]);
    const none = await run(given().slice(0, 5));
    assert.deepEqual([none.code, none.result.error?.code], [2, 'usage']);
    const both = await run([...args, '--trust', file('both.pem', samples.rootPem + certificateToPem(other.root))]);
    assert.equal(both.code, 0, 'several lists add up');
  });

  it('accepts a pinned document signer, and says that no path was built', async () => {
    const args = ['--json', '--response', b64u(samples.response), '--transcript', b64u(samples.transcript)];
    for (const option of ['--trust-signer', '--trust']) {
      const { code, result } = await run([...args, option, b64u(samples.ds)]);
      assert.equal(code, 0, option);
      assert.deepEqual(checksThat('warning', result), ['issuer-chain: pinned'], option);
    }
    const root = await run([...args, '--trust-signer', b64u(samples.root)]);
    assert.deepEqual(checksThat('failed', root.result), ['issuer-chain: no-trust-anchor'], 'a root is no signer');
  });

  it('refuses without its transcript: a copied answer proves nothing', async () => {
    const { code, result } = await run([...given().slice(0, 3), '--trust', b64u(samples.root)]);
    assert.deepEqual([code, result.error?.code], [2, 'usage']);
    assert.match(result.error?.message ?? '', /--transcript/);
  });
});

describe('tegata verify --revocation', () => {
  const chain = async (...more: string[]) => {
    const { code, result } = await run(given(...more));
    const checks = result.documents[0]?.checks.filter(({ id }) => id === 'issuer-chain') ?? [];
    return [code, ...checks.map((check) => [check.result, check.code].filter(Boolean).join(' '))];
  };
  it('says not performed without data, and fails for it where it is hard', async () => {
    assert.deepEqual(await chain(), [0, 'passed', 'not_performed revocation-no-data']);
    assert.deepEqual(await chain('--revocation', 'soft'), [0, 'passed', 'not_performed revocation-no-data']);
    assert.deepEqual(await chain('--revocation', 'off'), [0, 'passed', 'not_performed revocation-off']);
    assert.deepEqual(await chain('--revocation', 'hard'), [1, 'failed revocation-undetermined', 'passed']);
  });
  it('reads a CRL in DER and PEM: good, revoked', async () => {
    const good = await samples.crl(false);
    const text = `-----BEGIN X509 CRL-----\n${Buffer.from(good).toString('base64')}\n-----END X509 CRL-----\n`;
    assert.deepEqual(await chain('--crl', b64u(good), '--revocation', 'hard'), [0, 'passed']);
    assert.deepEqual(await chain('--crl', file('crl.pem', text), '--revocation', 'hard'), [0, 'passed']);
    const revoked = b64u(await samples.crl(true));
    assert.deepEqual(await chain('--crl', revoked), [1, 'failed revoked', 'passed']);
    assert.deepEqual(await chain('--crl', revoked, '--crl', b64u(good)), [1, 'failed revoked', 'passed']);
    const { result } = await run(given('--crl', revoked));
    assert.match(result.documents[0]?.checks.find(({ id }) => id === 'issuer-chain')?.detail ?? '', /keyCompromise/);
    assert.deepEqual(await chain('--crl', revoked, '--revocation', 'off'), [
      0,
      'passed',
      'not_performed revocation-off',
    ]);
  });
  it('is undetermined for a CRL that is old, or no CRL at all: a warning, or a failure where it is hard', async () => {
    const old = b64u(await samples.crl(false, new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')));
    for (const crl of [old, b64u(samples.root), 'hex:00', 'hex:']) {
      assert.deepEqual(await chain('--crl', crl), [0, 'warning revocation-undetermined', 'passed'], crl.slice(0, 20));
      assert.deepEqual(await chain('--crl', crl, '--revocation', 'hard'), [
        1,
        'failed revocation-undetermined',
        'passed',
      ]);
    }
    const { result } = await run(given('--crl', old));
    assert.match(result.documents[0]?.checks.find(({ id }) => id === 'issuer-chain')?.detail ?? '', /CRL \(expired\)/);
  });
});

describe('tegata verify --issued', () => {
  const issued = (...more: string[]) => [
    '--json',
    '--issued',
    b64u(samples.issuerSigned),
    '--trust',
    b64u(samples.root),
    ...more,
  ];
  it('verifies a stored mdoc, its elements included, and lists the checks of a presentation as not performed', async () => {
    const { code, result } = await run(issued('--doctype', MNC_DOCTYPE));
    assert.equal(code, 0);
    const [document] = result.documents;
    assert.equal(document?.docType, MNC_DOCTYPE);
    assert.equal(document?.elements[NS_JP]?.['individual_number_unicode'], '123456789018');
    assert.deepEqual(new Set(document?.checks.map(({ id }) => id)), new Set(CHECK_IDS));
    for (const check of document?.checks ?? []) assert.match(check.clause ?? '', /^ISO\/IEC 18013-5 /, check.id);
    assert.ok(checksThat('not_performed', result).includes('device-auth: not-presented'));
  });
  it('compares the device key in any form of public key', async () => {
    const key = samples.deviceSigner.publicKey;
    const cose = encode(encodeCoseKey(key));
    const jwk = JSON.stringify(key.export({ format: 'jwk' }));
    const forms = [file('key.pem', pem(key)), file('key.json', jwk), hex(cose), hex(Encoded.wrap(cose).bytes)];
    forms.push(b64u(key.export({ format: 'der', type: 'spki' })));
    for (const form of forms) assert.equal((await run(issued('--device-key', form))).code, 0, form);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { code, result } = await run(issued('--device-key', b64u(publicKey.export({ format: 'der', type: 'spki' }))));
    assert.deepEqual([code, checksThat('failed', result)], [1, ['device-key: device-key-mismatch']]);
  });
  it('fails for another document type, another root, and a changed byte', async () => {
    const other = await run(issued('--doctype', 'org.iso.18013.5.1.mDL'));
    assert.deepEqual([other.code, checksThat('failed', other.result)], [1, ['doctype: doctype-mismatch']]);
    const changed = samples.issuerSigned.slice();
    const at = Buffer.from(changed).indexOf('123456789018');
    changed[at] = 0x32;
    const args = issued();
    args[2] = b64u(changed);
    const { code, result } = await run(args);
    assert.deepEqual([code, checksThat('failed', result)], [1, ['digest: digest-mismatch']]);
    assert.deepEqual(result.documents[0]?.elements, {});
  });
  it('takes no options of a presentation, and none of its own with a response', async () => {
    for (const args of [
      issued('--transcript', 'hex:83f6f6f6'),
      issued('--nonce', 'n'),
      given('--device-key', 'hex:00'),
    ]) {
      const { code, result } = await run(args);
      assert.deepEqual([code, result.error?.code], [2, 'usage']);
    }
    assert.equal((await run(given('--issued', b64u(samples.issuerSigned)))).code, 2);
  });
});

describe('tegata verify for people', () => {
  it('prints one line for each check with mark, id, code and clause, then the verdict', async () => {
    const { code, out } = await run(given().slice(1));
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines[0], MNC_DOCTYPE);
    assert.equal(lines.at(-1), 'VALID');
    assert.match(out, /^ {2}✓ device-auth +\[ISO\/IEC 18013-5 §9\.1\.3\]$/m);
    assert.match(out, /^ {2}– status-list +no-status +\[ISO\/IEC 18013-5 2nd ed\. §12\.3\.6\] {2}The document/m);
    assert.match(out, /^ {4}age_over_20: true$/m);
    const bad = await run([...given().slice(1), '--at', '2027-11-24T00:00:00Z']);
    assert.match(bad.out, /^ {2}✗ validity +expired /m);
    assert.match(bad.out, /\nNOT VALID: validity \(expired\)\n$/);
  });
  it('does not put a My Number on the screen', async () => {
    const { code, out } = await run(['--issued', b64u(samples.issuerSigned), '--trust', b64u(samples.root)]);
    assert.equal(code, 0);
    assert.doesNotMatch(out, /123456789018/);
    assert.match(out, /individual_number_unicode: \*{12}/);
  });
});

describe('the arguments of tegata verify', () => {
  it('that cannot be used end with 2 and say why, in JSON too where that is asked for', async () => {
    const cases: [string[], string][] = [
      [[], 'usage'],
      [['--nonsense'], 'usage'],
      [['positional'], 'usage'],
      [['--response'], 'usage'],
      [given('--at', 'yesterday'), 'usage'],
      [given('--at', '2026-02-30T00:00:00Z'), 'usage'],
      [given('--revocation', 'maybe'), 'usage'],
      [given('--doctype', 'a', '--doctype', 'b'), 'usage'],
      [given('--requested', '{'), 'requested-unreadable'],
      [given('--requested', '[]'), 'requested-unreadable'],
      [given('--requested', '{"a":1}'), 'requested-unreadable'],
      [given('--requested', `{"docType":"x","nameSpaces":{}}`, '--doctype', 'y'), 'usage'],
      [given('--reader-key', 'hex:00'), 'key-unreadable'],
      [given('--trust', 'hex:00'), 'certificate-unreadable'],
      [given('--trust', file('empty.pem', '-----BEGIN NOTHING-----')), 'certificate-unreadable'],
      [
        [
          '--json',
          '--response',
          join(folder, 'missing'),
          '--transcript',
          'hex:83f6f6f6',
          '--trust',
          b64u(samples.root),
        ],
        'file-unreadable',
      ],
      [
        ['--json', '--response', folder, '--transcript', 'hex:83f6f6f6', '--trust', b64u(samples.root)],
        'file-unreadable',
      ],
      [['--json', '--response', 'hex:0', '--transcript', 'hex:83f6f6f6', '--trust', b64u(samples.root)], 'input-form'],
      [
        ['--json', '--response', 'b64u:a+b/', '--transcript', 'hex:83f6f6f6', '--trust', b64u(samples.root)],
        'input-form',
      ],
    ];
    for (const [args, code] of cases) {
      const ran = await run(args);
      assert.equal(ran.code, 2, args.join(' ').slice(0, 80));
      assert.ok(ran.err.startsWith(`${code}: `), ran.err.slice(0, 80));
      assert.doesNotMatch(ran.err + ran.out, /\n\s+at /);
      if (args.includes('--json')) assert.equal(ran.result.error?.code, code);
    }
  });
  it('is refused above 16 MiB', async () => {
    const args = given();
    args[2] = file('large', new Uint8Array(16 * 1024 * 1024 + 1));
    const { code, result } = await run(args);
    assert.deepEqual([code, result.error?.code], [2, 'input-too-large']);
  });
  it('may have values that begin with a dash', async () => {
    const { err } = await run(['--nonce', '-abc', '--json']);
    assert.doesNotMatch(err, /ambiguous/);
  });
  it('are explained by --help', async () => {
    const { code, out } = await run(['--help']);
    assert.equal(code, 0);
    for (const id of ['--trust', '--batch', '--revocation', '--transcript-type']) assert.ok(out.includes(id), id);
  });
  it('read private keys in PEM, JWK, COSE_Key, DER and as bare scalar', async () => {
    const { privateKey } = samples.reader;
    const jwk = privateKey.export({ format: 'jwk' });
    const d = Buffer.from(jwk.d ?? '', 'base64url');
    const cose = encode(new Map([...encodeCoseKey(samples.reader.publicKey), [-4, new Uint8Array(d)]]));
    const forms = [
      file('reader.pem', pem(privateKey)),
      file('reader.json', JSON.stringify(jwk)),
      hex(cose),
      hex(d),
      b64u(privateKey.export({ format: 'der', type: 'pkcs8' })),
      b64u(privateKey.export({ format: 'der', type: 'sec1' })),
    ];
    const qr = engagementToQr(samples.engagement);
    for (const form of forms) {
      const args = ['--response', b64u(samples.response), '--trust', b64u(samples.root)];
      assert.equal((await run([...args, '--engagement', qr, '--reader-key', form])).code, 0, form);
    }
  });
});

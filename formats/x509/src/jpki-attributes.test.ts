import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import { seededRandom } from '@tegata/random';
import { buildJpkiSign } from '@tegata/x509-build';
import { at, holder, makeChains } from './chains-for-tests.ts';
import { compareAttributes, jpkiAttributes, oid, parseCertificate, X509Error, type X509ErrorCode } from './index.ts';
import { changing, resign } from './resign-for-tests.ts';

const { sign, signCa, auth } = await makeChains();
const arc = '2.999.8.5.5';

/** The signature certificate with other otherNames. */
async function withNames(...names: [id: string, value: Uint8Array][]) {
  const list = names.map(([id, value]) => der.explicit(0, der.oid(id), der.explicit(0, value)));
  return parseCertificate(
    await resign(sign.der, sign.by, { extensions: changing(oid.subjectAltName, { value: der.sequence(...list) }) }),
  );
}

const sound: Record<string, string> = {
  1: '試験　太郎',
  4: '319800217',
  3: '1',
  5: '東京都',
  2: '00000',
  6: '000',
};
const names = (change: Record<string, string> = {}): [string, Uint8Array][] =>
  Object.entries({ ...sound, ...change }).map(([number, text]) => [`${arc}.${number}`, der.utf8(text)]);

const refuses = (code: X509ErrorCode, id: string, action: () => unknown) =>
  assert.throws(action, (error) => error instanceof X509Error && error.code === code && error.context.oid === id);

describe('the attributes of a signature certificate', () => {
  it('are read from the six otherNames', () => {
    assert.deepEqual(jpkiAttributes(parseCertificate(sign.der)), {
      name: holder.name,
      birthDate: '319800217',
      sex: '1',
      address: holder.address,
      nameSubstitutes: '00000',
      addressSubstitutes: '0'.repeat(16),
    });
  });
  it('are found in whatever order they stand, among unknown otherNames', async () => {
    const certificate = await withNames(...names().reverse(), [`${arc}.7`, der.utf8('シケン　タロウ')]);
    assert.equal(jpkiAttributes(certificate).name, sound[1]);
  });
  it('are read from JPKI’s own arc when told so', async () => {
    const certificate = await buildJpkiSign({
      issuer: { certificate: signCa.der, signer: signCa.key },
      publicKey: sign.key.publicKey,
      holder,
      random: seededRandom('jpki-attributes.test'),
      at,
      oids: 'jpki-test',
    });
    const read = parseCertificate(certificate);
    assert.equal(jpkiAttributes(read, { arc: '1.2.392.200149.8.5' }).name, holder.name);
    refuses('attributes-missing', `${arc}.1`, () => jpkiAttributes(read));
  });
  it('are missing from a user-authentication certificate', () =>
    refuses('attributes-missing', `${arc}.1`, () => jpkiAttributes(parseCertificate(auth.der))));
  it('are refused when one is missing', async () => {
    const certificate = await withNames(...names().filter(([id]) => id !== `${arc}.5`));
    refuses('attributes-missing', `${arc}.5`, () => jpkiAttributes(certificate));
  });
  it('are refused when one stands twice', async () => {
    const certificate = await withNames(...names(), [`${arc}.1`, der.utf8('別人')]);
    refuses('attributes-malformed', `${arc}.1`, () => jpkiAttributes(certificate));
  });
  it('are refused when one is not a UTF8String', async () => {
    const certificate = await withNames(...names().filter(([id]) => id !== `${arc}.3`), [
      `${arc}.3`,
      der.printable('1'),
    ]);
    refuses('attributes-malformed', `${arc}.3`, () => jpkiAttributes(certificate));
  });
  for (const [title, number, text] of [
    ['the birth date has no era digit', 4, '19800217'],
    ['the sex is not a known code', 3, '5'],
    ['a flag of the name is missing', 2, '0000'],
    ['a flag of the address is neither 0 nor 1', 6, '002'],
  ] as const) {
    it(`are refused when ${title}`, async () => {
      const certificate = await withNames(...names({ [number]: text }));
      refuses('attributes-malformed', `${arc}.${number}`, () => jpkiAttributes(certificate));
    });
  }
  it('count characters outside the basic plane as one', async () => {
    const certificate = await withNames(...names({ 1: '𠮷田　花子', 2: '10000' }));
    assert.equal(jpkiAttributes(certificate).nameSubstitutes, '10000');
  });
});

describe('certificate and card', () => {
  const certificate = {
    name: '試験　太郎',
    birthDate: '319800217',
    sex: '1',
    address: '東京都１－１',
    nameSubstitutes: '00000',
    addressSubstitutes: '000000',
  };
  const card = { name: '試験　太郎', birthDate: '19800217', sex: '1', address: '東京都１－１' };
  const codes = (ours: Partial<typeof certificate>, theirs: Partial<typeof card> = {}) =>
    compareAttributes({ ...certificate, ...ours }, { ...card, ...theirs })
      .checks.filter(({ result }) => result === 'failed')
      .map(({ code }) => code);

  it('agree when all four attributes do', () => assert.deepEqual(codes({}), []));
  it('differ in the name by one character', () => assert.deepEqual(codes({}, { name: '試験　太朗' }), ['name']));
  it('differ in the name by a character more', () => assert.deepEqual(codes({}, { name: '試験　太郎子' }), ['name']));
  it('differ by a variant that only a normal form makes equal', () =>
    assert.deepEqual(codes({ name: '\u795e', nameSubstitutes: '0' }, { name: '\ufa19' }), ['name']));
  it('agree where the certificate has a substitute character', () =>
    assert.deepEqual(codes({ name: '〓験　太郎', nameSubstitutes: '10000' }), []));
  it('differ beside a substitute character', () =>
    assert.deepEqual(codes({ name: '〓險　太郎', nameSubstitutes: '10000' }), ['name']));
  it('agree whatever the hyphen is: U+2212, U+FF0D or U+002D', () => {
    for (const hyphen of ['\u2212', '\uff0d', '-']) assert.deepEqual(codes({ address: `東京都１${hyphen}１` }), []);
    assert.deepEqual(codes({ address: '東京都１ー１' }), ['address']);
  });
  it('differ in the birth date by its last eight digits', () => {
    assert.deepEqual(codes({ birthDate: '019800217' }), []);
    assert.deepEqual(codes({ birthDate: '319800218' }), ['birth-date']);
  });
  it('agree in the sex by its meaning', () => {
    for (const ours of ['0', '3', '9']) {
      for (const theirs of ['0', '9']) assert.deepEqual(codes({ sex: ours }, { sex: theirs }), []);
      assert.deepEqual(codes({ sex: ours }), ['sex']);
    }
    assert.deepEqual(codes({ sex: '2' }), ['sex']);
    assert.deepEqual(codes({}, { sex: '' }), ['sex']);
  });
  it('are compared without a value in the report', () => {
    const report = compareAttributes(certificate, { name: 'x', birthDate: 'y', sex: '9', address: 'z' });
    assert.deepEqual(
      report.checks.map(({ result }) => result),
      ['failed', 'failed', 'failed', 'failed'],
    );
    assert.doesNotMatch(JSON.stringify(report), /試験|東京|1980/);
  });
});

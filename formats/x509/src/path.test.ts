import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { DerReader, der, tag } from '@tegata/der';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { at, holder, makeChains } from './chains-for-tests.ts';
import {
  isSelfIssued,
  isSelfSigned,
  oid,
  type PathInput,
  parseCertificate,
  signatureFits,
  verifyPath,
  X509Error,
} from './index.ts';
import { type Alteration, algorithmDer, changing, resign, without } from './resign-for-tests.ts';

const chains = await makeChains();
const random = seededRandom('path.test');
const otherRsa = softwareSigner(await generateSoftwareKey('RSA-2048'));
const otherP256 = softwareSigner(await generateSoftwareKey('P-256'));

/** The codes of all failed checks. */
function failures(input: PathInput): (string | undefined)[] {
  return verifyPath(input)
    .checks.filter(({ result }) => result === 'failed')
    .map(({ code }) => code);
}

/** What is left of a path after one change to its leaf. */
async function afterChange(profile: 'jpki-sign' | 'ds', change: Alteration) {
  const [leaf, anchor] = profile === 'ds' ? [chains.ds, chains.iaca] : [chains.sign, chains.signCa];
  const changed = await resign(leaf.der, leaf.by, change);
  return failures({ leaf: changed, anchors: [anchor.der], at, profile });
}

const ku = (...bits: number[]) => changing(oid.keyUsage, { value: der.namedBits(bits) });
const bc = (...members: Uint8Array[]) => changing(oid.basicConstraints, { value: der.sequence(...members) });
const name = (...parts: [string, string][]) =>
  der.sequence(...parts.map(([type, text]) => der.setOf(der.sequence(der.oid(type), der.utf8(text)))));
describe('a certificate', () => {
  it('with an octet after its end fails by der', () => {
    const leaf = new Uint8Array([...chains.sign.der, 0]);
    assert.deepEqual(failures({ leaf, anchors: [chains.signCa.der], at, profile: 'jpki-sign' }), ['der']);
  });
  it('that signed itself is no end entity, whoever trusts it', async () => {
    const { sign } = chains;
    const leaf = await resign(sign.der, sign.key, { issuer: parseCertificate(sign.der).subject.raw });
    const anchors = [chains.signCa.der, leaf];
    assert.deepEqual(failures({ leaf, anchors, at, profile: 'jpki-sign' }), ['self-signed']);
  });
});

describe('trust', () => {
  const base = { at, profile: 'jpki-sign' as const };

  it('comes from the caller’s list alone', () => {
    const input = { leaf: chains.sign.der, intermediates: [chains.signCa.der], anchors: [], ...base };
    assert.deepEqual(failures(input), ['no-path-to-anchor']);
  });
  it('in a root is a match of all its octets', async () => {
    const twin = await resign(chains.signCa.der, chains.signCa.key, { serial: Uint8Array.of(1) });
    assert.deepEqual(failures({ leaf: twin, anchors: [chains.signCa.der], at, profile: 'jpki-ca' }), [
      'no-path-to-anchor',
    ]);
  });
  it('in a root does not replace its own signature', async () => {
    const forged = await resign(chains.signCa.der, otherRsa, {});
    assert.deepEqual(failures({ leaf: forged, anchors: [forged], at, profile: 'jpki-ca' }), ['signature']);
  });
  it('among generations of one name is decided by the signature', async () => {
    const generations = [otherRsa, chains.signCa.key].map((signer) =>
      buildJpkiCa({ ca: 'sign', signer, random, notBefore: at }),
    );
    const [older, newer] = (await Promise.all(generations)) as [Uint8Array, Uint8Array];
    const path = verifyPath({ leaf: chains.sign.der, anchors: [older, newer], ...base });
    assert.equal(path.result, 'passed');
    assert.deepEqual(path.anchor?.raw, newer);
    assert.deepEqual(failures({ leaf: chains.sign.der, anchors: [older], ...base }), ['signature']);
  });
  it('does not outlast the root', () => {
    const later = parseCertificate(chains.iaca.der).notAfter;
    const codes = failures({
      leaf: chains.ds.der,
      anchors: [chains.iaca.der],
      at: new Date(later.getTime() + 1000),
      profile: 'ds',
    });
    assert.deepEqual(codes, ['validity', 'validity']);
  });
  it('in a root that breaks its own profile is refused under the name of the anchor’s check', async () => {
    const root = await resign(chains.iaca.der, chains.iaca.key, { extensions: without(oid.issuerAltName) });
    const path = verifyPath({ leaf: chains.ds.der, anchors: [root], at, profile: 'ds' });
    assert.equal(path.code, 'ian-missing');
    assert.equal(path.checks.find(({ result }) => result === 'failed')?.id, 'anchor.issuer-alt-name');
  });
  it('in a foreign root may be pinned with its deviations, which are then warnings', async () => {
    const root = await resign(chains.iaca.der, chains.iaca.key, { extensions: without(oid.issuerAltName) });
    const path = verifyPath({ leaf: chains.ds.der, anchors: [root], at, profile: 'ds', mode: 'interop' });
    assert.equal(path.result, 'passed');
    assert.deepEqual(
      path.checks.flatMap(({ result, code }) => (result === 'warning' ? [code] : [])),
      ['ian-missing'],
    );
  });
  it('in a foreign root does not loosen the rules for document signers', async () => {
    const leaf = await resign(chains.ds.der, chains.iaca.key, { extensions: without(oid.issuerAltName) });
    assert.deepEqual(failures({ leaf, anchors: [chains.iaca.der], at, profile: 'ds', mode: 'interop' }), [
      'ian-missing',
    ]);
  });
  it('in a foreign root forgives all that real roots get wrong, and nothing that makes it no root', async () => {
    const deviations: readonly [string, Alteration, string[]][] = [
      ['no path length', { extensions: bc(der.boolean(true)) }, ['pathlen']],
      ['keyUsage not critical', { extensions: changing(oid.keyUsage, { critical: false }) }, ['ku-noncrit']],
      ['CA not critical', { extensions: changing(oid.basicConstraints, { critical: false }) }, ['bc-noncrit']],
      ['one bit more', { extensions: ku(0, 5, 6) }, ['ku-bits']],
      ['TRUE as 01', { extensions: bc(der.element(tag.boolean, Uint8Array.of(1)), der.integer(0)) }, ['der']],
    ];
    const { iaca, ds } = chains;
    for (const [title, change, codes] of deviations) {
      const root = await resign(iaca.der, iaca.key, change);
      for (const input of [
        { leaf: ds.der, anchors: [root], at, profile: 'ds' as const },
        { leaf: root, anchors: [root], at, profile: 'iaca' as const },
      ]) {
        const path = verifyPath({ ...input, mode: 'interop' });
        const warnings = path.checks.flatMap(({ result, code }) => (result === 'warning' ? [code] : []));
        assert.deepEqual([path.result, warnings], ['passed', codes], title);
        if (title !== 'TRUE as 01') assert.deepEqual(failures(input), codes, title);
        else assert.throws(() => verifyPath(input), X509Error);
      }
    }
    const fatal: readonly [Alteration, string][] = [
      [{ extensions: bc() }, 'issuer-not-a-ca'],
      [{ extensions: without(oid.basicConstraints) }, 'issuer-not-a-ca'],
      [{ extensions: ku(0) }, 'issuer-not-a-ca'],
      [{ extensions: ku(5) }, 'ku-bits'],
      [{ notBefore: der.time(new Date(at.getTime() + 1000)) }, 'validity'],
      [{ extensions: (list) => [...list, { oid: '2.999.1', critical: true, value: der.null() }] }, 'unknown-critical'],
      [{ signature: (sound) => sound.with(40, (sound[40] as number) ^ 1) }, 'signature'],
    ];
    for (const [change, code] of fatal) {
      const root = await resign(iaca.der, iaca.key, change);
      const input = { leaf: ds.der, anchors: [root], at, profile: 'ds', mode: 'interop' } as const;
      assert.equal(verifyPath(input).code, code);
    }
  });
  it('of two roots with one name and one key goes to the one that is valid', async () => {
    const { iaca, ds } = chains;
    const ended = await resign(iaca.der, iaca.key, { notAfter: der.time(new Date(at.getTime() - 1000)) });
    const path = verifyPath({ leaf: ds.der, anchors: [ended, iaca.der], at, profile: 'ds' });
    assert.deepEqual([path.code, path.anchor?.raw], [undefined, iaca.der]);
  });
  it('follows names by RFC 5280 in JPKI, and octet for octet under Annex B', async () => {
    const respelt = (given: Uint8Array) => {
      const parts = parseCertificate(given).issuer.rdns.map(([part]) => {
        const { type, value } = part as { type: string; value: string };
        return der.setOf(der.sequence(der.oid(type), der.utf8(value.toUpperCase().replaceAll(' ', '  '))));
      });
      return der.sequence(...parts);
    };
    assert.deepEqual(await afterChange('jpki-sign', { issuer: respelt(chains.sign.der) }), []);
    assert.deepEqual(await afterChange('ds', { issuer: respelt(chains.ds.der) }), ['issuer-name']);
  });
  it('accepts the policies of another arc only when told so', async () => {
    const leaf = await buildJpkiSign({
      issuer: { certificate: chains.signCa.der, signer: chains.signCa.key },
      publicKey: chains.sign.key.publicKey,
      holder,
      random,
      at,
      oids: 'jpki-test',
    });
    assert.deepEqual(failures({ leaf, anchors: [chains.signCa.der], ...base }), ['policy']);
    const told = ['1.2.392.200149.8.5.1.0.20'];
    assert.deepEqual(failures({ leaf, anchors: [chains.signCa.der], ...base, policies: told }), []);
  });
});

describe('a path with certificates in between', () => {
  const { root, attester } = chains;
  const rootName = parseCertificate(root.der).subject.raw;
  const middleName = name([oid.commonName, 'middle']);
  const spki = otherP256.publicKey.export({ type: 'spki', format: 'der' });
  const openRoot = (pathLength?: number) =>
    resign(root.der, root.key, {
      extensions: bc(der.boolean(true), ...(pathLength === undefined ? [] : [der.integer(pathLength)])),
    });
  const middle = (change: Alteration = {}) =>
    resign(root.der, root.key, { issuer: rootName, subject: middleName, spki, serial: Uint8Array.of(7), ...change });
  const leaf = () => resign(attester.der, otherP256, { issuer: middleName });
  const ask = async (anchor: Uint8Array, between: Uint8Array[]) =>
    failures({ leaf: await leaf(), intermediates: between, anchors: [anchor], at, profile: 'key-attestation' });

  it('passes when each signs the next and the root allows it', async () => {
    assert.deepEqual(await ask(await openRoot(), [await middle()]), []);
    assert.deepEqual(await ask(await openRoot(1), [await middle()]), []);
  });
  it('fails when the root’s path length is too short', async () => {
    assert.deepEqual(await ask(root.der, [await middle()]), ['pathlen']);
  });
  it('says so of a CA that is no link certificate before it says anything else', async () => {
    const { iaca, ds } = chains;
    const subject = name([oid.countryName, 'JP'], [oid.commonName, 'middle']);
    const serial = Uint8Array.of(7);
    const between = await resign(iaca.der, iaca.key, { subject, spki, serial });
    const signer = await resign(ds.der, otherP256, { issuer: subject });
    const input = { leaf: signer, intermediates: [between], anchors: [iaca.der], at, profile: 'ds' as const };
    assert.equal(verifyPath(input).code, 'pathlen');
  });
  it('fails when the one in between is no CA', async () => {
    assert.deepEqual(await ask(await openRoot(), [await middle({ extensions: bc() })]), ['issuer-not-a-ca']);
  });
  it('fails when the one in between may not sign certificates', async () => {
    assert.deepEqual(await ask(await openRoot(), [await middle({ extensions: ku(0) })]), ['issuer-not-a-ca']);
  });
  it('fails when the one in between is not valid at the time', async () => {
    const notAfter = der.time(new Date(at.getTime() - 1000));
    assert.deepEqual(await ask(await openRoot(), [await middle({ notAfter })]), ['validity']);
  });
  it('fails when the signature of the one in between is damaged', async () => {
    const damaged = await middle({ signature: (sound) => sound.with(20, (sound[20] as number) ^ 1) });
    assert.deepEqual(await ask(await openRoot(), [damaged]), ['signature']);
  });
  it('fails when the one in between has a critical extension that is unknown', async () => {
    const unknown = await middle({
      extensions: (list) => [...list, { oid: '2.999.8.5.99', critical: true, value: der.null() }],
    });
    assert.deepEqual(await ask(await openRoot(), [unknown]), ['unknown-critical']);
  });
  it('fails when the one in between is missing', async () => {
    assert.deepEqual(await ask(await openRoot(), []), ['no-path-to-anchor']);
  });
  it('fails when it ends at nobody the caller trusts', async () => {
    const renamed = await resign(root.der, root.key, { subject: name([oid.commonName, 'z']) });
    assert.deepEqual(await ask(renamed, [await middle()]), ['issuer-name']);
    const stranger = await resign(renamed, otherRsa, {
      spki: otherRsa.publicKey.export({ type: 'spki', format: 'der' }),
    });
    assert.deepEqual(await ask(stranger, [await middle()]), ['no-path-to-anchor']);
    const twin = await resign(stranger, otherRsa, { subject: rootName });
    assert.deepEqual(await ask(twin, [await middle()]), ['signature']);
  });
  it('is not used by profiles that have none', async () => {
    const input = { leaf: await leaf(), intermediates: [await middle()], anchors: [await openRoot()], at };
    assert.deepEqual(failures({ ...input, profile: 'ocsp-signer' })[0], 'no-path-to-anchor');
  });
  it('steps back from one that leads nowhere', async () => {
    const stray = await middle({ issuer: name([oid.commonName, 'nobody']) });
    assert.deepEqual(await ask(await openRoot(), [stray, await middle()]), []);
  });
  it('costs a stranger’s message no more than a few signatures', async () => {
    const forged = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        resign(root.der, otherRsa, {
          issuer: rootName,
          subject: middleName,
          serial: Uint8Array.of(index + 1),
        }),
      ),
    );
    assert.deepEqual(await ask(await openRoot(), forged), ['signature']);
    assert.deepEqual(await ask(await openRoot(), [...forged, await middle()]), ['der']);
  });
  it('leads from a document signer of the new root over its link to the old one', async () => {
    const { iaca, link, newDs, newIaca } = chains;
    const input = { leaf: newDs.der, anchors: [iaca.der], at, profile: 'ds' } as const;
    assert.deepEqual(failures(input), ['signature']);
    const path = verifyPath({ ...input, intermediates: [link.der] });
    assert.equal(path.code, undefined);
    assert.deepEqual(
      path.chain.map(({ raw }) => raw),
      [newDs.der, link.der, iaca.der],
    );
    assert.deepEqual(failures({ ...input, intermediates: [newIaca.der] }), ['no-path-to-anchor']);
    const broken = await resign(link.der, iaca.key, { extensions: without(oid.subjectKeyIdentifier) });
    assert.deepEqual(failures({ ...input, intermediates: [broken] }), ['ski']);
    assert.deepEqual(
      [isSelfIssued(parseCertificate(link.der)), isSelfSigned(parseCertificate(link.der))],
      [true, false],
    );
    assert.equal(isSelfSigned(parseCertificate(newIaca.der)), true);
  });
});

describe('the algorithms of a path', () => {
  it('take RSA keys of up to 8192 bits with a short exponent, and no good signature of another', () => {
    const algorithm = { oid: oid.sha256WithRSAEncryption, parameters: der.null(), raw: new Uint8Array() };
    const data = Uint8Array.of(1, 2, 3);
    const fits = (key: KeyObject) => {
      const signature = sign('sha256', data, key);
      const publicKey = createPublicKey(key);
      assert.ok(verify('sha256', data, publicKey, signature));
      return signatureFits(algorithm, publicKey, data, signature);
    };
    const mersenne = (bits: bigint) => 2n ** bits - 1n;
    assert.equal(fits(rsaKey(mersenne(1279n), mersenne(2203n), 65537n)), true);
    assert.equal(fits(rsaKey(mersenne(4253n), mersenne(4423n), 65537n)), false);
    assert.equal(fits(rsaKey(mersenne(1279n), mersenne(2203n), 2n ** 32n + 15n)), false);
  });
  it('are those of the key: an ECDSA identifier does not go with an RSA signature', async () => {
    const ecdsa = algorithmDer(otherP256);
    const input = { innerAlgorithm: ecdsa, outerAlgorithm: ecdsa };
    assert.deepEqual(new Set(await afterChange('jpki-sign', input)), new Set(['signature']));
  });
  it('leave no room for an ECDSA signature that is not DER', async () => {
    const padded = (sound: Uint8Array) => {
      const pair = DerReader.over(sound).sequence();
      const [r, s] = [pair.integerBytes(), pair.integerBytes()];
      return der.sequence(der.element(tag.integer, Uint8Array.of(0), r), der.element(tag.integer, s));
    };
    assert.deepEqual(await afterChange('ds', { signature: padded }), ['signature']);
  });
});

/** A key of two primes that everybody knows, so that a large one need not be searched for. */
function rsaKey(p: bigint, q: bigint, e: bigint): KeyObject {
  const inverse = (of: bigint, modulus: bigint) => {
    let [a, b, x, y] = [of % modulus, modulus, 1n, 0n];
    while (a > 1n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
    return ((x % modulus) + modulus) % modulus;
  };
  const text = (value: bigint) => {
    const digits = value.toString(16);
    return Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex').toString('base64url');
  };
  const d = inverse(e, (p - 1n) * (q - 1n));
  const members = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, text(value)]));
  return createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
}

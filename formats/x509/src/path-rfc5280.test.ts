import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildCertificate, type ExtensionSpec, extension, randomSerial } from '@tegata/x509-build';
import { oid, parseCertificate, verifyPath } from './index.ts';
import { type Alteration, changing, resign, without } from './resign-for-tests.ts';

const at = new Date('2026-11-24T03:04:05Z');
const later = (days: number) => new Date(at.getTime() + days * 86_400_000);
const random = seededRandom('path-rfc5280.test');
const keys = (await Promise.all(
  Array.from({ length: 7 }, async () => softwareSigner(await generateSoftwareKey('P-256'))),
)) as [Signer, Signer, Signer, Signer, Signer, Signer, Signer];
const [rootKey, leafKey, ...middleKeys] = keys;

interface Node {
  readonly der: Uint8Array;
  readonly key: Signer;
  readonly by: Signer;
}

const caExtensions = (pathLength?: number) => [
  extension.basicConstraints(pathLength),
  extension.keyUsage('keyCertSign', 'cRLSign'),
];

/** A certificate for a key, by the issuer; a root where there is none. */
async function make(
  common: string,
  key: Signer,
  issuer: Node | undefined,
  extensions: readonly ExtensionSpec[],
): Promise<Node> {
  const by = issuer?.key ?? key;
  const made = await buildCertificate({
    subject: [
      ['C', 'JP'],
      ['CN', common],
    ],
    issuer: issuer
      ? parseCertificate(issuer.der).subject.raw
      : [
          ['C', 'JP'],
          ['CN', common],
        ],
    serial: randomSerial(random, 8),
    notBefore: later(-10),
    notAfter: later(10),
    publicKey: key.publicKey,
    signer: by,
    extensions,
  });
  return { der: made, key, by };
}

const altered = async (node: Node, change: Alteration): Promise<Node> => ({
  ...node,
  der: await resign(node.der, node.by, change),
});

/** Root, so many CAs one below the other, and a leaf. */
async function chain(
  count: number,
  change: {
    root?: Alteration;
    middle?: (index: number) => Alteration | undefined;
    leaf?: Alteration;
    limits?: (number | undefined)[];
  } = {},
): Promise<readonly [Node, ...Node[]]> {
  const root = await make('TEST root', rootKey, undefined, caExtensions(change.limits?.[0]));
  const nodes: [Node, ...Node[]] = [change.root ? await altered(root, change.root) : root];
  for (let index = 0; index < count; index++) {
    const made = await make(
      `TEST CA ${index + 1}`,
      middleKeys[index] as Signer,
      nodes.at(-1),
      caExtensions(change.limits?.[index + 1]),
    );
    const alteration = change.middle?.(index);
    nodes.push(alteration ? await altered(made, alteration) : made);
  }
  const leaf = await make('TEST leaf', leafKey, nodes.at(-1), [extension.keyUsage('digitalSignature')]);
  nodes.push(change.leaf ? await altered(leaf, change.leaf) : leaf);
  return nodes;
}

const failures = (nodes: readonly [Node, ...Node[]], order: (list: Uint8Array[]) => Uint8Array[] = (same) => same) => {
  const [root, ...rest] = nodes.map((node) => node.der) as [Uint8Array, ...Uint8Array[]];
  const leaf = rest.at(-1) as Uint8Array;
  return codesOf({ leaf, intermediates: order(rest.slice(0, -1)), anchors: [root] });
};
const codesOf = (input: { leaf: Uint8Array; intermediates: Uint8Array[]; anchors: Uint8Array[] }) =>
  verifyPath({ ...input, at, profile: 'cms-signer' }).checks.flatMap(({ result, code }) =>
    result === 'failed' ? [code] : [],
  );
const first = (alteration: Alteration) => (index: number) => (index === 0 ? alteration : undefined);
const flip: Alteration = { signature: (sound) => sound.with(12, (sound[12] as number) ^ 1) };
const critical = (id: string, value: Uint8Array): Alteration => ({
  extensions: (list) => [...list, { oid: id, critical: true, value }],
});

describe('a path by RFC 5280', () => {
  it('may have up to four CAs in between, in any order of arrival', async () => {
    for (const count of [0, 1, 2, 3, 4]) {
      const nodes = await chain(count);
      assert.deepEqual(failures(nodes), []);
      assert.deepEqual(
        failures(nodes, (list) => [...list].reverse()),
        [],
      );
    }
    assert.deepEqual(failures(await chain(5)), ['no-path-to-anchor']);
  });
  it('holds only with every signature', async () => {
    assert.deepEqual(failures(await chain(2, { leaf: flip })), ['signature']);
    for (const index of [0, 1]) {
      const middle = (at: number) => (at === index ? flip : undefined);
      assert.deepEqual(failures(await chain(2, { middle })), ['signature']);
    }
  });
  it('holds only while every certificate of it is valid, to the second', async () => {
    const ended: Alteration = { notAfter: der.time(new Date(at.getTime() - 1000)) };
    const young: Alteration = { notBefore: der.time(new Date(at.getTime() + 1000)) };
    const instant: Alteration = { notBefore: der.time(at), notAfter: der.time(at) };
    for (const [change, expected] of [
      [ended, ['validity']],
      [young, ['validity']],
      [instant, []],
    ] as const) {
      assert.deepEqual(failures(await chain(1, { leaf: change })), expected);
      assert.deepEqual(failures(await chain(1, { middle: first(change) })), expected);
      assert.deepEqual(failures(await chain(1, { root: change })), expected);
    }
  });
  it('takes dates before 2050 as UTCTime and later ones as GeneralizedTime', async () => {
    const far = new Date('2050-01-01T00:00:00Z');
    const old = new Date('1950-01-01T00:00:00Z');
    assert.deepEqual(failures(await chain(0, { leaf: { notBefore: der.time(old), notAfter: der.time(far) } })), []);
    assert.deepEqual(failures(await chain(0, { leaf: { notAfter: der.generalizedTime(later(1)) } })), ['der']);
    const [, leaf] = await chain(0, { leaf: { notBefore: der.utcTime(old), notAfter: der.generalizedTime(far) } });
    assert.equal(parseCertificate((leaf as Node).der).notBefore.getTime(), old.getTime());
  });

  const named = (...parts: [string, Uint8Array][]) =>
    der.sequence(...parts.map(([type, value]) => der.setOf(der.sequence(der.oid(type), value))));
  it('chains names by their text: string types, case and runs of spaces do not count, order does', async () => {
    const root = (value: Uint8Array, country = der.printable('JP')) =>
      named([oid.countryName, country], [oid.commonName, value]);
    const ask = async (issuer: Uint8Array) => failures(await chain(0, { leaf: { issuer } }));
    for (const issuer of [
      root(der.utf8('TEST root')),
      root(der.printable('TEST root')),
      root(der.printable('test ROOT')),
      root(der.utf8(' TEST   root ')),
      root(der.utf8('ＴＥＳＴ root')),
      root(der.utf8('TEST root'), der.utf8('jp')),
    ]) {
      assert.deepEqual(await ask(issuer), []);
    }
    for (const issuer of [
      root(der.utf8('TEST roots')),
      root(der.utf8('TESTroot')),
      root(der.ia5('TEST root')),
      named([oid.commonName, der.utf8('TEST root')], [oid.countryName, der.printable('JP')]),
      named([oid.commonName, der.utf8('TEST root')]),
      named([oid.countryName, der.printable('JP')], [oid.organizationName, der.utf8('TEST root')]),
    ]) {
      assert.deepEqual(await ask(issuer), ['issuer-name']);
    }
  });
  it('does not take two names for one because their parts are cut in another way', async () => {
    const joined = named([oid.countryName, der.printable('JP')], [oid.commonName, der.utf8('TEST root\0')]);
    assert.deepEqual(failures(await chain(0, { leaf: { issuer: joined } })), ['issuer-name']);
    const one = der.sequence(
      der.setOf(
        der.sequence(der.oid(oid.countryName), der.printable('JP')),
        der.sequence(der.oid(oid.commonName), der.utf8('TEST root')),
      ),
    );
    assert.deepEqual(failures(await chain(0, { leaf: { issuer: one } })), ['issuer-name']);
  });

  it('is made of CAs: basicConstraints say so, critical or not; a keyUsage that is there allows it', async () => {
    const refused: Alteration[] = [
      { extensions: without(oid.basicConstraints) },
      { extensions: changing(oid.basicConstraints, { value: der.sequence() }) },
      { extensions: changing(oid.keyUsage, { value: der.namedBits([0]) }) },
      { extensions: changing(oid.keyUsage, { value: der.namedBits([6]) }) },
    ];
    const taken: Alteration[] = [
      { extensions: changing(oid.basicConstraints, { critical: false }) },
      { extensions: without(oid.keyUsage) },
      { extensions: changing(oid.keyUsage, { value: der.namedBits([0, 5, 6]) }) },
    ];
    for (const [changes, expected] of [
      [refused, ['issuer-not-a-ca']],
      [taken, []],
    ] as const) {
      for (const change of changes) {
        assert.deepEqual(failures(await chain(1, { middle: first(change) })), expected);
        assert.deepEqual(failures(await chain(1, { root: change })), expected);
      }
    }
  });
  it('is no longer than any CA of it allows', async () => {
    const ask = async (count: number, ...limits: (number | undefined)[]) => failures(await chain(count, { limits }));
    assert.deepEqual(await ask(0, 0), []);
    assert.deepEqual(await ask(1, 0), ['pathlen']);
    assert.deepEqual(await ask(1, 1, 0), []);
    assert.deepEqual(await ask(2, 1), ['pathlen']);
    assert.deepEqual(await ask(2, undefined, 0), ['pathlen']);
    assert.deepEqual(await ask(2, undefined, 1, 0), []);
    assert.deepEqual(await ask(2, 9, 9, 0), []);
    assert.deepEqual(await ask(3, 3, 2, 0), ['pathlen']);
  });
  it('does not count a CA that certifies its own new key', async () => {
    const root = await make('TEST root', rootKey, undefined, caExtensions(0));
    const rolled = await make('TEST root', middleKeys[0] as Signer, root, caExtensions(0));
    const leaf = await make('TEST leaf', leafKey, rolled, [extension.keyUsage('digitalSignature')]);
    assert.deepEqual(failures([root, rolled, leaf]), []);
    const other = await make('TEST other', middleKeys[1] as Signer, rolled, caExtensions());
    const below = await make('TEST leaf', leafKey, other, [extension.keyUsage('digitalSignature')]);
    assert.deepEqual(new Set(failures([root, rolled, other, below])), new Set(['pathlen']));
  });

  it('refuses a critical extension that it does not process, anywhere', async () => {
    const constraints: [string, Uint8Array][] = [
      ['2.999.1', der.null()],
      [oid.nameConstraints, der.sequence()],
      [oid.policyConstraints, der.sequence(der.implicit(0, der.integer(0)))],
      [oid.inhibitAnyPolicy, der.integer(0)],
      [oid.policyMappings, der.sequence()],
      [oid.freshestCRL, der.sequence()],
    ];
    for (const [id, value] of constraints) {
      assert.deepEqual(failures(await chain(1, { leaf: critical(id, value) })), ['unknown-critical']);
      assert.deepEqual(failures(await chain(1, { middle: first(critical(id, value)) })), ['unknown-critical']);
      assert.deepEqual(failures(await chain(1, { root: critical(id, value) })), ['unknown-critical']);
    }
    const harmless: Alteration = {
      extensions: (list) => [...list, { oid: '2.999.1', critical: false, value: der.null() }],
    };
    assert.deepEqual(failures(await chain(1, { leaf: harmless, middle: first(harmless), root: harmless })), []);
  });
  it('finds its way among CAs of one name, past those that have ended or lead in a circle', async () => {
    const [root, middle, leaf] = (await chain(1)) as [Node, Node, Node];
    const ended = await altered(middle, { notAfter: der.time(later(-1)) });
    const stranger = await make('TEST CA 1', middleKeys[2] as Signer, root, caExtensions());
    const ask = (intermediates: Node[], anchors: Node[] = [root]) =>
      codesOf({
        leaf: leaf.der,
        intermediates: intermediates.map((node) => node.der),
        anchors: anchors.map((node) => node.der),
      });
    assert.deepEqual(ask([ended, stranger, middle]), []);
    assert.deepEqual(ask([ended]), ['validity']);
    assert.deepEqual(ask([stranger]), ['signature']);
    // Two CAs that certify each other.
    const a = await make('TEST A', middleKeys[3] as Signer, middle, caExtensions());
    const b = await make('TEST CA 1', middleKeys[0] as Signer, a, caExtensions());
    assert.deepEqual(ask([a, b, middle]), []);
    assert.deepEqual(ask([a, b]), ['no-path-to-anchor']);
    assert.deepEqual(ask([], [middle]), []);
    assert.deepEqual(ask([root], [middle]), []);
    assert.deepEqual(ask([root, middle], []), ['no-path-to-anchor']);
  });
  it('takes keys and identifiers of keys for hints: only the signature decides', async () => {
    const aki = {
      oid: oid.authorityKeyIdentifier,
      critical: false,
      value: der.sequence(der.implicit(0, der.octetString(new Uint8Array(20)))),
    };
    assert.deepEqual(failures(await chain(1, { leaf: { extensions: (list) => [...list, aki] } })), []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import { at, makeChains } from './chains-for-tests.ts';
import { createPathValidator, type PathReport, parseCertificate, verifyPath } from './index.ts';
import { resign } from './resign-for-tests.ts';

const { iaca, ds, link, newDs, attester, root } = await makeChains();
const SECOND = 1000;
const outcome = ({ result, code, checks }: PathReport) => ({ result, code, checks });

describe('a path validator', () => {
  const trust = { anchors: [iaca.der], profile: 'ds' as const };

  it('answers as verifyPath does, at every bound of the path and beyond', async () => {
    const short = await resign(ds.der, iaca.key, {
      notBefore: der.time(new Date(at.getTime() + 5 * SECOND)),
      notAfter: der.time(new Date(at.getTime() + 9 * SECOND)),
    });
    for (const order of [
      [4, 5, 6, 9, 10, 5],
      [6, 4, 10, 9, 6],
    ]) {
      const validator = createPathValidator(trust);
      for (const seconds of order) {
        const time = new Date(at.getTime() + seconds * SECOND);
        assert.deepEqual(
          outcome(validator.verify(short, time)),
          outcome(verifyPath({ ...trust, leaf: short, at: time })),
        );
      }
    }
    const invalid = new Date(Number.NaN);
    const validator = createPathValidator(trust);
    validator.verify(ds.der, at);
    assert.equal(validator.verify(ds.der, invalid).code, 'validity');
  });
  it('gives the same report again while nothing can have changed', () => {
    const validator = createPathValidator(trust);
    const first = validator.verify(ds.der, at);
    assert.equal(first.result, 'passed');
    assert.equal(validator.verify(Uint8Array.from(ds.der), new Date(at.getTime() + SECOND)), first);
    assert.equal(first.leaf?.publicKey, validator.verify(ds.der, at).leaf?.publicKey);
  });
  it('remembers a refusal by an anchor’s own rules as well', async () => {
    const long = await resign(ds.der, iaca.key, { notAfter: der.time(new Date(at.getTime() + 458 * 86_400_000)) });
    const validator = createPathValidator(trust);
    assert.equal(validator.verify(long, at).code, 'lifetime');
    assert.equal(validator.verify(long, at), validator.verify(long, at));
  });
  it('takes no octet of a leaf for another', () => {
    const validator = createPathValidator(trust);
    validator.verify(ds.der, at);
    for (let index = 0; index < ds.der.length; index++) {
      const damaged = ds.der.with(index, (ds.der[index] as number) ^ 1);
      assert.equal(validator.verify(damaged, at).result, 'failed');
    }
  });
  it('tells apart what came along with a leaf', () => {
    const validator = createPathValidator(trust);
    assert.equal(validator.verify(newDs.der, at).code, 'signature');
    assert.equal(validator.verify(newDs.der, at, [link.der]).result, 'passed');
    assert.equal(validator.verify(newDs.der, at).code, 'signature');
  });
  it('remembers no more than it may, and forgets only what it can find out again', async () => {
    const validator = createPathValidator({ ...trust, maxEntries: 4 });
    const leaves = await Promise.all(
      Array.from({ length: 12 }, (_, index) => resign(ds.der, iaca.key, { serial: Uint8Array.of(index + 1) })),
    );
    const first = leaves.map((leaf) => validator.verify(leaf, at));
    assert.ok(first.every(({ result }) => result === 'passed'));
    const kept = leaves.filter((leaf, index) => validator.verify(leaf, at) === first[index]);
    assert.ok(kept.length <= 4, `${kept.length} reports were kept`);
  });
  it('is not filled by paths that end nowhere', () => {
    const validator = createPathValidator({ ...trust, maxEntries: 2 });
    const first = validator.verify(ds.der, at);
    for (let index = 0; index < 50; index++) {
      const serial = der.octetString(Uint8Array.of(index));
      validator.verify(Uint8Array.of(...attester.der, ...serial), at);
      validator.verify(attester.der.with(20, index), at);
    }
    assert.equal(validator.verify(ds.der, at), first);
  });
  it('reads its anchors once, and refuses the ones that it cannot read', () => {
    const validator = createPathValidator({ anchors: [root.der], profile: 'key-attestation' });
    assert.deepEqual(
      validator.anchors.map(({ raw }) => raw),
      [parseCertificate(root.der).raw],
    );
    assert.throws(() => createPathValidator({ anchors: [Uint8Array.of(0)], profile: 'ds' }));
  });
});

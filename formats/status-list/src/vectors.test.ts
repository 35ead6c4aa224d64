import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decode, diagnostic } from '@tegata/cbor';
import { verifySign1 } from '@tegata/cose';
import {
  deflateList,
  inflateList,
  openStatusListToken,
  readStatusReference,
  type StatusBits,
  statusListOver,
  type TokenInput,
} from './index.ts';

const folder = process.env['TEGATA_VECTORS'];
const skip = folder ? false : 'TEGATA_VECTORS is not set';
const read = (...path: string[]) => readFileSync(join(folder ?? '', 'token-status-list', ...path), 'utf8');
const example = (name: string) => read('examples', name);
const hexOf = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const publicKey = () => {
  const jwk = JSON.parse(read('example-signing-key.public.jwk.json'));
  return createPublicKey({ key: jwk, format: 'jwk' });
};

const uri = 'https://example.com/statuslists/1';
const iat = 1686920170;
const exp = 2291720170;

interface ListVector {
  readonly title: string;
  readonly statuses: Readonly<Record<string, number>>;
  readonly json: { readonly bits: StatusBits; readonly lst: string };
  readonly cbor_hex: string;
}

describe('the lists of the draft’s appendix', { skip }, () => {
  const vectors = folder ? (JSON.parse(read('appendix-vectors.json')) as ListVector[]) : [];
  for (const { title, statuses, json, cbor_hex } of vectors) {
    it(`hold what they say, and nothing else: ${title}`, () => {
      const octets = inflateList(Buffer.from(json.lst, 'base64url'));
      const list = statusListOver(octets, json.bits);
      assert.equal(list.size, 2 ** 20);
      let others = 0;
      for (let index = 0; index < list.size; index++) {
        const expected = statuses[String(index)];
        const found = list.at(index);
        if (expected !== undefined) assert.equal(found, expected, String(index));
        else if (found !== 0) others++;
      }
      assert.equal(others, 0);
      const cbor = decode(hexOf(cbor_hex)) as Map<string, unknown>;
      assert.equal(cbor.get('bits'), json.bits);
      assert.deepEqual(Buffer.from(inflateList(cbor.get('lst') as Uint8Array)), Buffer.from(octets));
      assert.deepEqual(Buffer.from(inflateList(deflateList(octets))), Buffer.from(octets));
    });
  }
  it('are four', () =>
    assert.deepEqual(
      vectors.map(({ json }) => json.bits),
      [1, 2, 4, 8],
    ));
});

describe('the encodings of the draft’s text', { skip }, () => {
  const names = folder ? readdirSync(join(folder, 'token-status-list', 'examples')) : [];
  const listOf = (name: string): { bits: StatusBits; lst: Uint8Array } => {
    const text = example(name).split('encoded:').at(-1) as string;
    if (name.includes('_json')) {
      const { bits, lst } = JSON.parse(text.replace(/\n\s*(?=[\w-]+["\n])/g, '')) as { bits: StatusBits; lst: string };
      return { bits, lst: Buffer.from(lst, 'base64url') };
    }
    const map = decode(hexOf(text)) as Map<string, unknown>;
    return { bits: map.get('bits') as StatusBits, lst: map.get('lst') as Uint8Array };
  };
  const encodings = names.filter((name) => name.startsWith('status_list_encoding') && !name.includes('_diag'));

  it('are all read, the JSON and the CBOR form of each to the same list', () => {
    assert.ok(encodings.length >= 10);
    const octetsOf = (name: string) => {
      const { bits, lst } = listOf(name);
      return { bits, octets: Buffer.from(inflateList(lst)) };
    };
    for (const name of encodings.filter((candidate) => candidate.includes('_json'))) {
      assert.deepEqual(octetsOf(name), octetsOf(name.replace('_json', '_cbor')), name);
    }
  });
  it('of a few octets are made octet for octet', () => {
    const small = [
      ['status_list_encoding_cbor.md', [0xb9, 0xa3]],
      ['status_list_encoding_json.md', [0xb9, 0xa3]],
      ['status_list_encoding2_cbor.md', [0xc9, 0x44, 0xf9]],
      ['status_list_encoding2_json.md', [0xc9, 0x44, 0xf9]],
    ] as const;
    for (const [name, octets] of small) {
      const { lst } = listOf(name);
      assert.deepEqual(Buffer.from(inflateList(lst)), Buffer.from(octets), name);
      assert.deepEqual(Buffer.from(deflateList(Uint8Array.from(octets))), Buffer.from(lst), name);
    }
  });
  it('are printed as annotated', () => {
    for (const name of names.filter((candidate) => candidate.endsWith('_diag.md'))) {
      const octets = example(name)
        .split('\n')
        .map((line) => line.split('#')[0] as string)
        .join('');
      assert.deepEqual(
        hexOf(octets),
        hexOf(example(name.replace('_diag', '')).split('encoded:').at(-1) as string),
        name,
      );
      assert.ok(diagnostic(hexOf(octets)).length > 0);
    }
  });
});

describe('the tokens of the draft’s text', { skip }, () => {
  const open = (form: 'cwt' | 'jwt', token: Uint8Array | string, change: Partial<TokenInput> = {}) =>
    openStatusListToken({ form, token, uri, at: new Date((iat + 1) * 1000), signer: publicKey, ...change });
  const times = { uri, issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000), ttl: 43200 };

  it('as CWT verifies with the sample key and holds the sample list', () => {
    const { list, ...rest } = open('cwt', hexOf(example('status_list_cwt.md')));
    assert.deepEqual(rest, times);
    assert.deepEqual([list.bits, list.size, list.at(0), list.at(1)], [1, 16, 1, 0]);
  });
  it('as JWT verifies with the sample key and holds the sample list', () => {
    const token = example('status_list_jwt_raw.md').replace(/\s/g, '');
    const { list, ...rest } = open('jwt', token);
    assert.deepEqual(rest, times);
    assert.deepEqual([list.bits, list.size, list.at(0), list.at(1)], [1, 16, 1, 0]);
    assert.deepEqual(open('jwt', Buffer.from(token)).list.size, 16);
  });
  it('of a credential as CWT refers to the sample list', () => {
    const message = verifySign1({
      sign1: decode(hexOf(example('referenced_token_cwt.md'))),
      publicKey: publicKey(),
      tag: 'require',
    });
    const claims = decode(message.payload as Uint8Array) as Map<number, never>;
    assert.deepEqual(readStatusReference(claims.get(65535)), { kind: 'status_list', idx: 0, uri });
  });
});

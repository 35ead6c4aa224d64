import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { openStatusListToken, type SignerHint, StatusListError, signStatusListJwt } from './index.ts';
import {
  asJwt,
  ask,
  at,
  byIndex,
  claims,
  jwtBody,
  jwtHeader,
  jwtKey,
  jwtOf,
  list,
  seconds,
  signer,
  trusted,
  undetermined,
  uri,
} from './tokens-for-tests.ts';

describe('the status of an SD-JWT VC', () => {
  it('is what the list says', () => {
    const body = jwtOf(jwtHeader, jwtBody);
    assert.equal(ask(body, asJwt).status, 'valid');
    assert.equal(ask(body, { ...asJwt, reference: byIndex(1) }).status, 'invalid');
  });
  it('is undetermined for an unsigned or wrongly signed token', () => {
    const unsigned = (alg: string) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return Buffer.from(`${part({ ...jwtHeader, alg })}.${part(jwtBody)}.`);
    };
    undetermined('algorithm', unsigned('none'), asJwt);
    undetermined('signature', unsigned('ES256'), asJwt);
    undetermined('algorithm', jwtOf({ ...jwtHeader, alg: 'HS256' }, jwtBody), asJwt);
    undetermined('algorithm', jwtOf({ ...jwtHeader, alg: 'ES384' }, jwtBody), asJwt);
    undetermined(
      'signature',
      jwtOf(jwtHeader, jwtBody, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      asJwt,
    );
    undetermined('signer-untrusted', jwtOf(jwtHeader, jwtBody), { ...asJwt, signer: () => undefined });
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const body = jwtOf({ ...jwtHeader, alg: 'ES384' }, jwtBody, p384.privateKey, 'sha384');
    assert.equal(ask(body, { ...asJwt, signer: () => p384.publicKey }).status, 'valid');
  });
  it('is undetermined when the token is of another type, subject or time', () => {
    for (const typ of ['JWT', 'application/statuslist+jwt', 'statuslist+cwt', undefined]) {
      undetermined('type', jwtOf({ ...jwtHeader, typ }, jwtBody), asJwt);
    }
    undetermined('structure', jwtOf({ ...jwtHeader, crit: ['x'], x: 1 }, jwtBody), asJwt);
    undetermined('subject', jwtOf(jwtHeader, { ...jwtBody, sub: 'https://x.example/' }), asJwt);
    undetermined('expired', jwtOf(jwtHeader, { ...jwtBody, exp: seconds, iat: seconds - 9 }), asJwt);
    undetermined('claims', jwtOf(jwtHeader, { ...jwtBody, iat: undefined }), asJwt);
    undetermined('claims', jwtOf(jwtHeader, { ...jwtBody, status_list: [] }), asJwt);
    undetermined('bits', jwtOf(jwtHeader, { ...jwtBody, status_list: { ...jwtBody.status_list, bits: 3 } }), asJwt);
    undetermined('structure', jwtOf(jwtHeader, { ...jwtBody, status_list: { bits: 4, lst: 'ab=' } }), asJwt);
  });
  it('is undetermined when a name stands twice in the token', () => {
    const twice = JSON.stringify(jwtBody).replace('{', `{"sub":"${uri}",`);
    undetermined('structure', jwtOf(jwtHeader, twice), asJwt);
    undetermined('structure', jwtOf('{"alg":"ES256","typ":"statuslist+jwt","\\u0061lg":"ES256"}', jwtBody), asJwt);
    const quoted = { ...jwtBody, note: '"sub":\\', other: { sub: 1, list: [{ sub: 1 }, { sub: 2 }] } };
    assert.equal(ask(jwtOf(jwtHeader, quoted), asJwt).status, 'valid');
  });
  it('is asked of the signer with the certificates of the token', () => {
    const seen: SignerHint[] = [];
    const hint = (chain: unknown) =>
      ask(jwtOf({ ...jwtHeader, kid: '12', x5c: chain }, jwtBody), {
        ...asJwt,
        signer: (given) => {
          seen.push(given);
          return jwtKey.publicKey;
        },
      });
    assert.equal(hint(['AQI=']).status, 'valid');
    assert.deepEqual(seen, [{ form: 'jwt', x5chain: [Uint8Array.of(1, 2)], kid: '12' }]);
    for (const chain of [[], ['AQI'], [''], 'AQI=', [1], Array(9).fill('AQI=')]) {
      assert.equal(hint(chain).status, 'undetermined');
    }
    assert.equal(seen.length, 1);
  });
  it('is signed by the issuer as it is read', async () => {
    const token = await signStatusListJwt({
      signer,
      list: { ...list, aggregationUri: 'https://x.example/' },
      claims: { ...claims, x5chain: [Uint8Array.of(5)] },
    });
    const opened = openStatusListToken({ token, form: 'jwt', uri, at, signer: trusted });
    assert.deepEqual([opened.aggregationUri, opened.ttl, opened.list.at(2)], ['https://x.example/', 600, 2]);
    const rsa = softwareSigner(await generateSoftwareKey('RSA-2048'));
    await assert.rejects(signStatusListJwt({ signer: rsa, list, claims }), StatusListError);
  });
});

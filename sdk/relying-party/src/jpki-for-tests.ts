import assert from 'node:assert/strict';
import { randomBytes, sign } from 'node:crypto';
import { adjustableClock } from '@tegata/clock';
import { prepareSignedData } from '@tegata/cms';
import { DerReader, der, tag } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { readOcspRequest } from '@tegata/x509';
import {
  buildJpkiAuth,
  buildJpkiCa,
  buildJpkiSign,
  buildOcspResponse,
  type JpkiSignHolder,
  type OcspStatus,
} from '@tegata/x509-build';
import type { FetchPort } from './index.ts';

/** The person of the tests: the second character of the name stands for one that the character set does not have. */
export const person: JpkiSignHolder = {
  name: '試験　太郎',
  nameSubstitutes: '01000',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '1',
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};

/** A certificate with its key, which signs data as the card or the phone would. */
export interface Holder {
  readonly certificate: Uint8Array;
  sign(data: Uint8Array | string): Uint8Array;
}

export const responderUrl = 'http://responder.example/ocsp';

/** Both CAs, a responder whose answers the test sets, and two holders' keys. */
export async function jpkiForTests() {
  const clock = adjustableClock(new Date('2026-11-24T03:04:05Z'));
  const random = seededRandom('relying-party');
  const keys = await Promise.all((['P-384', 'P-384', 'RSA-2048', 'P-384'] as const).map(generateSoftwareKey));
  const [signCaKey, authCaKey, rsa, p384] = keys as [
    (typeof keys)[0],
    (typeof keys)[0],
    (typeof keys)[0],
    (typeof keys)[0],
  ];
  const signer = { sign: softwareSigner(signCaKey), auth: softwareSigner(authCaKey) };
  const notBefore = clock.now();
  const ca = {
    sign: await buildJpkiCa({ ca: 'sign', signer: signer.sign, random, notBefore }),
    auth: await buildJpkiCa({ ca: 'auth', signer: signer.auth, random, notBefore }),
  };
  const base = { holder: person, random, at: notBefore, ocspUrl: responderUrl };
  const publicKey = { rsa: softwareSigner(rsa).publicKey, p384: softwareSigner(p384).publicKey };
  const issuer = {
    sign: { certificate: ca.sign, signer: signer.sign },
    auth: { certificate: ca.auth, signer: signer.auth },
  };
  const holderOf = (certificate: Uint8Array, key: typeof rsa): Holder => ({
    certificate,
    sign: (data) => new Uint8Array(sign(key === p384 ? 'sha384' : 'sha256', Buffer.from(data), key)),
  });

  // What the responder says, whom it signs as, and what it was asked.
  const responder = {
    status: { status: 'good' } as OcspStatus,
    signer: undefined as Signer | undefined,
    asked: [] as string[],
    nonces: [] as (Uint8Array | undefined)[],
  };
  const answer = async (use: 'sign' | 'auth', body: Uint8Array): Promise<Uint8Array> => {
    const { certIds, nonce } = readOcspRequest(body);
    responder.nonces.push(nonce);
    const now = clock.now();
    return buildOcspResponse({
      answers: certIds.map(({ raw }) => ({
        certId: raw,
        status: responder.status,
        thisUpdate: now,
        nextUpdate: new Date(now.getTime() + 3_600_000),
      })),
      producedAt: now,
      signer: responder.signer ?? signer[use],
      certificates: [],
      ...(nonce ? { nonce } : {}),
    });
  };
  const fetchFor =
    (use: 'sign' | 'auth'): FetchPort =>
    async (url, { body }) => {
      responder.asked.push(url);
      return new Response(Uint8Array.from(await answer(use, body)), {
        headers: { 'content-type': 'application/ocsp-response' },
      });
    };

  return {
    clock,
    random,
    ca,
    issuer,
    keys: { rsa, p384 },
    responder,
    fetchFor,
    auth: holderOf(await buildJpkiAuth({ ...base, issuer: issuer.auth, publicKey: publicKey.rsa }), rsa),
    phoneAuth: holderOf(
      await buildJpkiAuth({ ...base, issuer: issuer.auth, publicKey: publicKey.p384, device: 'phone' }),
      p384,
    ),
    signature: holderOf(await buildJpkiSign({ ...base, issuer: issuer.sign, publicKey: publicKey.rsa }), rsa),
    phoneSignature: holderOf(
      await buildJpkiSign({ ...base, issuer: issuer.sign, publicKey: publicKey.p384, device: 'phone' }),
      p384,
    ),
  };
}

/** A document signed as the applicant's app has a card sign it: the content inside. */
export function signDocument(holder: Holder, content: Uint8Array, signingTime: Date, eContentType: string): Uint8Array {
  const prepared = prepareSignedData({ content, eContentType, certificate: holder.certificate, signingTime });
  return prepared.finish(holder.sign(prepared.toBeSigned));
}

/** The same message with its content outside. */
export function detached(cms: Uint8Array): Uint8Array {
  const outer = DerReader.over(cms).sequence();
  const type = outer.oid();
  const signedData = outer.inside(tag.constructed(0)).sequence();
  const [version, digests, encapsulated, ...rest] = [1, 2, 3, 4, 5].map(() => signedData.element().raw);
  assert.ok(version && digests && encapsulated);
  const contentType = DerReader.over(encapsulated).sequence().oid();
  return der.sequence(
    der.oid(type),
    der.explicit(0, der.sequence(version, digests, der.sequence(der.oid(contentType)), ...rest)),
  );
}

/** Octets that nobody can have signed. */
export const noise = (length: number) => new Uint8Array(randomBytes(length));

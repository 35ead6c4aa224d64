import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CborMap, CborValue } from '@tegata/cbor';
import { StatusListError, type StatusListErrorCode } from './index.ts';
import {
  ask,
  byIdentifier,
  cwt,
  cwtOf,
  identifier,
  identifiers,
  jwt,
  sound,
  undetermined,
} from './tokens-for-tests.ts';

describe('an identifier list', () => {
  it('revokes who is listed and nobody else', async () => {
    const body = await identifiers();
    const status = (id: Uint8Array) => ask(body, { reference: byIdentifier(id) }).status;
    assert.equal(status(identifier), 'invalid');
    assert.equal(status(identifier.with(0, (identifier[0] as number) ^ 1)), 'valid');
    assert.equal(status(identifier.subarray(0, 15)), 'valid');
    assert.equal(
      ask(body, {
        reference: byIdentifier(identifier),
        fetched: { body, contentType: 'application/identifierlist+cwt' },
      }).status,
      'invalid',
    );
  });
  const entries: CborMap = new Map([[identifier, new Map()]]);
  const own: readonly (readonly [number, CborValue])[] = [
    ...sound.filter(([key]) => key !== 65533),
    [65530, new Map([['identifiers', entries]])],
  ];
  const type = 'application/identifierlist+cwt';
  const refused = (code: StatusListErrorCode, body: Uint8Array) =>
    undetermined(code, body, { reference: byIdentifier(identifier) });

  it('has its own type, which may stand among the claims', async () => {
    const among = await cwtOf(new Map([...own, [16, type]]), null);
    assert.equal(ask(among, { reference: byIdentifier(identifier) }).status, 'invalid');
    refused('type', await cwtOf(new Map([...own, [16, type]]), 'application/statuslist+cwt'));
    refused('type', await cwtOf(new Map(own), null));
    refused('type', await cwt());
  });
  it('must expire, and be its own list', async () => {
    refused('claims', await cwtOf(new Map(own.filter(([key]) => key !== 4)), type));
    refused('subject', await cwtOf(new Map([...own, [2, 'https://x.example/']]), type));
    refused('claims', await cwtOf(new Map([...own, ...sound]), type));
    await assert.rejects(identifiers({ expiresAt: undefined }), StatusListError);
  });
  it('holds identifiers and nothing else', async () => {
    refused('claims', await cwtOf(new Map([...own, [65530, new Map()]]), type));
    refused(
      'claims',
      await cwtOf(new Map([...own, [65530, new Map([['identifiers', new Map([['x', new Map()]])]])]]), type),
    );
    refused(
      'claims',
      await cwtOf(new Map([...own, [65530, new Map([['identifiers', new Map([[identifier, 1]])]])]]), type),
    );
  });
  it('is for mdocs', async () => {
    undetermined('wrong-form', await identifiers(), { reference: byIdentifier(identifier), credential: 'sd-jwt' });
    undetermined('reference', await jwt(), { reference: byIdentifier(identifier), credential: 'sd-jwt' });
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { silentLog } from '@tegata/log';
import { checkCrl, parseCertificate, readCrl } from '@tegata/x509';
import { jpkiCrlPath } from '@tegata/x509-build';
import { sql } from 'kysely';
import { crlScopes, publishCrl, publishDueCrls } from './publish-crls.ts';
import { cardPublicKey, holder, type Issued, startWorld, type World } from './world-for-tests.ts';

const HOUR = 3_600_000;

describe('the CRLs', () => {
  let world: World;
  before(async () => {
    world = await startWorld('crl.test');
  });
  after(() => world.close());

  const options = () => ({ ...world, db: world.database(), log: silentLog });
  const issueIn = async (prefecture: string, municipality: string, change: object = {}) => {
    const request = {
      profile: 'sign',
      publicKey: cardPublicKey,
      holder: { ...holder, prefecture, municipality },
      ...change,
    };
    return world.issued(await world.post('card', '/certificates', request));
  };
  const fetched = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await world.as('nobody').request('GET', path, { headers });
    assert.equal(answer.status, 200);
    return answer;
  };
  const crlOf = async ({ der }: Issued) => (await fetched(jpkiCrlPath(der) as string)).body;
  const says = (crl: Uint8Array, { der, ca }: Issued) => {
    const issuer = world.authority[ca].certificate;
    const { status, code, reason } = checkCrl({ crl, certificate: der, issuer, at: world.clock.now() });
    return reason ?? (status === code ? status : `${status} ${code}`);
  };
  const end = (issued: Issued, reason = 'keyCompromise') =>
    world.post('card', '/revocations', { ca: issued.ca, serial: issued.serial, reason });

  it('lie under a path that is made from the certificate, one for each municipality', async () => {
    const [chiyoda, kiyose] = [await issueIn('Tokyo-to', 'Chiyoda-ku'), await issueIn('Tokyo-to', 'Kiyose-shi')];
    await end(chiyoda);
    const path = jpkiCrlPath(chiyoda.der);
    assert.equal(path, `/crl/${world.authority.sign.keyId}/Tokyo-to/Chiyoda-ku.crl`);
    const answer = await fetched(path as string);
    assert.equal(answer.headers.get('content-type'), 'application/pkix-crl');
    assert.equal(says(answer.body, chiyoda), 'keyCompromise');
    assert.equal(says(await crlOf(kiyose), kiyose), 'good');
  });

  it('of another municipality, or of the other CA, prove nothing', async () => {
    const [one, other] = [await issueIn('Ibaraki-ken', 'Tsukuba-shi'), await issueIn('Ibaraki-ken', 'Mito-shi')];
    await end(one);
    assert.equal(says(await crlOf(other), one), 'unusable partition');
    const { auth } = await world.cardholder();
    assert.match(says(await crlOf(one), auth), /^unusable/);
  });

  it('have a full one for each generation besides, without a distribution point', async () => {
    const one = await issueIn('Kyoto-fu', 'Kyoto-shi');
    world.clock.advance(13 * HOUR);
    await end(one, 'superseded');
    const { body } = await fetched(`/crl/${world.authority.sign.keyId}/full.crl`);
    assert.equal(says(body, one), 'superseded');
    assert.equal(readCrl(body).distribution, undefined);
  });

  it('are of version 2 with authorityKeyIdentifier, a number, and a critical name that the certificates have', async () => {
    const one = await issueIn('Kyoto-fu', 'Uji-shi');
    const crl = readCrl(await crlOf(one));
    assert.equal(crl.version, 2);
    assert.deepEqual(Buffer.from(crl.aki?.keyIdentifier ?? []).toString('hex'), world.authority.sign.keyId);
    const point = crl.extensions.find(({ oid }) => oid === '2.5.29.28');
    assert.equal(point?.critical, true);
    const [name] = crl.distribution?.fullName ?? [];
    const [own] = parseCertificate(one.der).crlDistributionPoints?.[0]?.fullName ?? [];
    assert(name?.type === 'directoryName' && own?.type === 'directoryName');
    assert.deepEqual(name.name.raw, own.name.raw);
  });

  it('are made anew after half a day, with a larger number, and are over after a day', async () => {
    const one = await issueIn('Osaka-fu', 'Osaka-shi');
    const first = readCrl(await crlOf(one));
    assert.equal((first.nextUpdate?.getTime() as number) - first.thisUpdate.getTime(), 24 * HOUR);
    await end(one);
    world.clock.advance(11 * HOUR);
    assert.equal(says(await crlOf(one), one), 'good');
    world.clock.advance(1 * HOUR);
    const bytes = await crlOf(one);
    const second = readCrl(bytes);
    assert((second.number as bigint) > (first.number as bigint));
    assert.equal(says(bytes, one), 'keyCompromise');
    world.clock.advance(25 * HOUR);
    assert.equal(says(bytes, one), 'unusable expired');
    assert.equal(says(await crlOf(one), one), 'keyCompromise');
  });

  it('that are due are all published by one look, and none twice', async () => {
    world.clock.advance(13 * HOUR);
    const scopes = await crlScopes(options());
    assert(scopes.length > 9);
    assert.equal(await publishDueCrls(options()), scopes.length);
    assert.equal(await publishDueCrls(options()), 0);
  });

  it('name a hold, and forget it when it is lifted', async () => {
    const { person, sign } = await world.cardholder();
    const [scope] = (await crlScopes(options(), holder)).filter((one) => one.place && one.ca === 'sign');
    assert(scope);
    const now = async () => says((await publishCrl(options(), scope, 'now')).der, sign);
    const hold = (path: string) =>
      world.post('operator', path, { request: world.uuid(), of: { person }, device: 'card' });
    await hold('/suspensions');
    assert.equal(await now(), 'certificateHold');
    await hold('/resumptions');
    assert.equal(await now(), 'good');
  });

  it('grow in number although the clock stands or was set back', async () => {
    const [scope] = await crlScopes(options());
    assert(scope);
    const numbers: bigint[] = [];
    for (const step of [0, 0, -HOUR, HOUR]) {
      world.clock.advance(step);
      numbers.push((await publishCrl(options(), scope, 'now')).number);
    }
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)),
    );
  });

  it('name a certificate from before there were municipalities in each of them', async () => {
    const one = await issueIn('Nara-ken', 'Nara-shi');
    await world
      .database()
      .updateTable('jpki.certificate')
      .set({ partition: null })
      .where('serial', '=', one.serial)
      .execute();
    await end(one);
    const issuer = world.authority.sign.certificate;
    for (const scope of (await crlScopes(options())).filter(
      ({ generation }) => generation === world.authority.sign.current(),
    )) {
      const { der } = await publishCrl(options(), scope, 'now');
      const { status } = checkCrl({ crl: der, certificate: one.der, issuer, at: world.clock.now() });
      assert.notEqual(status, 'good');
    }
  });

  it('keep an entry for two days after the certificate has ended, and then no more', async () => {
    const soon = new Date(world.clock.now().getTime() + 3 * 24 * HOUR);
    const cardExpires = soon.toISOString().slice(0, 10).replaceAll('-', '');
    const one = await issueIn('Nagano-ken', 'Nagano-shi', {
      holder: { ...holder, prefecture: 'Nagano-ken', municipality: 'Nagano-shi', cardExpires },
    });
    await end(one);
    assert.equal(says(await crlOf(one), one), 'keyCompromise');
    world.clock.advance(4.5 * 24 * HOUR);
    assert.equal(says(await crlOf(one), one), 'keyCompromise');
    world.clock.advance(1.5 * 24 * HOUR);
    assert.equal(says(await crlOf(one), one), 'good');
  });

  it('are told apart by caches, and no address is made up', async () => {
    const one = await issueIn('Nara-ken', 'Ikoma-shi');
    const path = jpkiCrlPath(one.der) as string;
    const { headers } = await fetched(path);
    assert.match(headers.get('cache-control') ?? '', /^max-age=3600, public/);
    const again = await world
      .as('nobody')
      .request('GET', path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    assert.equal(again.status, 304);
    const key = world.authority.sign.keyId;
    for (const bad of [
      `/crl/${key}/Nara-ken/Atlantis-shi.crl`,
      `/crl/${'0'.repeat(40)}/full.crl`,
      `/crl/${key}/x.crl`,
    ]) {
      assert.equal((await world.as('nobody').request('GET', bad)).status, 404);
    }
  });

  it('ask the rows in portions, and miss nothing between them', async () => {
    const [scope] = (await crlScopes(options())).filter(({ ca }) => ca === 'auth');
    assert(scope);
    const { certificate, keyId } = scope.generation;
    const [ended, now] = [certificate.notAfter, world.clock.now()];
    await sql`insert into jpki.certificate (ca, serial, reserved_at, fingerprint, not_after, revoked_at, reason, issuer)
      select 'auth', upper(to_hex(268435456 + 7 * number)), ${now}, 'bulk ' || number, ${ended}, ${now}, 'superseded', ${keyId}
      from generate_series(1, 20000) as number`.execute(world.database());
    const { entries, der } = await publishCrl(options(), scope, 'now');
    assert.equal(entries, 20_000);
    assert.equal(readCrl(der).summary.count, 20_000);
  });
});

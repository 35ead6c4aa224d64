import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CardKeys, cardDates, loadPersona, makeAuthority, personalise } from '@tegata/card';
import { makeChip, memoryCounters } from '@tegata/chip';
import { systemClock as clock } from '@tegata/clock';
import { generateSoftwareKey, memoryKeys, softwareSigner } from '@tegata/keys';
import { systemRandom as random } from '@tegata/random';
import { buildJpkiAuth, buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { missingForOpensc, type OpenscCard, startOpensc } from './opensc-setup.ts';

const missing = missingForOpensc();

describe('OpenSC through pcscd and vpcd', { skip: missing && `OpenSC not tried: ${missing}` }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'opensc-'));
  let keys: CardKeys;
  let card: OpenscCard;
  let signDer: Uint8Array;

  before(async () => {
    const persona = loadPersona('adult');
    keys = persona.keys();
    const dates = cardDates(persona, clock.now());
    const holder = {
      birthDate: dates.birthDate,
      prefecture: persona.municipality.prefecture,
      municipality: persona.municipality.city,
      municipalityCode: persona.municipality.code,
    };
    const authority = async (ca: 'sign' | 'auth') => {
      const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
      return { signer, certificate: await buildJpkiCa({ ca, signer, random, notBefore: clock.now() }) };
    };
    const [sign, auth] = [await authority('sign'), await authority('auth')];
    const shared = { random, at: clock.now() };
    signDer = await buildJpkiSign({
      ...shared,
      issuer: sign,
      publicKey: createPublicKey(keys['jpki-sign']),
      holder: { ...holder, name: persona.name, address: persona.address, sex: persona.sex },
    });
    const certificates = {
      sign: signDer,
      signCa: sign.certificate,
      auth: await buildJpkiAuth({ ...shared, issuer: auth, publicKey: createPublicKey(keys['jpki-auth']), holder }),
      authCa: auth.certificate,
    };
    const cardAuthority = await makeAuthority({ clock, random, keys: memoryKeys() });
    const applications = await personalise({ persona, dates, certificates, authority: cardAuthority });
    card = await startOpensc(folder, makeChip({ applications, counters: memoryCounters(), random }));
  });

  after(async () => {
    await card?.close();
    rmSync(folder, { recursive: true });
  });

  test('the card is recognised as jpki by its ATR', async () => {
    assert.match((await card.run('opensc-tool', '-a')).output, /3b:e0:00:ff:81:31:fe:45:14/i);
    assert.match((await card.run('opensc-tool', '-n')).output, /jpki/i);
  });

  test('pkcs15-tool lists two PINs, two keys and four certificates', async () => {
    const { output } = await card.run('pkcs15-tool', '-D');
    const count = (pattern: RegExp) => output.match(pattern)?.length ?? 0;
    assert.deepEqual(
      [count(/^PIN \[/gm), count(/^Private RSA Key \[/gm), count(/^X\.509 Certificate \[/gm)],
      [2, 2, 4],
      output,
    );
  });

  test('pkcs11-tool signs with the authentication key and with the signature key', async () => {
    const data = join(folder, 'data');
    writeFileSync(data, 'a message to sign');
    for (const [slot, pin, id, key] of [
      ['0', '1234', '01', 'jpki-auth'],
      ['1', 'TEGATA1', '02', 'jpki-sign'],
    ] as const) {
      const out = join(folder, `${id}.sig`);
      const args = [
        '--login',
        '--pin',
        pin,
        '--sign',
        '--mechanism',
        'SHA256-RSA-PKCS',
        '--id',
        id,
        '-i',
        data,
        '-o',
        out,
      ];
      const { code, output } = await card.run('pkcs11-tool', '--slot', slot, ...args);
      assert.equal(code, 0, output);
      assert.ok(verify('sha256', readFileSync(data), createPublicKey(keys[key]), readFileSync(out)));
    }
  });

  test('the signature certificate comes out after its password and not after a wrong one', async () => {
    const read = (pin: string) =>
      card.run('pkcs15-tool', '--auth-id', '02', '--pin', pin, '--verify-pin', '--read-certificate', '2');
    const right = await read('TEGATA1');
    const pem = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END/.exec(right.output)?.[1] ?? '';
    assert.deepEqual(new Uint8Array(Buffer.from(pem, 'base64')), signDer);
    assert.match((await read('WRONG00')).output, /incorrect/i);
  });
});

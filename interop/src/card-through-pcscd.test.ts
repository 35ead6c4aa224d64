import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Chip, encodeResponse, loadPcscMini, openPcsc, PCSC_INSTALL, SW, vpcdCard } from '@tegata/apdu';
import { pinBytes, readPersonalFiles, unlockKey } from '@tegata/applicant-app';
import { loadPersona } from '@tegata/card';
import { systemRandom } from '@tegata/random';
import { type Pcscd, startPcscd, VPCD_PORT, withoutPcscd } from './pcscd.ts';
import { type ServedCard, serveCard, tegata } from './served-card.ts';

const without = await withoutPcscd();
const withPcscMini = await loadPcscMini(process.env['TEGATA_PCSC_MINI']).then(
  () => true,
  () => false,
);
/** ENVELOPE, as data transfer over NFC sends it (ISO/IEC 18013-5 §8.3.3.1.2). */
const ENVELOPE = '00c30000045302123400';
const READER = 'Virtual PCD 00 00';

describe('our card through pcscd and vpcd', { skip: without && `not tried: ${without}` }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'card-pcscd-'));
  const data = join(folder, 'data');
  const persona = loadPersona('adult');
  const pin = persona.pins.auth;
  const password = persona.pins.signature ?? '';
  let pcscd: Pcscd;
  let card: ServedCard;

  /** Takes the card that is in the reader away and puts another one in. */
  const holdInstead = async (id: string) => {
    await card.stop();
    await pcscd.until('out');
    card = serveCard(id, data);
    await pcscd.until('in');
  };

  before(async () => {
    pcscd = await startPcscd(folder);
    card = serveCard('adult', data);
    await pcscd.until('in');
  });

  after(async () => {
    await card?.stop();
    await pcscd?.stop();
    rmSync(folder, { recursive: true });
  });

  it('lets no other machine reach the reader: vpcd listens on 127.0.0.1 alone', () => {
    const port = VPCD_PORT.toString(16).toUpperCase();
    const listening = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '', , state]) => local.endsWith(`:${port}`) && state === '0A')
      .map(([, local]) => local);
    assert.deepEqual(listening, [`0100007F:${port}`]);
  });

  describe('to OpenSC', () => {
    it('the card is a jpki card by its ATR', async () => {
      assert.match((await pcscd.run('opensc-tool', '-a')).output, /3b:e0:00:ff:81:31:fe:45:14/i);
      assert.match((await pcscd.run('opensc-tool', '-n')).output, /jpki/i);
    });

    it('it has two PINs, two keys and four certificates', async () => {
      const { output } = await pcscd.run('pkcs15-tool', '-D');
      const count = (pattern: RegExp) => output.match(pattern)?.length ?? 0;
      assert.deepEqual(
        [count(/^PIN \[/gm), count(/^Private RSA Key \[/gm), count(/^X\.509 Certificate \[/gm)],
        [2, 2, 4],
        output,
      );
    });

    it('its signature certificate comes out after the password, and not after a wrong one', async () => {
      const read = (given: string) =>
        pcscd.run('pkcs15-tool', '--auth-id', '02', '--pin', given, '--verify-pin', '--read-certificate', '2');
      const right = await read(password);
      assert.match(right.output, /-----BEGIN CERTIFICATE-----/);
      writeFileSync(join(folder, '02.pem'), right.output.slice(right.output.indexOf('-----BEGIN')));
      const wrong = await read('WRONG00');
      assert.match(wrong.output, /incorrect/i);
      assert.doesNotMatch(wrong.output, /BEGIN CERTIFICATE/);
      await read(password);
    });

    it('both keys sign, and openssl verifies with the certificate that the card gives', async () => {
      writeFileSync(join(folder, 'message'), 'a message to sign');
      const { output } = await pcscd.run('pkcs15-tool', '--read-certificate', '1');
      writeFileSync(join(folder, '01.pem'), output.slice(output.indexOf('-----BEGIN')));
      for (const [slot, id, secret] of [
        ['0', '01', pin],
        ['1', '02', password],
      ] as const) {
        const key = ['--login', '--pin', secret, '--sign', '--mechanism', 'SHA256-RSA-PKCS', '--id', id];
        const signed = await pcscd.run('pkcs11-tool', '--slot', slot, ...key, '-i', 'message', '-o', `${id}.sig`);
        assert.equal(signed.code, 0, signed.output);
        await pcscd.run('openssl', 'x509', '-in', `${id}.pem`, '-pubkey', '-noout', '-out', `${id}.pub`);
        const verified = await pcscd.run(
          'openssl',
          'dgst',
          '-sha256',
          '-verify',
          `${id}.pub`,
          '-signature',
          `${id}.sig`,
          'message',
        );
        assert.match(verified.output, /Verified OK/);
      }
    });

    it('a wrong PIN is incorrect, the third one locks it, and a locked one stays locked', async (t) => {
      t.after(() => holdInstead('adult'));
      await holdInstead('leap-day');
      const login = (given: string) =>
        pcscd.run('pkcs11-tool', '--slot', '0', '--login', '--pin', given, '--list-objects');
      for (let attempt = 0; attempt < 2; attempt++) assert.match((await login('9999')).output, /CKR_PIN_INCORRECT/);
      await login('9999');
      // OpenSC has no word of its own for the 6984 of this card; the token says it.
      const right = loadPersona('leap-day').pins.auth;
      for (const holding of ['this', 'the next']) {
        assert.match((await pcscd.run('pkcs11-tool', '-L')).output, /user PIN locked/);
        assert.notEqual((await login(right)).code, 0);
        // Another holding of the same card finds the same counter.
        if (holding === 'this') await holdInstead('leap-day');
      }
    });

    it('any other chip sits at the same reader: one with the mdoc application for NFC answers there', async (t) => {
      await card.stop();
      await pcscd.until('out');
      const commands: string[] = [];
      const chip: Chip = {
        transmit(command) {
          commands.push(Buffer.from(command).toString('hex'));
          const data = new Uint8Array(commands.at(-1) === ENVELOPE ? 200 : 0).fill(0x5a);
          return encodeResponse(data, commands.at(-1)?.startsWith('00a40400') ? SW.fileNotFound : SW.ok);
        },
        reset() {},
      };
      const phone = vpcdCard({
        host: '127.0.0.1',
        port: VPCD_PORT,
        atr: Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01),
        chip,
      });
      t.after(async () => {
        await phone.remove();
        await pcscd.until('out');
        card = serveCard('adult', data);
        await pcscd.until('in');
      });
      phone.insert();
      await pcscd.until('in');
      const { code, output } = await pcscd.run('opensc-tool', '-c', 'default', '-s', ENVELOPE);
      assert.equal(code, 0, output);
      assert.match(output, /SW1=0x90, SW2=0x00/);
      assert.ok(commands.includes(ENVELOPE));
      assert.ok((output.match(/5A /g)?.length ?? 0) >= 200, 'the whole answer');
    });

    it('the reader is empty when the card was taken out, and full when it was put in again', async () => {
      for (let round = 0; round < 2; round++) {
        card.tell('remove');
        await pcscd.until('out');
        assert.notEqual((await pcscd.run('opensc-tool', '-r', '0', '-n')).code, 0);
        card.tell('insert');
        await pcscd.until('in');
        assert.match((await pcscd.run('opensc-tool', '-n')).output, /jpki/i);
      }
    });
  });

  const ours = withPcscMini ? false : `pcsc-mini is not installed (${PCSC_INSTALL})`;
  describe('to our own reader', { skip: ours }, () => {
    const trust = ['--trust', join(data, 'trust')];

    it('the readers are listed, and the card is in the first', async () => {
      const { code, stdout } = await tegata('card', 'readers', '--json');
      assert.equal(code, 0);
      const { readers } = JSON.parse(stdout) as { readers: { name: string; card: boolean }[] };
      const first = readers.find(({ name }) => name === READER);
      assert.equal(first?.card, true);
    });

    it('everything is read with the PIN, every check passes, and photo and signature certificate are among it', async () => {
      const secrets = ['--pin', persona.pins.text, '--signature-password', password];
      const photo = join(folder, 'photo.png');
      const { code, stdout, stderr } = await tegata(
        'card',
        'read',
        '--reader',
        READER,
        ...secrets,
        ...trust,
        '--photo',
        photo,
        '--json',
      );
      assert.equal(stderr, '');
      const report = JSON.parse(stdout) as {
        valid: boolean;
        attributes: { name: string };
        myNumber: string;
        checks: unknown;
      };
      assert.deepEqual([code, report.valid], [0, true], JSON.stringify(report.checks));
      assert.deepEqual([report.attributes.name, report.myNumber], [persona.name, '************']);
      assert.equal(readFileSync(photo).subarray(1, 4).toString(), 'PNG');
    });

    it('both keys sign, and openssl verifies', async () => {
      writeFileSync(join(folder, 'letter'), 'a letter');
      for (const [key, secret] of [
        ['auth', pin],
        ['sign', password],
      ] as const) {
        const out = join(folder, `${key}.sig`);
        const { code, stdout } = await tegata(
          'card',
          'sign',
          '--reader',
          READER,
          '--key',
          key,
          '--pin',
          secret,
          '--out',
          out,
          '--json',
          join(folder, 'letter'),
        );
        assert.equal(code, 0);
        const { certificate } = JSON.parse(stdout) as { certificate: string };
        writeFileSync(join(folder, `${key}.der`), Buffer.from(certificate, 'base64'));
        await pcscd.run(
          'openssl',
          'x509',
          '-inform',
          'DER',
          '-in',
          `${key}.der`,
          '-pubkey',
          '-noout',
          '-out',
          `${key}.pub`,
        );
        const verified = await pcscd.run(
          'openssl',
          'dgst',
          '-sha256',
          '-verify',
          `${key}.pub`,
          '-signature',
          `${key}.sig`,
          'letter',
        );
        assert.match(verified.output, /Verified OK/);
      }
    });

    it('a whole reading with photo and signature is timed', async (t) => {
      const once = async () => {
        const pcsc = await openPcsc({ load: () => loadPcscMini(process.env['TEGATA_PCSC_MINI']) });
        const began = performance.now();
        const held = await pcsc.card({ reader: READER });
        const challenge = systemRandom.bytes(32);
        const text = pinBytes('text', persona.pins.text);
        const files = await readPersonalFiles({ card: held, pin: text, challenge, confirmLastTry: false });
        const secret = pinBytes('sign', password);
        const key = await unlockKey({ card: held, key: 'sign', secret, confirmLastTry: false });
        const signature = await key.sign(challenge);
        const took = performance.now() - began;
        await held.close();
        pcsc.close();
        assert.ok(files.surface[2].length > 5000, 'with the photo');
        assert.equal(signature.length, 256);
        return took;
      };
      const times: number[] = [];
      for (let round = 0; round < 7; round++) times.push(await once());
      const [least, middle, most] = [0, 3, 6].map((at) => Math.round(times.toSorted((a, b) => a - b)[at] as number));
      t.diagnostic(`connect, read with photo, sign: median ${middle} ms [${least}, ${most}] of 7`);
    });

    it('looking at the card spends no try', async () => {
      const look = async () => {
        const { stdout } = await tegata('card', 'status', '--reader', READER, '--json');
        return (JSON.parse(stdout) as { pins: { pin: string; triesLeft: number }[] }).pins;
      };
      const first = await look();
      assert.deepEqual(
        first.map(({ triesLeft }) => triesLeft),
        [3, 5, 3, 3, 3],
      );
      assert.deepEqual(await look(), first);
    });

    it('a wrong PIN is told with the tries left, and the right one brings them back', async () => {
      const read = (given: string) => tegata('card', 'read', '--reader', READER, '--pin', given, ...trust);
      const wrong = await read('0000');
      assert.deepEqual([wrong.code, /^wrong-pin: .*Tries left: 2/.test(wrong.stderr)], [1, true]);
      assert.equal((await read(persona.pins.text)).code, 0);
    });

    it('no card in the reader is no-card, and a card that is put in meanwhile is read', async () => {
      card.tell('remove');
      await pcscd.until('out');
      const none = await tegata('card', 'status', '--reader', READER, '--wait', '0');
      assert.deepEqual([none.code, /^no-card: /.test(none.stderr)], [1, true]);
      const waiting = tegata('card', 'status', '--reader', READER, '--wait', '20', '--json');
      card.tell('insert');
      assert.equal((await waiting).code, 0);
    });
  });

  it('ends at Ctrl-C with exit code 0', async () => {
    assert.equal(await card.stop(), 0);
    await pcscd.until('out');
  });
});

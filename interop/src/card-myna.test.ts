import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { connectCard } from '@tegata/apdu';
import { CARD_ATR, loadPersona } from '@tegata/card';
import { parseAttributesFile } from '@tegata/card-files';
import { systemClock as clock } from '@tegata/clock';
import { systemRandom as random } from '@tegata/random';
import { localCard } from '../../cli/src/card/local-cards.ts';
import { buildRustProgram, withoutCargo } from './rust-program.ts';

const folder = join(import.meta.dirname, '../myna');
const asked = process.env['npm_lifecycle_event'] === 'interop:card';

/** What the program says of the card that is held to it, by name. */
async function useCard(program: string, persona: string, pin: string, wrong: string, hash: Uint8Array) {
  const child = spawn(program, [pin, wrong, Buffer.from(hash).toString('hex')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [name = '', ...rest] = line.split(' ');
    said.set(name, rest.join(' '));
    if (name === 'port') {
      const { chip } = await localCard({ persona, profile: 'card' }, { clock, random, environment: {} });
      await connectCard({ host: '127.0.0.1', port: Number(rest[0]), atr: CARD_ATR, chip });
    }
  }
  return said;
}

describe('the crate myna 0.3.0', { skip: asked ? withoutCargo() : 'run npm run interop:card' }, () => {
  it('takes our card for a My Number Card: it reads the attributes and the certificate, sees the tries, and has it sign', async () => {
    const program = buildRustProgram('myna', readFileSync(join(folder, 'Cargo.toml'), 'utf8'), {
      'src/main.rs': join(folder, 'src/main.rs'),
    });
    const { pins, name, address } = loadPersona('adult');
    const message = Buffer.from('a message that another reader has our card sign');
    const hash = createHash('sha256').update(message).digest();
    const said = await useCard(program, 'adult', pins.auth, '9876', hash);
    const bytes = (what: string) => Buffer.from(said.get(what) ?? '', 'hex');
    assert.equal(said.get('error'), undefined);
    assert.equal(said.get('card'), 'true');
    assert.equal(said.get('tries'), '3 5');
    assert.deepEqual([said.get('wrong'), said.get('tries-then')], ['2', '2']);
    const attributes = parseAttributesFile(new Uint8Array(bytes('attributes')));
    assert.deepEqual([attributes.name, attributes.address], [name, address]);
    const { publicKey } = new X509Certificate(bytes('certificate'));
    assert.ok(verify('sha256', message, publicKey, bytes('signature')));
    assert.deepEqual([said.get('verified'), said.get('issued')], ['true', 'true']);
  });
});

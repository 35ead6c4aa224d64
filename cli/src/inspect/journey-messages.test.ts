import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { systemClock } from '@tegata/clock';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import type { TapMessage } from '@tegata/tap';
import { openDataFolder } from '../data-folder.ts';
import { startStack } from '../stack.ts';
import { type DecodedMessage, decodeMessage } from './decode-message.ts';

/** Every message of one real journey, decoded as the figure does. */
const messages: TapMessage[] = [];
const shown: { message: TapMessage; decoded: DecodedMessage }[] = [];

before(async () => {
  const stack = await startStack({
    data: openDataFolder(undefined, systemRandom, {}),
    clock: systemClock,
    random: systemRandom,
    logs: () => silentLog,
    tap: { message: (message) => messages.push({ ...message, bytes: message.bytes.slice() }), step() {} },
  });
  try {
    const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo });
    await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(60_000) });
    const { qr } = await stack.hands.engage({ consent: 'allow', phonePin: stack.demo.phonePin });
    await stack.hands.askAge(qr);
  } finally {
    await stack.close();
  }
  const earlier: TapMessage[] = [];
  for (const message of messages) {
    shown.push(
      { message, decoded: decodeMessage(message, { before: earlier }) },
      { message, decoded: decodeMessage(message) },
    );
    if (message.kind.startsWith('apdu')) earlier.push(message);
  }
});

describe('every message of a journey', () => {
  it('is decoded: none is left as octets', () => {
    assert.ok(messages.length > 50);
    for (const { message, decoded } of shown) {
      const [first] = decoded.sections;
      assert.ok(first && !first.title.startsWith('Octets'), `${message.from} → ${message.to} ${message.label}`);
    }
  });
  it('hides the My Number, PINs and passwords, in the sections and in the bytes', () => {
    // The persona's My Number, the card's PIN and password, the phone's PIN.
    const secrets = ['900000000010', 'TEGATA1', '246810'];
    const forms = secrets.flatMap((secret) => {
      const hex = Buffer.from(secret).toString('hex');
      return [secret, hex, hex.toUpperCase(), (hex.match(/../g) ?? []).join(' ').toUpperCase()];
    });
    for (const { message, decoded } of shown) {
      const printed = decoded.sections.map(({ title, text, note }) => `${title}\n${text}\n${note}`).join('\n');
      for (const form of forms) {
        assert.ok(!printed.includes(form), `${message.label}: ${form} is printed`);
        assert.ok(
          !Buffer.from(decoded.maskedBytes).toString('latin1').includes(form),
          `${message.label}: ${form} is in the bytes`,
        );
      }
    }
    const inClear = messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
    for (const secret of ['900000000010', 'TEGATA1'])
      assert.ok(inClear.includes(secret), 'the secret does pass, so hiding it is a deed');
  });
  it('shows the attributes where the card gives them, and the mdoc where the issuer gives it', () => {
    const titles = shown.flatMap(({ decoded }) => decoded.sections.map(({ title }) => title));
    assert.ok(titles.some((title) => /^text AP .*EF 0002: four attributes/.test(title)));
    assert.ok(titles.includes('issuerSigned: Mobile security object (MSO)'), titles.join(' | '));
  });
});

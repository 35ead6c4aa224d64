import { Buffer } from 'node:buffer';
import type { Persona } from '@tegata/card';
import { systemClock } from '@tegata/clock';
import { type Peer, type PeerAnswer, peer } from '@tegata/http';
import { parseProblem } from '@tegata/problem';
import { demoCertificates } from '../cli/src/stack.ts';
import { tapCard } from './at-the-card.ts';
import { hostileApp } from './hostile-app.ts';
import { untilEnded } from './refusals.ts';
import type { SmallStack } from './small-stack.ts';

/** Whose values are looked for afterwards. */
export const CANARY_PERSONAS: readonly Persona['id'][] = [
  'adult',
  'substitute-name',
  'revoked',
  'pin-locked',
  'under-15',
];

/** What was reached, and what the errors on the way said. */
export interface Told {
  /** Ends of the paths: codes and states, in order. */
  readonly reached: readonly (string | undefined)[];
  readonly expected: readonly string[];
  /** The body of every answer that was an error. */
  readonly errors: readonly Uint8Array[];
}

/**
 * Runs every way that an application can go, well and badly, with `pin` and `password` as the wrong ones; then what strangers send
 * with personal data in the wrong place.
 */
export async function everyPath(stack: SmallStack, wrong: { pin: string; password: string }): Promise<Told> {
  const errors: Uint8Array[] = [];
  const reached: (string | undefined)[] = [];
  const expected: string[] = [];
  const end = (what: string, seen: string | undefined) => {
    expected.push(what);
    reached.push(seen);
  };
  const refused = (code: string, { status, body }: Pick<PeerAnswer, 'status' | 'body'>) => {
    if (status >= 400) errors.push(body);
    end(code, parseProblem(body)?.code);
  };
  const taken = async (state: string, answer: Pick<PeerAnswer, 'status' | 'body'>) => {
    const { reference } = JSON.parse(Buffer.from(answer.body).toString()) as { reference: string };
    const row = await untilEnded(stack, reference);
    end(state, row.refusal ?? row.state);
  };
  const { wallet, verifier, app } = stack.hands.peers;
  const ask = (who: Peer, path: string, json: unknown) => who.request('POST', path, { json });

  // At the card.
  refused('wrong-pin', await tapCard(stack, { persona: 'adult', pin: wrong.pin }));
  refused('wrong-signature-password', await tapCard(stack, { persona: 'adult', signaturePassword: wrong.password }));
  refused('pin-locked', await tapCard(stack, { persona: 'pin-locked' }));
  refused('no-signature-certificate', await tapCard(stack, { persona: 'under-15' }));
  refused('card-removed', await tapCard(stack, { persona: 'adult', slips: 12 }));

  // At the SMP: refused at once, refused in step 4, and issued.
  const hostile = await hostileApp(stack, systemClock);
  const opened = await hostile.open();
  const keys = await hostile.walletKeys(opened.challenge);
  const files = await hostile.read('adult', opened.challenge);
  const mixed = await hostile.sign('substitute-name', { opened, keys, files });
  refused('attributes-disagree', await hostile.send(opened.session, mixed));
  refused(
    'cms-invalid',
    await hostile.send(opened.session, Buffer.concat([mixed.subarray(0, 900), files.text[1], files.text[2]])),
  );
  const own = await hostile.madeUpKeys(opened.challenge);
  await taken(
    'key-attestation-invalid',
    await hostile.send(opened.session, await hostile.sign('adult', { opened, keys: own, files })),
  );
  await hostile.close();
  await taken('certificate-revoked', await tapCard(stack, { persona: 'revoked' }));
  await taken('active', await tapCard(stack, { persona: 'substitute-name', certificates: demoCertificates }));
  await taken('active', await tapCard(stack, { persona: 'adult', certificates: demoCertificates }));

  // At the phone and in the shop.
  const { phonePin } = stack.demo;
  refused('wrong-phone-pin', await ask(wallet, '/unlock', { pin: `${wrong.pin}${wrong.pin}` }));
  await ask(wallet, '/unlock', { pin: phonePin });
  const change = { which: 'auth', old: wrong.pin, new: stack.demo.pin };
  refused('wrong-certificate-pin', await ask(wallet, '/certificates/pin', change));
  refused('certificate-password-format', await ask(wallet, '/certificates/pin', { ...change, which: 'signature' }));
  const { qr } = await stack.hands.engage({ consent: 'allow', phonePin });
  end('green', (await stack.hands.askAge(qr)).verdict);
  end('engagement-unknown', (await stack.hands.askAge(qr)).code ?? undefined);
  refused('legal-basis-required', await ask(verifier, '/checks', { engagement: qr, ask: 'individual_number_unicode' }));

  // Personal data where nobody expects it: no answer repeats what it was sent.
  const holder = Buffer.from(files.text[2]).toString('utf8');
  const body = Buffer.from(
    `{"pin":"${stack.demo.pin}","signaturePassword":"${stack.demo.signaturePassword}","x":"${holder}`,
  );
  for (const [who, path] of [
    [app, '/applications'],
    [wallet, '/unlock'],
    [wallet, '/engagements'],
    [wallet, '/certificates/pin'],
    [app, '/pin-resets'],
    [verifier, '/checks'],
  ] as const) {
    refused('bad-request', await who.request('POST', path, { body, contentType: 'application/json' }));
    const member = { pin: stack.demo.pin, [stack.demo.signaturePassword]: holder, signaturePassword: [holder] };
    refused('bad-request', await ask(who, path, member));
  }
  for (const [name, secret, path] of [
    ['jpki', stack.secrets.cardToJpki, '/certificates'],
    ['jpki', stack.secrets.cardToJpki, '/revocations'],
    ['wallet-provider', stack.secrets.smpToProvider, '/deliveries/x'],
    ['iaca', stack.secrets.smpToIaca, '/issuances/x'],
  ] as const) {
    const party = peer({ url: stack.urls[name] as string, name, party: 'smp', secret });
    const method = path.endsWith('x') ? 'PUT' : 'POST';
    refused(
      'bad-request',
      await party.request(method, path, { json: { profile: 'sign', holder: { name: holder, address: holder } } }),
    );
  }
  return { reached, expected, errors };
}

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signWith } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CardReader, type CardSession, listenForCard } from '@tegata/apdu';
import { pinBytes, unlockKey } from '@tegata/applicant-app';
import { prepareSignedData } from '@tegata/cms';
import { type Peer, peer } from '@tegata/http';
import { decodeEvidence, reverifySignedDocument } from '@tegata/relying-party';
import { parseCertificate, pemToCertificates } from '@tegata/x509';
import { demoCertificates, PORTAL } from '../cli/src/stack.ts';
import { type SmallStack, smallStack } from '../faults/small-stack.ts';

interface LoginVerdict {
  readonly verdict: string;
  readonly code?: string;
  readonly status: string;
  readonly device?: string;
  readonly account?: string;
}
interface DocumentVerdict extends LoginVerdict {
  readonly signer?: { name: { text: string; exact: boolean }; birthDate: { complete?: object } };
  readonly evidence?: string;
}
/** What signs: a certificate, and its key wherever it is. */
interface Signing {
  readonly certificate: Uint8Array;
  sign(data: Uint8Array): Promise<Uint8Array>;
}

describe('a service that accepts e-certificates', () => {
  let stack: SmallStack;
  let reader: CardReader;
  let hotline: Peer;
  let municipality: Peer;
  let phoneReference: string;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

  before(async () => {
    stack = await smallStack();
    reader = await listenForCard();
    const { smp, jpki } = stack.urls as Record<'smp' | 'jpki', string>;
    hotline = peer({ url: smp, name: 'smp', party: 'smp', secret: stack.secrets.toSmp });
    municipality = peer({ url: jpki, name: 'jpki', party: 'card', secret: stack.secrets.toJpki });
    const persona = { persona: 'substitute-name', ...stack.demo, certificates: demoCertificates };
    const { reference } = await stack.hands.apply(persona);
    await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(60_000) });
    phoneReference = reference;
  });
  after(async () => {
    await reader.close();
    await stack.close();
  });

  /** Holds phone or card to a reader and works with one of its keys. */
  async function withKey<T>(
    what: 'phone' | 'card',
    key: 'auth' | 'sign',
    work: (key: Signing) => Promise<T>,
  ): Promise<T> {
    const { wallet, card } = stack.hands.peers;
    const at = `127.0.0.1:${reader.address.port}`;
    const own = what === 'phone' ? { path: '/certificates', peer: wallet } : { path: '', peer: card };
    const json =
      what === 'phone' ? { reader: at, pin: stack.demo.phonePin } : { reader: at, persona: 'substitute-name' };
    const held = await own.peer.request('POST', `${own.path}/hold`, { json });
    assert.equal(held.status, 200, new TextDecoder().decode(held.body));
    const session: CardSession = await reader.waitForCard({ timeoutMs: 5_000 });
    try {
      const pins = what === 'phone' ? demoCertificates : { authPin: stack.demo.pin, ...stack.demo };
      const secret = pinBytes(key, key === 'auth' ? pins.authPin : pins.signaturePassword);
      const { certificate, sign } = await unlockKey({ card: session, key, secret, confirmLastTry: false });
      return await work({ certificate: certificate.raw, sign });
    } finally {
      await session.close();
      await own.peer.request('POST', `${own.path}/remove`, { json: {} });
    }
  }
  const ask = async <T>(path: string, json: object): Promise<T> => {
    const answer = await stack.hands.peers.verifier.request('POST', path, { json });
    assert.ok(answer.status < 300, new TextDecoder().decode(answer.body));
    return answer.json() as T;
  };
  const login = async ({ certificate, sign }: Signing, change = (text: string) => text) => {
    const { id, text } = await ask<{ id: string; text: string }>('/logins', {
      purpose: 'マイページにログインします。',
    });
    const signature = await sign(new TextEncoder().encode(change(text)));
    return ask<LoginVerdict>(`/logins/${id}`, { certificate: base64(certificate), signature: base64(signature) });
  };
  const loginWith = (what: 'phone' | 'card') => withKey(what, 'auth', login);
  const desk = async (act: string) => {
    assert.equal((await hotline.request('POST', `/phones/${phoneReference}/${act}`, { json: {} })).status, 200);
  };
  /** Logs in until the verdict is as wanted: the desk is told at once, JPKI a moment later. */
  async function loginUntil(verdict: string): Promise<LoginVerdict> {
    for (let look = 0; look < 100; look++) {
      const told = await loginWith('phone');
      if (told.verdict === verdict) return told;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no login was ${verdict}`);
  }

  it('lets the phone in, and the card, as the same person', async () => {
    const [phone, card] = [await loginWith('phone'), await loginWith('card')];
    assert.deepEqual([phone.verdict, phone.status, phone.device], ['accepted', 'good', 'phone']);
    assert.deepEqual([card.verdict, card.status, card.device], ['accepted', 'good', 'card']);
    assert.match(phone.account ?? '', /^[\w-]{43}$/);
    assert.equal(phone.account, card.account);
  });

  it('lets nobody in with a signature for another place', async () => {
    const elsewhere = (text: string) => text.replace(PORTAL, 'https://evil.example');
    const { verdict, code, account } = await withKey('phone', 'auth', (key) => login(key, elsewhere));
    assert.deepEqual([verdict, code, account], ['refused', 'login-signature-invalid', undefined]);
  });

  it('does not take a signature certificate for a login', async () => {
    assert.equal((await withKey('phone', 'sign', login)).code, 'login-certificate-invalid');
  });

  it('knows the person again after a new phone and after a new card', async () => {
    const { account } = await loginWith('phone');
    const person = { persona: 'substitute-name', ...stack.demo, certificates: demoCertificates };
    const { reference } = await stack.hands.apply(person);
    await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(60_000) });
    phoneReference = reference;
    assert.equal((await loginWith('phone')).account, account, 'a new phone');

    const { certificate } = await withKey('card', 'auth', async (key) => key);
    const serial = parseCertificate(certificate).serialHex;
    const listed = await municipality.request('GET', `/certificates/auth/${serial}`);
    const { person: id } = listed.json() as { person: string };
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const reissued = await municipality.request('POST', '/certificates', {
      json: {
        profile: 'auth',
        publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
        person: id,
        holder: {
          birthDate: '19800217',
          prefecture: 'Tokyo-to',
          municipality: 'Chiyoda-ku',
          municipalityCode: '13101',
        },
      },
    });
    assert.equal(reissued.status, 201, new TextDecoder().decode(reissued.body));
    const issued = reissued.json() as { certificate: string; serial: string };
    assert.notEqual(issued.serial, serial);
    const told = await login({
      certificate: new Uint8Array(Buffer.from(issued.certificate, 'base64')),
      sign: async (data) => new Uint8Array(signWith('sha384', data, privateKey)),
    });
    assert.deepEqual([told.verdict, told.account], ['accepted', account], 'a new card');
  });

  it('refuses a lost phone from the moment that it is suspended, lets it in when it is found, and never again when it is revoked', async () => {
    await desk('suspensions');
    const suspended = await loginUntil('refused');
    assert.deepEqual([suspended.code, suspended.status], ['certificate-revoked', 'revoked']);
    await desk('resumptions');
    assert.equal((await loginUntil('accepted')).status, 'good');
    const cause = { cause: 'phone-lost' };
    const answer = await hotline.request('POST', `/phones/${phoneReference}/revocations`, { json: cause });
    assert.equal(answer.status, 200);
    assert.equal((await loginUntil('refused')).code, 'certificate-revoked');
    assert.equal((await loginWith('card')).verdict, 'accepted', 'the card is not lost');
  });

  it('takes an application that a phone has signed, reads the person, and keeps evidence that stands alone', async () => {
    const person = { persona: 'substitute-name', ...stack.demo, certificates: demoCertificates };
    const { reference } = await stack.hands.apply({ ...person, want: 'certificates' });
    const settled = await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(60_000) });
    assert.equal(settled.status, 'active');
    const content = new TextEncoder().encode('口座開設申込書 見本 TEST ONLY');
    const cms = await withKey('phone', 'sign', async ({ certificate, sign }) => {
      const signingTime = new Date(Math.floor(Date.now() / 1000) * 1000);
      const prepared = prepareSignedData({ content, eContentType: '1.2.840.113549.1.7.1', certificate, signingTime });
      return prepared.finish(await sign(prepared.toBeSigned));
    });
    const told = await ask<DocumentVerdict>('/documents', { cms: base64(cms) });
    assert.deepEqual([told.verdict, told.status, told.device], ['accepted', 'good', 'phone']);
    assert.equal(told.signer?.name.exact, false, 'the name holds a character that the certificate cannot write');
    assert.ok(told.signer?.birthDate.complete);

    const anchors = pemToCertificates(await anchorsOf('sign'));
    const again = reverifySignedDocument({ cms, trust: { anchors }, evidence: decodeEvidence(told.evidence ?? '') });
    assert.deepEqual([again.result, again.content], ['passed', content]);
    const altered = cms.with(cms.indexOf(content[0] as number), 0x20);
    assert.equal((await ask<DocumentVerdict>('/documents', { cms: base64(altered) })).verdict, 'refused');
  });

  /** The CA that JPKI hands out, as PEM; a real service has it pinned. */
  async function anchorsOf(ca: 'sign' | 'auth'): Promise<string> {
    const { body } = await municipality.request('GET', `/ca/${ca}.cer`);
    return `-----BEGIN CERTIFICATE-----\n${base64(body)}\n-----END CERTIFICATE-----\n`;
  }
});

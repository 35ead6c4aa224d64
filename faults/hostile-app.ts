import { Buffer } from 'node:buffer';
import { type CardReader, listenForCard, type Transport } from '@tegata/apdu';
import {
  APPLICATION_MEDIA_TYPE,
  readCard,
  type Session,
  signApplication,
  type WalletKeys,
  wireTo,
} from '@tegata/applicant-app';
import type { Application, CardFiles } from '@tegata/application';
import { loadPersona } from '@tegata/card';
import type { Clock } from '@tegata/clock';
import { coseKeyFromJwk } from '@tegata/cose';
import { type Peer, type PeerRequest, peer } from '@tegata/http';
import { dpopProof, type P256Jwk, p256Jwk, signKeyAttestation, toBase64url } from '@tegata/jose';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { parseProblem } from '@tegata/problem';
import { systemRandom } from '@tegata/random';
import { buildAttestationRoot, buildAttestationSigner } from '@tegata/x509-build';
import { z } from 'zod';
import type { SmallStack } from './small-stack.ts';

/** What the SMP said. */
export interface Answer {
  readonly status: number;
  /** Of a refusal. */
  readonly code?: string;
  /** Of an application that was taken. */
  readonly reference?: string;
  readonly body: Uint8Array;
}

/** How a call shall differ from an honest one. */
export interface Misuse {
  readonly caller?: Signer;
  /** The proof to send instead of a fresh one; `null` sends none. */
  readonly proof?: string | null;
  readonly contentType?: string;
  /** The session named in the header; `null` names none. */
  readonly session?: string | null;
}

/** An application as it lies before the card that shall sign it. */
export interface Draft {
  readonly opened: Session;
  readonly keys: WalletKeys;
  readonly files: CardFiles;
}

/** An app that does what it likes: the steps of the real one, each to be taken alone and with other things than belong to it. */
export interface HostileApp {
  readonly phone: Signer;
  open(): Promise<Session>;
  /** Keys of the victim's wallet, attested over a challenge. */
  walletKeys(challenge: Uint8Array): Promise<WalletKeys>;
  /** Keys of its own making; what a provider that nobody trusts says of them. */
  madeUpKeys(challenge: Uint8Array): Promise<WalletKeys>;
  /** Holds a card to its own reader. `factory` is where that card lies. */
  withCard<T>(persona: string, work: (card: Transport) => Promise<T>, factory?: Peer): Promise<T>;
  read(persona: string, challenge: Uint8Array, factory?: Peer): Promise<CardFiles>;
  /** Has the persona's card sign what the draft says, with changes. */
  sign(
    persona: string,
    draft: Draft,
    change?: (draft: Application) => Partial<Application>,
    factory?: Peer,
  ): Promise<Uint8Array>;
  /** Honest to the end of step 2. */
  honest(persona: string): Promise<Draft & { readonly signed: Uint8Array }>;
  send(session: string, body: Uint8Array, misuse?: Misuse): Promise<Answer>;
  /** Any other call to the SMP. */
  call(method: string, path: string, body?: Uint8Array, misuse?: Misuse): Promise<Answer>;
  prove(method: string, path: string, body?: Uint8Array): Promise<string>;
  close(): Promise<void>;
}

const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const accepted = z.object({ reference: z.string() });

/** Starts one beside a stack, with a phone key and a card reader of its own. */
export async function hostileApp(stack: SmallStack, clock: Clock): Promise<HostileApp> {
  const random = systemRandom;
  const phone = softwareSigner(await generateSoftwareKey('P-256'));
  const reader: CardReader = await listenForCard();
  const smp = peer({ url: stack.urls['smp'] as string, name: 'smp', party: 'applicant-app' });
  const wallet = peer({
    url: stack.urls['wallet'] as string,
    name: 'wallet',
    party: 'applicant-app',
    secret: stack.secrets.appToWallet,
  });
  const wire = wireTo({ smp, wallet, phone, clock, random });

  const prove = (method: string, path: string, body?: Uint8Array, signer = phone) =>
    dpopProof({ signer, method, url: new URL(path, smp.url).href, body, clock, random });

  async function call(method: string, path: string, body?: Uint8Array, misuse: Misuse = {}): Promise<Answer> {
    const proof = misuse.proof === undefined ? await prove(method, path, body, misuse.caller) : misuse.proof;
    const request: PeerRequest = {
      body,
      ...(body ? { contentType: misuse.contentType ?? 'application/json' } : {}),
      headers: {
        ...(proof === null ? {} : { DPoP: proof }),
        ...(misuse.session ? { 'Tegata-Session': misuse.session } : {}),
      },
    };
    const answer = await smp.request(method, path, request);
    if (answer.status >= 400)
      return { status: answer.status, code: parseProblem(answer.body)?.code, body: answer.body };
    const reference = accepted.safeParse(answer.json()).data?.reference;
    return { status: answer.status, reference, body: answer.body };
  }

  async function withCard<T>(
    persona: string,
    work: (card: Transport) => Promise<T>,
    factory = stack.hands.peers.card,
  ): Promise<T> {
    const { host, port } = reader.address;
    await factory.request('POST', '/hold', { json: { persona, reader: `${host}:${port}` } });
    const card = await reader.waitForCard({ timeoutMs: 5_000 });
    try {
      return await work(card);
    } finally {
      await card.close();
      await factory.request('POST', '/remove', { json: {} });
    }
  }

  const app: HostileApp = {
    phone,
    open: () => wire.openSession('ios'),
    walletKeys: (challenge) => wire.walletKeys(challenge, 1),
    async madeUpKeys(challenge) {
      const [device, response] = [await newKey(), await newKey()];
      return { ...(await attestedBy(device, challenge, clock)), deviceKeys: [device], responseKey: response };
    },
    withCard,
    read: (persona, challenge, factory) =>
      withCard(
        persona,
        (card) => readCard({ card, challenge, pin: ascii(loadPersona(persona).pins.text), confirmLastTry: false }),
        factory,
      ),
    sign(persona, { opened, keys, files }, change = () => ({}), factory) {
      const signaturePassword = ascii(loadPersona(persona).pins.signature as string);
      // Made when the card is there: a card that is taken out for the first time has certificates of this very second.
      const application = (): Application => ({
        version: 1,
        session: opened.session,
        challenge: opened.challenge,
        platform: 'ios',
        time: new Date(Math.floor(clock.now().getTime() / 1000) * 1000),
        card: files,
        deviceKeys: keys.deviceKeys.map((jwk) => coseKeyFromJwk(jwk)),
        keyAttestation: keys.attestation,
        responseKey: coseKeyFromJwk(keys.responseKey),
      });
      const sign = (card: Transport) => {
        const honest = application();
        return signApplication({ card, signaturePassword, application: { ...honest, ...change(honest) } });
      };
      return withCard(persona, sign, factory);
    },
    async honest(persona) {
      const opened = await app.open();
      const draft = {
        opened,
        keys: await app.walletKeys(opened.challenge),
        files: await app.read(persona, opened.challenge),
      };
      return { ...draft, signed: await app.sign(persona, draft) };
    },
    send: (session, body, misuse) =>
      call('POST', '/applications', body, { contentType: APPLICATION_MEDIA_TYPE, session, ...misuse }),
    call,
    prove,
    close: () => reader.close(),
  };
  return app;
}

async function newKey(): Promise<P256Jwk> {
  return p256Jwk(softwareSigner(await generateSoftwareKey('P-256')).publicKey);
}

/** An attestation that has every form of a good one, under a root that nobody trusts. */
async function attestedBy(device: P256Jwk, challenge: Uint8Array, clock: Clock): Promise<{ attestation: string }> {
  const random = systemRandom;
  const [root, signer] = [
    softwareSigner(await generateSoftwareKey('P-256')),
    softwareSigner(await generateSoftwareKey('P-256')),
  ];
  const notBefore = new Date(clock.now().getTime() - 1000);
  const certificate = await buildAttestationRoot({ signer: root, random, notBefore });
  const chain = await buildAttestationSigner({
    issuer: { certificate, signer: root },
    publicKey: signer.publicKey,
    random,
    notBefore,
  });
  return signKeyAttestation({
    signer,
    certificateChain: [chain],
    attestedKeys: [device],
    nonce: toBase64url(challenge),
    keyStorage: ['iso_18045_basic'],
    userAuthentication: ['iso_18045_basic'],
    lifetimeSeconds: 3600,
    clock,
    random,
  });
}

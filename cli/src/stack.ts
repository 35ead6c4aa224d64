import { createServer } from 'node:net';
import * as applicantApp from '@tegata/applicant-app';
import * as card from '@tegata/card';
import type { Clock } from '@tegata/clock';
import type { Running } from '@tegata/http';
import * as iaca from '@tegata/iaca';
import * as jpki from '@tegata/jpki';
import { type Random, randomUuid } from '@tegata/random';
import * as smp from '@tegata/smp';
import { openStore, type Store } from '@tegata/store';
import type { Tap } from '@tegata/tap';
import * as verifier from '@tegata/verifier';
import * as wallet from '@tegata/wallet';
import * as walletProvider from '@tegata/wallet-provider';
import type { DataFolder } from './data-folder.ts';
import { type Hands, handsFor } from './hands.ts';
import type { Logs } from './logs.ts';

/** The secrets of the demo's cards and phone, as the test cards' page says them. */
export const demo = { pin: '1234', signaturePassword: 'TEGATA1', phonePin: '246810' } as const;
/** The PINs under which the demo's phone has its own certificates. */
export const demoCertificates = { authPin: '9876', signaturePassword: 'PHONE01' } as const;

/** The web origin of the demo's service that accepts e-certificates. Nobody answers there: it stands in what visitors sign. */
export const PORTAL = 'https://portal.tegata.example';

/** What a stack needs. */
export interface StackOptions {
  /** `postgres://…`; without it PGlite, in the data folder or in memory. */
  readonly db?: string;
  readonly data: DataFolder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logs: Logs;
  readonly tap: Tap;
  /** Personas besides those that come with this program. */
  readonly ownPersonas?: readonly card.Persona[];
  /** Runs the SMP in another way than in this process (the kill -9 drills do). */
  readonly startSmp?: (config: smp.SmpConfig) => Promise<Running>;
  /** Other spans of time for the SMP than its own. */
  readonly smpTiming?: Partial<smp.Timing>;
  /** Puts something between a party and those that call it (the outage drills do): gets its URL, gives the one to be called. */
  readonly between?: (party: 'jpki' | 'iaca' | 'wallet-provider', url: string) => Promise<string>;
}

/** What the two parties of a pair show each other. */
export type PairSecrets = Readonly<
  Record<
    | 'cardToJpki'
    | 'smpToJpki'
    | 'toJpki'
    | 'toSmp'
    | 'smpToIaca'
    | 'smpToProvider'
    | 'appToWallet'
    | 'toCard'
    | 'toApp'
    | 'toWallet'
    | 'toVerifier'
    | 'portalToJpki',
    string
  >
>;

/** Every party, running. */
export interface Stack {
  readonly hands: Hands;
  /** For drills that put another party in the place of one. */
  readonly secrets: PairSecrets;
  readonly demo: typeof demo;
  readonly storeKind: Store['kind'];
  readonly store: Store;
  readonly urls: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * The ceremony and the start: makes the authorities' keys, hands each party its list of anchors, and starts every party on a
 * free loopback port. No party takes an anchor from the network or from a message.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { clock, random, data, logs, tap } = options;
  const { keys } = data;
  const running: { close(): Promise<void> }[] = [];
  // Last started, first stopped; the store last of all.
  const close = async () => {
    for (const party of running.splice(0).reverse()) await party.close();
  };
  const started = async <T extends { close(): Promise<void> }>(party: Promise<T>): Promise<T> => {
    const it = await party;
    running.push(it);
    return it;
  };
  const secret = () => randomUuid(random);
  const base = (party: Parameters<Logs>[0]) => ({ clock, random, log: logs(party), tap });
  const between = options.between ?? (async (_party, url) => url);

  try {
    const [store, jpkiAuthority, iacaAuthority, cardAuthority, providerAuthority] = await Promise.all([
      started(openStore({ url: options.db, folder: data.folder, onError: () => {} })),
      jpki.makeAuthority({ clock, random, keys }),
      iaca.makeAuthority({ clock, random, keys }),
      card.makeAuthority({ clock, random, keys }),
      walletProvider.makeAuthority({ clock, random, keys }),
    ]);
    data.keepAnchors({
      'jpki-sign': jpkiAuthority.sign.anchors,
      'jpki-auth': jpkiAuthority.auth.anchors,
      'wallet-provider': providerAuthority.root,
      iaca: iacaAuthority.root,
    });
    const secrets: PairSecrets = {
      cardToJpki: secret(),
      smpToJpki: secret(),
      toJpki: secret(),
      toSmp: secret(),
      smpToIaca: secret(),
      smpToProvider: secret(),
      appToWallet: secret(),
      toCard: secret(),
      toApp: secret(),
      toWallet: secret(),
      toVerifier: secret(),
      portalToJpki: secret(),
    };

    const jpkiParty = await started(
      jpki.start({
        ...base('jpki'),
        store,
        authority: jpkiAuthority,
        secret: secrets.cardToJpki,
        smpSecret: secrets.smpToJpki,
        operatorSecret: secrets.toJpki,
        pairwise: { key: data.pairwiseKey, relyingParties: [{ origin: PORTAL, secret: secrets.portalToJpki }] },
      }),
    );
    const iacaParty = await started(
      iaca.start({
        ...base('iaca'),
        store,
        kek: data.iacaWrappingKey,
        authority: iacaAuthority,
        secret: secrets.smpToIaca,
        profile: 'default',
      }),
    );
    const cardParty = await started(
      card.start({
        ...base('card'),
        jpki: { url: jpkiParty.url, secret: secrets.cardToJpki },
        authority: cardAuthority,
        secret: secrets.toCard,
        ...(options.ownPersonas ? { ownPersonas: options.ownPersonas } : {}),
        dataDir: data.sub('card'),
      }),
    );

    // The SMP and the wallet provider call each other, so one of the ports is chosen before its owner listens.
    const smpPort = await freePort();
    const smpUrl = `http://127.0.0.1:${smpPort}`;
    const providerParty = await started(
      walletProvider.start({
        ...base('wallet-provider'),
        store,
        authority: providerAuthority,
        smp: { url: smpUrl, secret: secrets.smpToProvider },
        secret: secrets.smpToProvider,
      }),
    );
    await started(
      (options.startSmp ?? smp.start)({
        ...base('smp'),
        timing: options.smpTiming,
        port: smpPort,
        store,
        kek: data.smpWrappingKey,
        personKey: data.personKey,
        operatorSecret: secrets.toSmp,
        jpki: { url: await between('jpki', jpkiParty.url), secret: secrets.smpToJpki },
        iaca: { url: await between('iaca', iacaParty.url), secret: secrets.smpToIaca },
        walletProvider: { url: await between('wallet-provider', providerParty.url), secret: secrets.smpToProvider },
        trust: {
          jpkiSign: jpkiAuthority.sign.anchors,
          jpkiAuth: jpkiAuthority.auth.anchors,
          textCvc: [cardAuthority.text.anchor],
          surfaceCvc: [cardAuthority.surface.anchor],
          walletProvider: [providerAuthority.root],
        },
      }),
    );
    const walletParty = await started(
      wallet.start({
        ...base('wallet'),
        walletProvider: { url: providerParty.url },
        secrets: { applicantApp: secrets.appToWallet, screens: secrets.toWallet },
        pin: demo.phonePin,
        trust: {
          iaca: [iacaAuthority.root],
          jpkiSign: jpkiAuthority.sign.anchors,
          jpkiAuth: jpkiAuthority.auth.anchors,
        },
        jpki: { url: jpkiParty.url },
        dataDir: data.sub('wallet'),
      }),
    );
    const appParty = await started(
      applicantApp.start({
        ...base('applicant-app'),
        smp: { url: smpUrl },
        wallet: { url: walletParty.url, secret: secrets.appToWallet },
        secret: secrets.toApp,
        keys,
        dataDir: data.folder,
      }),
    );
    const verifierParty = await started(
      verifier.start({
        ...base('verifier'),
        trust: { iaca: [iacaAuthority.root] },
        secret: secrets.toVerifier,
        relyingParty: {
          origin: PORTAL,
          jpki: { url: jpkiParty.url, secret: secrets.portalToJpki },
          trust: { jpkiSign: jpkiAuthority.sign.anchors, jpkiAuth: jpkiAuthority.auth.anchors },
        },
      }),
    );

    return {
      hands: handsFor({
        card: { url: cardParty.url, secret: secrets.toCard },
        applicantApp: { url: appParty.url, secret: secrets.toApp },
        wallet: { url: walletParty.url, secret: secrets.toWallet },
        verifier: { url: verifierParty.url, secret: secrets.toVerifier },
      }),
      secrets,
      demo,
      storeKind: store.kind,
      store,
      urls: {
        card: cardParty.url,
        'applicant-app': appParty.url,
        smp: smpUrl,
        jpki: jpkiParty.url,
        iaca: iacaParty.url,
        'wallet-provider': providerParty.url,
        wallet: walletParty.url,
        verifier: verifierParty.url,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

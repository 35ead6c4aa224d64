import type { Clock } from '@tegata/clock';
import { peer, type Running, serve } from '@tegata/http';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Tap } from '@tegata/tap';
import { cardViews } from './card-view.ts';
import { WalletError } from './error.ts';
import { engagements } from './presentation/engagement.ts';
import { receiveDeliveries } from './receive-deliveries.ts';
import { routes } from './routes.ts';
import { rootKey } from './secure-element/root-key.ts';
import { openSecureElement, type SecureElement } from './secure-element/secure-element.ts';
import { PIN_TRIES } from './secure-element/unlock-pin.ts';
import { tokenInField } from './token/hold-token.ts';
import { pinReset } from './token/reset-pins.ts';
import { tokenRoutes } from './token/routes.ts';
import { askStanding } from './token/token-status.ts';
import { tokenStore } from './token/token-store.ts';
import { openWalletFile, type WalletFile } from './wallet-file.ts';
import { wireTo } from './wire.ts';

/** What the wallet needs. */
export interface WalletConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  readonly walletProvider: { readonly url: string };
  /** What the applicant's app and the screens show when they call. */
  readonly secrets: { readonly applicantApp: string; readonly screens: string };
  /** Set as the phone's unlock PIN at the first start; later it unlocks the phone at the start, as its holder would. */
  readonly pin: string;
  /** Where the phone's file lies; in memory when absent. */
  readonly dataDir?: string;
  /** The issuers whose cards are kept, and the CAs whose e-certificates are, DER. Without these no certificates are kept. */
  readonly trust: {
    readonly iaca: readonly Uint8Array[];
    readonly jpkiSign?: readonly Uint8Array[];
    readonly jpkiAuth?: readonly Uint8Array[];
  };
  /** Who is asked how the phone's certificates stand. */
  readonly jpki?: { readonly url: string };
  /** The keys of the phone's certificates: RSA-2048 when absent, P-384 as the next cards have them. */
  readonly certificateKeys?: 'RSA-2048' | 'P-384';
  /** How long a person may think about a reader's question; 60 seconds when absent. */
  readonly consentMs?: number;
}

/** Starts the wallet: a phone that makes keys, receives its card, keeps it sealed and shows it to readers. */
export async function start(config: WalletConfig): Promise<Running> {
  const { clock, random, log, tap } = config;
  const file = openWalletFile(config.dataDir);
  const root = rootKey(config.dataDir, random);
  const element = openSecureElement({ file, rootKey: root, random });
  const tokens = tokenStore({ file, element, rootKey: root, random, clock, keyAlgorithm: config.certificateKeys });
  firstUnlock(element, config);

  const provider = peer({ ...config.walletProvider, name: 'wallet-provider', party: 'wallet', tap });
  const wire = wireTo({ provider, instance: () => element.instanceSigner(), clock, random });
  const { iaca, jpkiSign = [], jpkiAuth = [] } = config.trust;
  const storing = { file, element, tokens, trustAnchors: iaca, tokenTrust: { jpkiSign, jpkiAuth }, clock, random };
  const receiver = receiveDeliveries({ storing, wire, log, tap, random });
  const views = cardViews({ file, element });
  const codes = engagements({ clock, random });
  const field = tokenInField();
  const jpki = config.jpki && peer({ ...config.jpki, name: 'jpki', party: 'wallet', tap });
  let url = '';
  const app = routes({
    secrets: config.secrets,
    answering: { file, element, consentMs: config.consentMs ?? 60_000 },
    views,
    engagements: codes,
    wire,
    receiver,
    tokens,
    field,
    clock,
    readerUrl: (id) => `${url}/sessions/${id}`,
    reset: (pin) => eraseAll(file, element, pin),
  });
  app.route(
    '/',
    tokenRoutes({
      secrets: config.secrets,
      tokens,
      element,
      standing: askStanding({ jpki, clock, random }),
      field,
      reset: pinReset({ tokens, clock, random }),
      random,
    }),
  );
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  url = server.url;
  log.info('started', { url });
  return {
    url,
    async close() {
      codes.close();
      await field.remove();
      await server.close();
      await receiver.close();
      file.close();
    },
  };
}

function firstUnlock(element: SecureElement, { pin, log }: WalletConfig): void {
  if (!element.pinIsSet) {
    element.setPin(pin);
    return;
  }
  // A process that starts again and again with a PIN that is no longer right must not use up the tries.
  if (element.triesLeft < PIN_TRIES) {
    log.warn('phone-locked', { code: 'tries-used' });
    return;
  }
  try {
    element.authorize(pin);
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    log.warn('phone-locked', { code: error.code });
  }
}

function eraseAll(file: WalletFile, element: SecureElement, pin: string): void {
  file.transaction(() => {
    element.erase();
    file.db.exec(
      'delete from receipt; delete from mdoc; delete from provisional; delete from application; delete from token',
    );
    element.setPin(pin);
  });
}

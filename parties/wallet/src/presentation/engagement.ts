import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import { generateSoftwareKey } from '@tegata/keys';
import { buildDeviceEngagement, engagementToQr, httpRetrieval } from '@tegata/mdoc';
import type { Random } from '@tegata/random';
import { WalletError } from '../error.ts';
import type { Authorization } from '../secure-element/secure-element.ts';
import type { Consent, ConsentRequest } from './consent.ts';

/** How far an engagement has come. */
export type EngagementState = 'waiting' | 'asked' | 'answered' | 'denied' | 'failed' | 'expired';

/** One QR code that was shown, good for one reader and one answer. */
export interface Engagement {
  readonly id: string;
  readonly qr: string;
  /** DeviceEngagement as encoded into the QR code. */
  readonly bytes: Uint8Array;
  readonly mode: 'ask' | 'allow';
  readonly expires: Date;
  state: EngagementState;
  /** The phone's ephemeral key; gone once a reader has come. */
  eDeviceKey: KeyObject | undefined;
  /** From the PIN given when the code was shown; used where nobody is asked again. */
  authorization: Authorization | undefined;
  request?: ConsentRequest;
  /** Hands over the person's decision, while one is waited for. */
  decide?: (decision: Decision) => void;
}

/** The person's answer. */
export type Decision =
  | { readonly allow: false }
  | { readonly allow: true; readonly consent: Consent; readonly authorization: Authorization };

const LIFETIME_MS = 5 * 60 * 1000;
const KEPT_MS = 10 * 60 * 1000;
const MOST = 64;

/** The codes that are being shown. */
export interface Engagements {
  /** Shows a code. @throws {WalletError} `bad-request` with too many at once */
  open(options: {
    mode: 'ask' | 'allow';
    authorization?: Authorization | undefined;
    url: (id: string) => string;
  }): Promise<Engagement>;
  /** @throws {WalletError} `engagement-unknown` */
  get(id: string): Engagement;
  /**
   * A reader has come: hands out the ephemeral key, once.
   * @throws {WalletError} `engagement-unknown` also for a code that was used or has run out
   */
  take(id: string): { engagement: Engagement; eDeviceKey: KeyObject };
  /** Answers no to every open question: nobody will be there to say yes. */
  close(): void;
}

/** Keeps engagements in memory: none outlives the process. */
export function engagements(options: { clock: Clock; random: Random }): Engagements {
  const { clock, random } = options;
  const shown = new Map<string, Engagement>();

  function tidy(): void {
    const now = clock.now().getTime();
    for (const [id, engagement] of shown) {
      if (engagement.state === 'waiting' && engagement.expires.getTime() <= now) {
        engagement.state = 'expired';
        engagement.eDeviceKey = undefined;
        engagement.authorization = undefined;
      }
      if (engagement.expires.getTime() + KEPT_MS <= now && engagement.state !== 'asked') shown.delete(id);
    }
  }
  const unknown = () => new WalletError('engagement-unknown', 'This code was used, has run out, or was never shown.');
  const get = (id: string) => {
    tidy();
    const engagement = shown.get(id);
    if (!engagement) throw unknown();
    return engagement;
  };

  return {
    async open({ mode, authorization, url }) {
      tidy();
      if (shown.size >= MOST) {
        // Those that have come to an end make room first.
        const ended = [...shown.values()].find(({ state }) => state !== 'waiting' && state !== 'asked');
        if (!ended) throw new WalletError('bad-request', 'Too many codes are being shown at once.', { most: MOST });
        shown.delete(ended.id);
      }
      const id = Buffer.from(random.bytes(16)).toString('base64url');
      const eDeviceKey = await generateSoftwareKey('P-256');
      const bytes = buildDeviceEngagement({
        eDeviceKey: createPublicKey(eDeviceKey),
        retrievalMethods: [httpRetrieval(url(id))],
      });
      const engagement: Engagement = {
        id,
        qr: engagementToQr(bytes),
        bytes,
        mode,
        expires: new Date(clock.now().getTime() + LIFETIME_MS),
        state: 'waiting',
        eDeviceKey,
        authorization,
      };
      shown.set(id, engagement);
      return engagement;
    },
    get,
    take(id) {
      const engagement = get(id);
      const { eDeviceKey } = engagement;
      if (engagement.state !== 'waiting' || !eDeviceKey) throw unknown();
      engagement.eDeviceKey = undefined;
      engagement.state = 'asked';
      return { engagement, eDeviceKey };
    },
    close() {
      for (const { decide } of shown.values()) decide?.({ allow: false });
      shown.clear();
    },
  };
}

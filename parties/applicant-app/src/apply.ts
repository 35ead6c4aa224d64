import { ApduError, type CardReader, limitTransport } from '@tegata/apdu';
import type { Clock } from '@tegata/clock';
import { coseKeyFromJwk } from '@tegata/cose';
import type { StepNumber, Tap } from '@tegata/tap';
import { readCard } from './1-read-card.ts';
import { signApplication } from './2-sign-application.ts';
import { sendApplication } from './3-send-application.ts';
import { ApplicantAppError } from './error.ts';
import type { Secrets } from './secrets.ts';
import type { Accepted, PhonePins, Wire } from './wire.ts';

/** A signed application that could not be sent: kept in memory until its session ends, so that nobody has to tap twice. */
export interface Unsent {
  readonly session: string;
  readonly expires: Date;
  readonly signed: Uint8Array;
}

/** What applying needs. */
export interface Applying {
  readonly wire: Wire;
  readonly reader: CardReader;
  readonly clock: Clock;
  readonly tap: Tap;
  /** How long the app waits for a card. */
  readonly cardWaitMs: number;
  /** Told when a signed application could not be sent. */
  readonly unsent: (application: Unsent) => void;
}

/** What a person wants, and the secrets for it. */
export interface ApplyRequest {
  readonly secrets: Secrets;
  readonly platform: 'ios' | 'android';
  readonly confirmLastTry: boolean;
  /** Asks for the phone's certificates too, under these PINs, which go to the wallet on the same phone and nowhere else. */
  readonly certificates?: PhonePins;
  /** The certificates alone. */
  readonly want?: 'certificates';
}

/**
 * Steps 1 to 3. Session, challenge and device keys come first, so that the card is held for one short moment and its
 * signature covers everything.
 */
export async function apply(applying: Applying, request: ApplyRequest): Promise<Accepted> {
  const { wire, clock, tap } = applying;
  const { secrets } = request;
  const step = stepTeller(tap);

  const prepared = await step(1, async () => {
    const opened = await wire.openSession(request.platform);
    const { certificates, platform } = request;
    const keys = await wire.walletKeys(opened.challenge, 1, certificates && { ...certificates, platform });
    const card = limitTransport(await applying.reader.waitForCard({ timeoutMs: applying.cardWaitMs }));
    try {
      const { confirmLastTry } = request;
      const files = await readCard({ card, pin: secrets.pin, challenge: opened.challenge, confirmLastTry });
      return { opened, keys, card, files };
    } catch (error) {
      await card.close();
      throw error;
    }
  });

  const { opened, keys, card } = prepared;
  const signed = await step(2, () =>
    signApplication({
      card,
      signaturePassword: secrets.signaturePassword,
      application: {
        version: 1,
        session: opened.session,
        challenge: opened.challenge,
        platform: request.platform,
        time: new Date(Math.floor(clock.now().getTime() / 1000) * 1000),
        card: prepared.files,
        deviceKeys: keys.deviceKeys.map((jwk) => coseKeyFromJwk(jwk)),
        keyAttestation: keys.attestation,
        responseKey: coseKeyFromJwk(keys.responseKey),
        ...(request.want ? { want: request.want } : {}),
        ...(keys.certificateRequests ? { certificateRequests: keys.certificateRequests } : {}),
      },
    }),
  ).finally(() => card.close());
  secrets.wipe();

  return send(applying, { session: opened.session, expires: opened.expires, signed });
}

/** Step 3 alone: for an application that was signed before. */
export async function send(applying: Applying, application: Unsent): Promise<Accepted> {
  const step = stepTeller(applying.tap);
  return step(3, async () => {
    try {
      return await sendApplication(applying.wire, application.session, application.signed);
    } catch (error) {
      if (error instanceof ApplicantAppError && error.code === 'smp-unreachable') applying.unsent(application);
      throw error;
    }
  });
}

function stepTeller(tap: Tap) {
  return async <T>(step: StepNumber, work: () => Promise<T>): Promise<T> => {
    tap.step({ step, state: 'started' });
    try {
      const done = await work();
      tap.step({ step, state: 'passed' });
      return done;
    } catch (error) {
      tap.step({ step, state: 'failed', code: codeOf(error) });
      throw error;
    }
  };
}

/** The stable code of an error on the person's way. */
export function codeOf(error: unknown): string {
  if (error instanceof ApduError || (error instanceof Error && 'code' in error)) return String(error.code);
  return 'internal';
}

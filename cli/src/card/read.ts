import {
  ApplicantAppError,
  hasApplication,
  readCertificate,
  readPersonalFiles,
  readToken,
  selectApplication,
  unlockKey,
} from '@tegata/applicant-app';
import { cardArguments, WHERE } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { type HeldCard, holdCard } from './card-source.ts';
import { checkReading, type Reading } from './check-reading.ts';
import { beforeLastTry } from './last-try.ts';
import { photoFileFor, savePhoto } from './photo-file.ts';
import { renderReading } from './render-reading.ts';
import { runCard } from './run-card.ts';
import { type GivenSecrets, SecretInput } from './secret-input.ts';
import { readTrust } from './trust-folder.ts';
import { READ_USAGE } from './usage.ts';

const OPTIONS = {
  ...WHERE,
  trust: 'value',
  photo: 'value',
  pin: 'value',
  'pin-file': 'value',
  'signature-password': 'value',
  'signature-password-file': 'value',
  'show-my-number': 'flag',
  'yes-last-try': 'flag',
} as const;

const PIN = { kind: 'text', option: 'pin', words: 'PIN of the attributes (4 digits)' } as const;
const PASSWORD = { kind: 'sign', option: 'signature-password', words: 'signature password' } as const;

/**
 * `tegata card read`: everything that the 4-digit PIN opens, checked by named checks.
 * @returns 0 every check passed, 1 one did not or the card refused, 2 the arguments cannot be used
 */
export function readCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, READ_USAGE, async () => {
    const { values } = cardArguments(args, OPTIONS);
    const photo = photoFileFor(values.photo);
    const own = values.trust === undefined ? undefined : readTrust(values.trust);
    const secrets = new SecretInput(io, values as GivenSecrets);
    const pin = await secrets.take(PIN);
    const password = secrets.has(PASSWORD) ? await secrets.take(PASSWORD) : undefined;
    const held = await holdCard(values, io);
    let reading: Reading;
    try {
      reading = await read(held, { pin, password, yes: values['yes-last-try'] === true, io });
    } finally {
      pin.fill(0);
      password?.fill(0);
      await held.close();
    }
    const report = checkReading(reading, own ?? held.trust, io.clock.now());
    const saved = photo && (await savePhoto(photo, report.portrait));
    const text = renderReading(report, {
      json: values.json === true,
      showMyNumber: values['show-my-number'] === true,
      ...(saved ? { photo: saved } : {}),
    });
    await io.write(text);
    return report.valid && saved?.error === undefined ? 0 : 1;
  });
}

interface Means {
  readonly pin: Uint8Array;
  readonly password: Uint8Array | undefined;
  readonly yes: boolean;
  readonly io: CardIo;
}

async function read({ card }: HeldCard, { pin, password, yes, io }: Means): Promise<Reading> {
  if (!(await hasApplication(card, 'text'))) {
    throw new ApplicantAppError(
      'not-a-card',
      'There are no attributes here: this is a phone, or another kind of card.',
    );
  }
  const challenge = io.random.bytes(32);
  const files = await beforeLastTry(io, yes, (confirmLastTry) =>
    readPersonalFiles({ card, pin, challenge, confirmLastTry }),
  );
  const sign =
    password &&
    (await beforeLastTry(io, yes, (confirmLastTry) =>
      unlockKey({ card, key: 'sign', secret: password, confirmLastTry }),
    ));
  await selectApplication(card, 'jpki');
  const { available } = await readToken(card);
  return {
    files,
    challenge,
    available,
    auth: available.auth ? await readCertificate(card, 'auth') : undefined,
    authCa: await readCertificate(card, 'authCa'),
    signCa: await readCertificate(card, 'signCa'),
    sign: sign?.certificate.raw,
  };
}

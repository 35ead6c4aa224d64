import { type CardStatus, cardStatus } from '@tegata/applicant-app';
import { cardArguments, WHERE } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { holdCard } from './card-source.ts';
import { type CertificateSummary, certificateLine, summarise } from './certificate-summary.ts';
import { day } from './plain.ts';
import { runCard } from './run-card.ts';
import { STATUS_USAGE } from './usage.ts';

/**
 * `tegata card status`: tries left, certificates and validity. It shows no secret to the card and spends no try.
 * @returns 0 the card answered, 1 it refused, 2 the arguments cannot be used
 */
export function statusCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, STATUS_USAGE, async () => {
    const { values } = cardArguments(args, WHERE);
    const held = await holdCard(values, io);
    let status: CardStatus;
    try {
      status = await cardStatus(held.card);
    } finally {
      await held.close();
    }
    const certificates = certificatesOf(status, io.clock.now());
    await io.write(values.json ? asJson(status, certificates) : asText(status, certificates));
    return 0;
  });
}

function certificatesOf({ available, auth, authCa, signCa }: CardStatus, at: Date): CertificateSummary[] {
  if (!available) return [];
  return [
    summarise('auth', auth, at, available.auth ? 'needs-pin' : 'absent'),
    summarise('sign', undefined, at, available.sign ? 'needs-pin' : 'absent'),
    summarise('authCa', authCa, at),
    summarise('signCa', signCa, at),
  ];
}

function asJson({ profile, pins, expiry }: CardStatus, certificates: readonly CertificateSummary[]): string {
  return `${JSON.stringify({ profile: profile ?? null, pins, certificates, expiry: expiry ?? null })}\n`;
}

const PROFILES = { card: 'a card', android: 'an Android phone', ios: 'an iPhone' } as const;
const PINS = {
  auth: 'authentication PIN',
  sign: 'signature password',
  text: 'attributes PIN',
  card: 'card PIN',
} as const;

function asText({ profile, pins, expiry }: CardStatus, certificates: readonly CertificateSummary[]): string {
  const tries = (left: number | 'unlimited' | null) => {
    if (left === null) return 'not on this card';
    if (left === 0) return 'LOCKED';
    return left === 'unlimited' ? 'no limit of tries' : `${left} ${left === 1 ? 'try' : 'tries'} left`;
  };
  return [
    `This is ${profile ? PROFILES[profile] : 'no token that is known here'}.`,
    ...(expiry === undefined ? [] : [`Card until ${day(expiry)} (not signed on the card).`]),
    '',
    'PINs (no try was spent)',
    ...pins.map(({ pin, application, triesLeft }) => {
      const name = `${PINS[pin]}${pin === 'card' ? `, ${application} AP` : ''}`;
      return `  ${name.padEnd(26)} ${tries(triesLeft)}`;
    }),
    ...(certificates.length > 0 ? ['', 'certificates', ...certificates.map(certificateLine)] : []),
    '',
  ].join('\n');
}

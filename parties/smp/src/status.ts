import { words } from '@tegata/problem';
import { sql } from 'kysely';
import { SmpError } from './error.ts';
import { REFERENCE } from './reference.ts';
import type { Smp } from './smp.ts';
import type { State, Wants } from './states.ts';

/** Where an application stands, as its applicant sees it. */
export interface Status {
  readonly reference: string;
  readonly status: State;
  /** ISO 8601: since when it is in this state. */
  readonly since: string;
  /** For what it waits. */
  readonly waiting?: string;
  /** Why it was refused. */
  readonly refusal?: string;
  /** What it is for; absent: the card alone. */
  readonly wants?: Exclude<Wants, 'card'>;
  /** How it stands with the phone's certificates, where they are wanted; `refusal` says why there are none. */
  readonly certificates?: { readonly state: 'waiting' | 'issued' | 'refused'; readonly refusal?: string };
  readonly ja: { readonly what: string; readonly next: string };
  readonly en: { readonly what: string; readonly next: string };
}

const nothing = '何もしなくて大丈夫です。画面を閉じても、自動で続きます。';
const nothingEn = 'You do not need to do anything. You may close this; it goes on by itself.';
const say = (ja: string, jaNext: string, en: string, enNext: string) => ({
  ja: { what: ja, next: jaNext },
  en: { what: en, next: enNext },
});
const checking = say('申し込みを確認しています。', nothing, 'Your application is being checked.', nothingEn);
const provisional = say(
  '仮発行の状態です。カードはまだ使えません。',
  nothing,
  'The card is provisional and cannot be used yet.',
  nothingEn,
);
const again = ['必要なら、もう一度申し込んでください。', 'Apply again if you need the card.'] as const;

const STATE_WORDS: Readonly<Record<State, Pick<Status, 'ja' | 'en'>>> = {
  received: checking,
  verified: checking,
  prepared: provisional,
  signed: provisional,
  offered: provisional,
  delivered: provisional,
  active: say(
    'カードをスマートフォンで使えます。',
    'ウォレットを開いてください。',
    'The card on your phone is ready.',
    'Open your wallet.',
  ),
  suspended: say(
    'カードは一時停止しています。',
    '見つかったら、一時停止の解除を申し込んでください。',
    'The card is suspended.',
    'Ask to lift the suspension when you have your phone.',
  ),
  refused: say('申し込みは受理されませんでした。', again[0], 'The application was refused.', again[1]),
  withdrawn: say('申し込みは取り下げられました。', again[0], 'The application was withdrawn.', again[1]),
  replaced: say(
    'このカードは新しいカードに置き換わりました。',
    '新しいカードをお使いください。',
    'A newer card has taken the place of this one.',
    'Use the newer card.',
  ),
  revoked: say('このカードは失効しました。', again[0], 'This card has been revoked.', again[1]),
  expired: say('このカードの有効期限が切れました。', again[0], 'This card has expired.', again[1]),
};

const certifying = say(
  'スマートフォン用電子証明書を発行しています。',
  nothing,
  'The certificates of the phone are being issued.',
  nothingEn,
);

/** Where certificates alone are wanted, the words are about them. */
const CERTIFICATE_WORDS: Readonly<Partial<Record<State, Pick<Status, 'ja' | 'en'>>>> = {
  signed: certifying,
  offered: certifying,
  delivered: certifying,
  active: say(
    'スマートフォン用電子証明書を使えます。',
    'ウォレットを開いてください。',
    'The certificates on your phone are ready.',
    'Open your wallet.',
  ),
  suspended: say(
    'スマートフォン用電子証明書は一時停止しています。',
    '見つかったら、一時停止の解除を申し込んでください。',
    'The certificates of the phone are suspended.',
    'Ask to lift the suspension when you have your phone.',
  ),
  replaced: say(
    'この電子証明書は新しいものに置き換わりました。',
    '新しい電子証明書をお使いください。',
    'Newer certificates have taken the place of these.',
    'Use the newer ones.',
  ),
  revoked: say('この電子証明書は失効しました。', again[0], 'These certificates have been revoked.', again[1]),
};

function certificatesOf(row: {
  state: State;
  wants: Wants;
  certified: boolean;
  certificates_refusal: string | null;
}): Status['certificates'] {
  if (row.wants === 'card') return undefined;
  if (row.certificates_refusal !== null) return { state: 'refused', refusal: row.certificates_refusal };
  if (row.certified) return { state: 'issued' };
  return row.state === 'refused' ? undefined : { state: 'waiting' };
}

/**
 * The true state of an application, for a key that sent it. Another's application is not told from one that does not exist.
 * @throws {SmpError} `application-unknown`
 */
export async function statusOf(smp: Smp, reference: string, thumbprint: string): Promise<Status> {
  const row = REFERENCE.test(reference)
    ? await smp.db
        .selectFrom('smp.application')
        .innerJoin('smp.session', 'smp.session.application', 'smp.application.id')
        .select(['reference', 'state', 'changed_at', 'waiting', 'refusal', 'wants', 'certificates_refusal'])
        .select(sql<boolean>`card_certificate is not null`.as('certified'))
        .where('reference', '=', reference)
        .where('smp.session.thumbprint', '=', thumbprint)
        .executeTakeFirst()
    : undefined;
  if (!row) throw new SmpError('application-unknown', 'This key has no application of this reference.');
  const code = row.refusal ?? row.waiting;
  const special = row.wants === 'certificates' ? CERTIFICATE_WORDS[row.state] : undefined;
  const { ja, en } = (code === null ? undefined : words(code)) ?? special ?? STATE_WORDS[row.state];
  const certificates = certificatesOf(row);
  return {
    reference: row.reference,
    status: row.state,
    since: row.changed_at.toISOString(),
    ...(row.waiting === null ? {} : { waiting: row.waiting }),
    ...(row.refusal === null ? {} : { refusal: row.refusal }),
    ...(row.wants === 'card' ? {} : { wants: row.wants }),
    ...(certificates ? { certificates } : {}),
    ja,
    en,
  };
}

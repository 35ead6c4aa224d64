/** Personas of the rehearsal: the ids of the real ones, the words of this folder's own. */
export interface Player {
  id: string;
  ja: { name: string; note: string };
  en: { name: string; note: string };
  expects: 'card' | 'refusal';
  /** Where the rehearsal stops, and with which code. */
  stopsAt?: { step: 1 | 2 | 3 | 4; code: string };
  over20: boolean;
  born: string;
}

const person = (
  id: string,
  ja: [name: string, note: string],
  en: [name: string, note: string],
  rest: { stopsAt?: Player['stopsAt']; over20?: boolean; born?: string } = {},
): Player => ({
  id,
  ja: { name: ja[0], note: ja[1] },
  en: { name: en[0], note: en[1] },
  expects: rest.stopsAt ? 'refusal' : 'card',
  ...(rest.stopsAt ? { stopsAt: rest.stopsAt } : {}),
  over20: rest.over20 ?? true,
  born: rest.born ?? '1990年4月12日',
});

export const people: readonly Player[] = [
  person('adult', ['見本　花子', '36歳。いちばん普通の道すじです。'], ['Hanako Mihon', 'Aged 36. The plain path.']),
  person(
    'turns-20-tomorrow',
    ['見本　明日香', 'あす20歳になります。店の灯は赤です。'],
    ['Asuka Mihon', 'Turns 20 tomorrow: the shop’s light stays red.'],
    { over20: false, born: '2006年11月25日' },
  ),
  person('turns-20-today', ['見本　今日子', 'きょう20歳になりました。'], ['Kyoko Mihon', 'Turned 20 today.'], {
    born: '2006年11月24日',
  }),
  person(
    'foreign-resident',
    ['SPECIMEN ALEXANDRA', '長いアルファベットの氏名。'],
    ['Alexandra Specimen', 'A long name in the Latin alphabet.'],
  ),
  person(
    'substitute-name',
    ['見本　邉', '代替文字のある氏名。'],
    ['Watanabe Mihon', 'A name with substitute characters.'],
  ),
  person(
    'under-15',
    ['見本　太郎', '12歳。署名用電子証明書がありません。'],
    ['Taro Mihon', 'Aged 12: no signature certificate.'],
    { stopsAt: { step: 2, code: 'no-signature-certificate' } },
  ),
  person('revoked', ['見本　失子', '証明書が失効しています。'], ['Ushiko Mihon', 'The certificate is revoked.'], {
    stopsAt: { step: 4, code: 'certificate-revoked' },
  }),
  person('pin-locked', ['見本　錠', '暗証番号がロックされています。'], ['Jo Mihon', 'The PIN is locked.'], {
    stopsAt: { step: 1, code: 'pin-locked' },
  }),
];

export const codes = {
  'no-signature-certificate': {
    ja: {
      what: 'このカードには署名用電子証明書がありません。',
      next: '15歳未満の方のカードには、ふつう入っていません。住所地の市区町村の窓口でたずねてください。',
    },
    en: {
      what: 'This card has no signature certificate.',
      next: 'Cards of children under 15 usually have none. Ask at your municipal office.',
    },
  },
  'certificate-revoked': {
    ja: {
      what: '署名用電子証明書が失効しています。',
      next: '市区町村の窓口で新しい証明書を受け取ってから、もう一度申請してください。',
    },
    en: {
      what: 'The signature certificate is revoked.',
      next: 'Get a new certificate at your municipal office, then apply again.',
    },
  },
  'pin-locked': {
    ja: { what: '暗証番号がロックされています。', next: '市区町村の窓口でロックを外してもらってください。' },
    en: { what: 'The PIN is locked.', next: 'Have it unlocked at your municipal office.' },
  },
  'wrong-pin': {
    ja: { what: '暗証番号がちがいます。', next: 'もう一度、ゆっくり入れてください。' },
    en: { what: 'The PIN is wrong.', next: 'Enter it once more, slowly.' },
  },
  'consent-denied': {
    ja: { what: 'お客さまは見せないことを選びました。', next: 'ほかの方法で年齢を確かめてください。' },
    en: { what: 'The customer chose not to show it.', next: 'Check the age in another way.' },
  },
  'ocsp-unavailable': {
    ja: {
      what: '証明書の状態を確かめる所とつながりません。',
      next: '待っていれば自動で続きます。何もしなくて大丈夫です。',
    },
    en: {
      what: 'The certificate status service cannot be reached.',
      next: 'It goes on by itself. You don’t need to do anything.',
    },
  },
};

import type { StepNumber } from '@tegata/tap';

/** The steps of the design by number: stable name for programs, words for people. */
export const stepNames: Readonly<Record<StepNumber, { name: string; ja: string; en: string }>> = {
  1: { name: 'read-card', ja: 'カードを読み取る', en: 'read the card' },
  2: { name: 'sign-application', ja: '申し込みに署名する', en: 'sign the application' },
  3: { name: 'send-application', ja: '申し込みを送る', en: 'send the application' },
  4: { name: 'verify-application', ja: '申し込みを確かめる', en: 'verify the application' },
  5: { name: 'request-issuance', ja: '発行を求める', en: 'request issuance' },
  6: { name: 'issue-mdoc', ja: 'mdoc を発行する', en: 'issue the mdoc' },
  7: { name: 'deliver-mdoc', ja: 'スマートフォンへ届ける', en: 'deliver it to the phone' },
  8: { name: 'store-mdoc', ja: 'ウォレットに入れる', en: 'store it in the wallet' },
  9: { name: 'age-check', ja: '店で年齢を確かめる', en: 'check the age in a shop' },
};

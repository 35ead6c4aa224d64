import { type Entry, entry } from './entry.ts';

const another = '別の方法で確認してください。';
const anotherEn = 'Check in another way.';
const again = 'QRコードを表示し直してもらい、もう一度お試しください。';
const againEn = 'Ask for a new QR code and try again.';

/** Why the light in the shop is red: the verdict's own codes, and ids of checks that a holder can meet. */
export const checkWords: Readonly<Record<string, Entry>> = {
  'under-age': entry(
    422,
    ['この年齢に達していません。', '記録そのものは正しいものです。'],
    ['The holder has not reached this age.', 'The record itself is genuine.'],
  ),
  unrequested: entry(
    422,
    ['求めていない情報が届きました。', '届いた情報は使わず、残していません。別の方法で確認してください。'],
    ['The phone sent what was not asked for.', 'None of it was used or kept. Check in another way.'],
  ),
  'missing-element': entry(
    422,
    ['求めた情報が届きませんでした。', another],
    ['The phone did not answer the question.', anotherEn],
  ),
  'requested-doctype': entry(
    422,
    ['求めた種類の記録ではありません。', another],
    ['This is not the kind of record that was asked for.', anotherEn],
  ),
  'cbor-structure': entry(
    422,
    ['届いたデータの形式が正しくありません。', again],
    ['The data that arrived is not in its form.', againEn],
  ),
  'issuer-chain': entry(
    422,
    ['信頼している発行者の記録ではありません。', another],
    ['The record is not from a trusted issuer.', anotherEn],
  ),
  'issuer-signature': entry(
    422,
    ['発行者の署名を確かめられません。', another],
    ['The issuer’s signature is not valid.', anotherEn],
  ),
  digest: entry(
    422,
    ['記録の内容が発行のあとで変わっています。', another],
    ['The record was changed after it was issued.', anotherEn],
  ),
  validity: entry(
    422,
    ['記録の有効期間ではありません。', 'ウォレットで記録を更新してもらってください。'],
    ['The record is not valid today.', 'Ask the holder to renew it in the wallet.'],
  ),
  'device-auth': entry(
    422,
    ['記録がこのスマートフォンのものだと確かめられません。', again],
    ['The record could not be shown to belong to this phone.', againEn],
  ),
  qr: entry(400, ['mdocのQRコードではありません。', again], ['This is not the QR code of an mdoc.', againEn]),
  'retrieval-address-refused': entry(
    422,
    ['QRコードの接続先には接続しません。', again],
    ['The QR code points to an address that is not called.', againEn],
  ),
  'session-terminated': entry(
    422,
    ['スマートフォンが通信を終えました。', again],
    ['The phone ended the session.', againEn],
  ),
  'session-decryption': entry(
    422,
    ['届いたデータを復号できません。', again],
    ['What arrived could not be decrypted.', againEn],
  ),
  'phone-refused': entry(
    422,
    ['スマートフォンが応じませんでした。', again],
    ['The phone did not take the question.', againEn],
  ),
};

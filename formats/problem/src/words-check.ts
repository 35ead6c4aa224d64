import { type Entry, entry } from './entry.ts';

const another = '別の方法で確認してください。';
const anotherEn = 'Check in another way.';
const again = 'QRコードを表示し直してもらい、もう一度お試しください。';
const againEn = 'Ask for a new QR code and try again.';

// What is wrong inside a record or an answer means the same to the person at the counter, whichever rule it breaks.
const badRecord = (ja: string, en: string) => entry(422, [ja, another], [en, anotherEn]);
const badSession = (ja: string, en: string) => entry(422, [ja, again], [en, againEn]);

/** Why the light in the shop is red: the verdict's own codes, the id of every check of an mdoc, and the codes of a session. */
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
  version: badSession(
    'このバージョンの形式には対応していません。',
    'The data that arrived is of another version of the standard.',
  ),
  status: badSession('スマートフォンがエラーを返しました。', 'The phone answered with an error.'),
  'mso-structure': badRecord(
    '記録の署名された部分が、正しい形式ではありません。',
    'The signed part of the record is not in its form.',
  ),
  doctype: badRecord(
    '記録の種類が、署名された種類と違います。',
    'The kind of the record is not the one that was signed.',
  ),
  'digest-algorithm': badRecord(
    '記録に使われているハッシュ方式には対応していません。',
    'The record uses a hash function that is not accepted.',
  ),
  'duplicate-element': badRecord('同じ項目が二度届きました。', 'The same element arrived twice.'),
  'issuing-country': badRecord(
    '記録の発行国が、発行者の証明書と合いません。',
    'The issuing country is not that of the issuer’s certificate.',
  ),
  'device-key': badRecord(
    '記録に結び付けられた鍵が正しくありません。',
    'The key to which the record is bound is not valid.',
  ),
  'key-authorization': badRecord(
    'スマートフォンの鍵に許されていない情報が届きました。',
    'The phone signed for what its key is not allowed to.',
  ),
  'status-list': badRecord(
    '記録が失効していないことを確かめられません。',
    'The record is revoked, or its status is not known.',
  ),
  'element-type': badRecord('届いた項目の型が正しくありません。', 'An element that arrived is not of its type.'),
  'reader-auth': badRecord('読み取り側の認証を確かめられません。', 'The reader’s own authentication is not valid.'),
  'check-not-performed': badRecord('必要な確認が行われませんでした。', 'A check that is needed was not made.'),
  engagement: entry(
    400,
    ['QRコードの中身が正しくありません。', again],
    ['What is in the QR code is not valid.', againEn],
  ),
  'session-key': badSession(
    'スマートフォンの通信の鍵が正しくありません。',
    'The phone’s key for the session is not valid.',
  ),
  'session-message': badSession('届いた通信の形式が正しくありません。', 'A message of the session is not in its form.'),
  'session-encryption-error': badSession(
    'スマートフォンは通信を復号できませんでした。',
    'The phone could not decrypt the question.',
  ),
  'session-decoding-error': badSession(
    'スマートフォンは通信を読み取れませんでした。',
    'The phone could not read the question.',
  ),
  'session-status-unknown': badSession(
    'スマートフォンが知らない状態を返しました。',
    'The phone ended the session for a reason that is not known.',
  ),
};

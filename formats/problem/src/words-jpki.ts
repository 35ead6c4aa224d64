import { type Entry, entry } from './entry.ts';

/** What the certificate service refuses. */
export const jpkiWords: Readonly<Record<string, Entry>> = {
  'caller-not-allowed': entry(
    403,
    ['この呼び出し元には許されていません。', 'それを担当するところから呼び出してください。'],
    ['This caller may not ask for that.', 'Ask through the party whose task it is.'],
  ),
  'request-differs': entry(
    409,
    ['同じ番号で別の内容がすでに求められています。', '新しい内容には、新しい番号を付けてください。'],
    ['Something else was asked under this id.', 'Give a new request a new id.'],
  ),
  'csr-invalid': entry(
    422,
    ['スマートフォンの鍵の証明を確かめられません。', 'アプリを最新にして、申し込み直してください。'],
    ['The phone’s request for a certificate is not valid.', 'Update the app and make a new application.'],
  ),
  'key-in-use': entry(
    409,
    ['この鍵にはすでに証明書があります。', '新しい鍵を作って、申し込み直してください。'],
    ['This key has a certificate already.', 'Make a new key and apply again.'],
  ),
  'card-certificate-unusable': entry(
    409,
    [
      'カードの署名用電子証明書が使えません。',
      '市区町村の窓口で署名用電子証明書を更新してから、申し込み直してください。',
    ],
    [
      'The card’s signature certificate cannot be used.',
      'Renew it at the municipal office, then make a new application.',
    ],
  ),
  'phone-replaced': entry(
    409,
    ['この申し込みは終わっているか、別のスマートフォンに置き換えられています。', '必要なら、申し込み直してください。'],
    ['This application has ended, or another phone took its place.', 'Make a new application if you need one.'],
  ),
  'certificate-ended': entry(
    409,
    ['止めたり戻したりできる証明書がありません。', '必要なら、新しい証明書を申し込んでください。'],
    ['There is no certificate that could be held or resumed.', 'Apply for a new one if you need it.'],
  ),
  'certificate-not-kept': entry(
    410,
    ['発行した証明書をもう一度作ることができません。', '新しい番号で、申し込み直してください。'],
    ['The certificate that was issued cannot be made again.', 'Ask for a new one under a new id.'],
  ),
};

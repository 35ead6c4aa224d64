import { type Entry, entry } from './entry.ts';

const again = 'カードをもう一度かざして、申し込み直してください。';
const againEn = 'Hold the card to the phone again and make a new application.';
const wait = '何もしなくて大丈夫です。画面を閉じても、自動で続きます。';
const waitEn = 'You do not need to do anything. You may close this; it goes on by itself.';

/** What becomes of an application: refusals, and the reasons for which it waits. */
export const applicationWords: Readonly<Record<string, Entry>> = {
  'cms-invalid': entry(
    422,
    ['申し込みの署名を確かめられません。', again],
    ['The signature of the application is not valid.', againEn],
  ),
  'application-altered': entry(
    422,
    ['申し込みの内容が途中で変わっています。', again],
    ['The application was altered on its way.', againEn],
  ),
  'application-malformed': entry(
    400,
    ['申し込みの形式が正しくありません。', 'アプリを最新にして、もう一度お試しください。'],
    ['The application is not in the right form.', 'Update the app and try again.'],
  ),
  'application-stale': entry(422, ['申し込みの時刻が古すぎます。', again], ['The application is too old.', againEn]),
  'application-unknown': entry(
    404,
    ['この受付番号の申し込みは見つかりません。', '受付番号を確かめてください。'],
    ['There is no application with this reference number.', 'Check the reference number.'],
  ),
  'session-unknown': entry(404, ['受付の準備が見つかりません。', again], ['This session is not known.', againEn]),
  'session-expired': entry(410, ['受付の準備から時間がたちすぎました。', again], ['The session has expired.', againEn]),
  'challenge-used': entry(
    409,
    ['この申し込みはすでに使われています。', '受付番号で状態を確かめてください。'],
    ['This application was already used.', 'Look at its state by the reference number.'],
  ),
  'challenge-mismatch': entry(
    422,
    ['申し込みと受付の準備が合いません。', again],
    ['The application does not belong to this session.', againEn],
  ),
  'certificate-untrusted': entry(
    422,
    ['カードの証明書が、この認証局のものではありません。', 'このシステムで使えるカードか確かめてください。'],
    [
      'The certificate of the card was not issued by a trusted authority.',
      'Check that the card belongs to this system.',
    ],
  ),
  'certificate-not-yet-valid': entry(
    422,
    [
      '署名用電子証明書の有効期間が、まだ始まっていません。',
      '何も失われていません。証明書の有効期間の開始日と、機械の時計を確かめてください。',
    ],
    [
      'The signature certificate of the card is not valid yet.',
      'Nothing is lost. Look at the day on which the certificate begins, and at the clock of the machine.',
    ],
  ),
  'certificate-expired': entry(
    422,
    ['カードの電子証明書の有効期限が切れています。', '市区町村の窓口で証明書を更新してから、申し込んでください。'],
    ['The certificate of the card has expired.', 'Renew it at your municipal office, then apply again.'],
  ),
  'certificate-revoked': entry(
    422,
    ['カードの電子証明書は失効しています。', '市区町村の窓口で新しい証明書を受けてから、申し込んでください。'],
    ['The certificate of the card has been revoked.', 'Get a new one at your municipal office, then apply again.'],
  ),
  'certificate-status-unknown': entry(
    422,
    ['認証局はこの電子証明書を知りません。', '市区町村の窓口に問い合わせてください。'],
    ['The certificate authority does not know this certificate.', 'Ask your municipal office.'],
  ),
  'card-data-invalid': entry(
    422,
    ['カードの情報を確かめられません。', '市区町村の窓口に問い合わせてください。'],
    ['The data of the card could not be verified.', 'Ask your municipal office.'],
  ),
  'card-unknown-issuer': entry(
    422,
    ['カードの発行者がわかりません。', 'このシステムで使えるカードか確かめてください。'],
    ['The issuer of the card is not known here.', 'Check that the card belongs to this system.'],
  ),
  'card-expired': entry(
    422,
    ['カードの有効期限が切れています。', '市区町村の窓口でカードを更新してください。'],
    ['The card has expired.', 'Renew it at your municipal office.'],
  ),
  'attributes-disagree': entry(
    422,
    ['証明書とカードの情報が一致しません。', '市区町村の窓口に問い合わせてください。'],
    ['The certificate and the card do not agree.', 'Ask your municipal office.'],
  ),
  'my-number-invalid': entry(
    422,
    ['個人番号の検査数字が合いません。', '市区町村の窓口に問い合わせてください。'],
    ['The check digit of the My Number is wrong.', 'Ask your municipal office.'],
  ),
  'presence-invalid': entry(
    422,
    ['本物のカードがあることを確かめられません。', again],
    ['The card could not prove that it is present.', againEn],
  ),
  'key-attestation-invalid': entry(
    422,
    ['スマートフォンの鍵の証明を確かめられません。', 'アプリを最新にして、もう一度お試しください。'],
    ['The attestation of the phone’s keys is not valid.', 'Update the app and try again.'],
  ),
  'device-key-mismatch': entry(
    422,
    ['署名された鍵と、スマートフォンの鍵が違います。', again],
    ['The key that was signed is not the key of this phone.', againEn],
  ),
  'refused-by-issuer': entry(
    422,
    ['発行できない内容が含まれています。', '市区町村の窓口に問い合わせてください。'],
    ['The record could not be issued from this data.', 'Ask your municipal office.'],
  ),
  'ocsp-unavailable': entry(
    503,
    ['証明書の確認を待っています。', wait],
    ['Waiting for the certificate check.', waitEn],
  ),
  'iaca-unavailable': entry(
    503,
    ['受け付けました。発行が遅れています。', wait],
    ['Accepted. Issuing is delayed.', waitEn],
  ),
  'wallet-provider-unavailable': entry(
    503,
    ['発行しました。スマートフォンへの配達を待っています。', wait],
    ['Issued. Waiting to deliver it to the phone.', waitEn],
  ),
  'card-provisional': entry(
    409,
    ['カードはまだ使えません（仮発行）。', '発行が終わるまでお待ちください。'],
    ['The card cannot be used yet (provisional).', 'Wait until it has been issued.'],
  ),
  'no-card-in-wallet': entry(
    409,
    ['このスマートフォンにはまだカードがありません。', '先にカードをスマートフォンに追加してください。'],
    ['There is no card on this phone yet.', 'Add the card to the phone first.'],
  ),
  'legal-basis-required': entry(
    403,
    ['個人番号を求めるには法律上の根拠が必要です。', '根拠を設定するか、個人番号を求めないでください。'],
    ['Asking for the My Number needs a legal basis.', 'Set one in the configuration, or do not ask for it.'],
  ),
  'mdoc-invalid': entry(
    422,
    ['届いたカードを確かめられません。', '申し込みは失われていません。受付番号を添えて窓口に知らせてください。'],
    [
      'The card that was delivered does not pass the checks.',
      'The application is not lost. Report it with its reference number.',
    ],
  ),
  'delivery-unreadable': entry(
    422,
    [
      '届いたものを、このスマートフォンでは開けません。',
      '申し込みは失われていません。受付番号を添えて窓口に知らせてください。',
    ],
    ['This phone cannot open what was delivered.', 'The application is not lost. Report it with its reference number.'],
  ),
};

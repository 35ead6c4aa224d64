import { type Entry, entry } from './entry.ts';

const wait = '何もしなくて大丈夫です。画面を閉じても、自動で続きます。';
const waitEn = 'You do not need to do anything. You may close this; it goes on by itself.';

/** What a person meets with the phone's e-certificates. */
export const certificateWords: Readonly<Record<string, Entry>> = {
  'certificate-request-invalid': entry(
    422,
    [
      'スマートフォン用電子証明書の申請内容を確かめられません。',
      'アプリを最新にして、カードをもう一度かざしてください。',
    ],
    ['The request for the phone’s certificates is not valid.', 'Update the app and hold the card to the phone again.'],
  ),
  'jpki-unavailable': entry(
    503,
    ['受け付けました。電子証明書の発行が遅れています。', wait],
    ['Accepted. The certificates are delayed.', waitEn],
  ),
  'certificates-invalid': entry(
    422,
    ['届いた電子証明書を確かめられません。', '申し込みは失われていません。受付番号を添えて窓口に知らせてください。'],
    [
      'The certificates that were delivered do not pass the checks.',
      'The application is not lost. Report it with its reference number.',
    ],
  ),
  'no-certificates': entry(
    409,
    ['このスマートフォンには電子証明書がありません。', '先に、カードを使って電子証明書を申し込んでください。'],
    ['There are no certificates on this phone.', 'Apply for them with your card first.'],
  ),
  'certificate-pin-format': entry(
    400,
    ['スマートフォンの利用者証明用の暗証番号は、数字4桁です。', '入力し直してください。回数は減っていません。'],
    ['The PIN of the authentication certificate has four digits.', 'Enter it again. No try was used.'],
  ),
  'certificate-password-format': entry(
    400,
    [
      'スマートフォンの署名用パスワードは、英字と数字で6文字から16文字です。',
      '入力し直してください。回数は減っていません。',
    ],
    ['The password of the signature certificate has 6 to 16 letters and digits.', 'Enter it again. No try was used.'],
  ),
  'wrong-certificate-pin': entry(
    403,
    ['電子証明書の暗証番号かパスワードが違います。', '残りの回数を確かめて、入力し直してください。'],
    ['The PIN or password of the certificate is wrong.', 'Check how many tries are left and enter it again.'],
  ),
  'certificate-pin-locked': entry(
    423,
    [
      '電子証明書の暗証番号かパスワードがロックされています。',
      'このスマートフォンでカードをかざして、初期化してください。窓口へ行く必要はありません。',
    ],
    [
      'The PIN or password of the certificate is locked.',
      'Reset it on this phone with your card. You need not go to an office.',
    ],
  ),
  'reset-not-permitted': entry(
    403,
    ['暗証番号を初期化できません。', 'カードをもう一度かざして、はじめからやり直してください。'],
    ['The PIN may not be reset by this.', 'Begin again with your card.'],
  ),
  'not-this-phones-card': entry(
    403,
    [
      'このスマートフォンの電子証明書を申し込んだカードではありません。',
      '申し込みに使ったカードをかざしてください。カードが新しくなったときは、申し込み直してください。',
    ],
    [
      'This is not the card with which the phone’s certificates were applied for.',
      'Use that card. If you have a new card, apply again.',
    ],
  ),
  'phone-unknown': entry(
    404,
    ['この受付番号のスマートフォンは見つかりません。', '受付番号を確かめてください。'],
    ['There is no phone of this reference number.', 'Check the reference number.'],
  ),
  'proof-invalid': entry(
    422,
    ['ログインしたことを確かめられません。', 'もう一度、はじめからログインしてください。'],
    ['The login could not be proven.', 'Log in again from the beginning.'],
  ),
  'certificate-unusable': entry(
    409,
    ['この電子証明書は使えません。', '別の電子証明書でログインするか、新しい証明書を受けてください。'],
    ['This certificate cannot be used.', 'Log in with another one, or get a new one.'],
  ),
  'answer-malformed': entry(
    400,
    ['ログインの返事の形式が正しくありません。', 'アプリを最新にして、もう一度ログインしてください。'],
    ['The answer to the login is not in the right form.', 'Update the app and log in again.'],
  ),
  'challenge-unknown': entry(
    409,
    ['このログインは、もう使われたか、見つかりません。', 'もう一度、はじめからログインしてください。'],
    ['This login was already used, or is not known.', 'Log in again from the beginning.'],
  ),
  'challenge-expired': entry(
    410,
    ['ログインに時間がかかりすぎました。', 'もう一度、はじめからログインしてください。'],
    ['The login took too long.', 'Log in again from the beginning.'],
  ),
  'challenge-session': entry(
    409,
    ['別の画面で始めたログインです。', 'ログインを始めた画面に戻って、もう一度お試しください。'],
    ['This login was begun in another window.', 'Go back to the window where you began and try again.'],
  ),
  'certificate-undetermined': entry(
    503,
    ['電子証明書が有効か、今は確かめられません。', '少し待ってから、もう一度お試しください。'],
    ['Whether the certificate is valid cannot be checked now.', 'Wait a little and try again.'],
  ),
  'certificate-not-valid-now': entry(
    422,
    ['電子証明書の有効期間ではありません。', '証明書を更新してから、もう一度お試しください。'],
    ['The certificate is not valid at this time.', 'Renew the certificate and try again.'],
  ),
  'login-certificate-invalid': entry(
    422,
    ['この電子証明書ではログインできません。', '利用者証明用電子証明書を使ってください。'],
    ['This certificate cannot be used to log in.', 'Use your authentication certificate.'],
  ),
  'login-signature-invalid': entry(
    422,
    ['ログインの署名を確かめられません。', 'もう一度、はじめからログインしてください。'],
    ['The signature of the login is not valid.', 'Log in again from the beginning.'],
  ),
  'document-certificate-invalid': entry(
    422,
    ['この電子証明書の署名は受け付けられません。', '署名用電子証明書で署名し直してください。'],
    ['A signature with this certificate is not accepted.', 'Sign again with your signature certificate.'],
  ),
  'document-signature-invalid': entry(
    422,
    ['書類の署名を確かめられません。', '書類に署名し直してください。'],
    ['The signature of the document is not valid.', 'Sign the document again.'],
  ),
  'phone-change-forbidden': entry(
    409,
    ['このスマートフォンのカードや電子証明書は、今の状態から変えられません。', '状態を確かめてください。'],
    ['What this phone holds cannot be changed from the state that it is in.', 'Look at its state.'],
  ),
  'reader-unreachable': entry(
    409,
    ['カードリーダーが見つかりません。', 'リーダーを動かしてから、スマートフォンをかざしてください。'],
    ['No reader was found.', 'Start the reader, then hold the phone to it.'],
  ),
};

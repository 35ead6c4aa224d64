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

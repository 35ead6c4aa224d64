import { type Entry, entry } from './entry.ts';

const keep = 'まだ何も送られていません。';

/** What the person meets while the card is held to the phone. */
export const cardWords: Readonly<Record<string, Entry>> = {
  'no-card': entry(
    409,
    ['カードが見つかりません。', 'カードをスマートフォンに当てて、もう一度お試しください。'],
    ['No card was found.', 'Hold the card to the phone and try again.'],
  ),
  'card-removed': entry(
    409,
    ['読み取りの途中でカードが離れました。', `${keep}カードを当てたまま、もう一度お試しください。`],
    ['The card was taken away while it was being read.', 'Nothing was sent. Hold the card still and try again.'],
  ),
  'card-timeout': entry(
    504,
    ['カードの返事がありません。', `${keep}カードを当て直してください。`],
    ['The card did not answer in time.', 'Nothing was sent. Hold the card to the phone again.'],
  ),
  'card-hostile': entry(
    422,
    ['カードの返事が正しくありません。', `${keep}別のカードリーダーでお試しください。`],
    ['The card gave an answer that no real card gives.', 'Nothing was sent. Try another reader.'],
  ),
  'persona-unknown': entry(
    404,
    ['この見本のカードはありません。', '一覧から選んでください。'],
    ['There is no test card of this name.', 'Choose one from the list.'],
  ),
  'wrong-pin': entry(
    403,
    ['暗証番号が違います。', `${keep}残りの回数を確かめて、入力し直してください。`],
    ['The PIN is wrong.', 'Nothing was sent. Check how many tries are left and enter it again.'],
  ),
  'last-try': entry(
    409,
    [
      '暗証番号を入力できるのは、あと1回です。',
      '間違えるとカードがロックされます。確かな番号がわかるときだけ続けてください。',
    ],
    ['Only one try is left for the PIN.', 'Another mistake locks the card. Go on only if you are sure of the PIN.'],
  ),
  'pin-locked': entry(
    423,
    ['暗証番号がロックされています。', `${keep}住所地の市区町村の窓口で、暗証番号の初期化を申し込んでください。`],
    ['The PIN is locked.', 'Nothing was sent. Ask your municipal office to reset the PIN.'],
  ),
  'pin-format': entry(
    400,
    ['暗証番号は数字4桁です。', '入力し直してください。回数は減っていません。'],
    ['The PIN has four digits.', 'Enter it again. No try was used.'],
  ),
  'wrong-signature-password': entry(
    403,
    ['署名用パスワードが違います。', `${keep}残りの回数を確かめて、入力し直してください。`],
    ['The signature password is wrong.', 'Nothing was sent. Check how many tries are left and enter it again.'],
  ),
  'signature-password-locked': entry(
    423,
    ['署名用パスワードがロックされています。', `${keep}住所地の市区町村の窓口で、初期化を申し込んでください。`],
    ['The signature password is locked.', 'Nothing was sent. Ask your municipal office to reset it.'],
  ),
  'signature-password-format': entry(
    400,
    ['署名用パスワードは6文字から16文字の英数字です。', '入力し直してください。回数は減っていません。'],
    ['The signature password has 6 to 16 letters or digits.', 'Enter it again. No try was used.'],
  ),
  'no-signature-certificate': entry(
    422,
    [
      'このカードには署名用電子証明書がありません。',
      '15歳未満の方などは申し込めません。証明書の発行は市区町村の窓口でできます。',
    ],
    [
      'This card has no signature certificate.',
      'Children under 15 cannot apply. Others can get the certificate at their municipal office.',
    ],
  ),
  'no-authentication-certificate': entry(
    422,
    ['このカードには利用者証明用電子証明書がありません。', '証明書の発行は市区町村の窓口でできます。'],
    ['This card has no user-authentication certificate.', 'It can be had at the municipal office.'],
  ),
  'pin-not-on-card': entry(
    422,
    ['このカードにはこの暗証番号がありません。', '暗証番号の種類を確かめてください。'],
    ['This card has no such PIN.', 'Check which PIN you mean.'],
  ),
  'not-a-card': entry(
    422,
    [
      'マイナンバーカードではありません。',
      'スマートフォンの電子証明書には、氏名や写真は入っていません。カードを置いてください。',
    ],
    [
      'This is not a My Number Card.',
      'The certificates of a phone hold no name and no photo. Put a card on the reader.',
    ],
  ),
  'pcsc-missing': entry(
    500,
    [
      'カードリーダーを使うためのパッケージがありません。',
      'npm i --no-save --no-package-lock pcsc-mini@0.1.3 を実行してください。',
    ],
    ['The package that card readers need is not installed.', 'Run npm i --no-save --no-package-lock pcsc-mini@0.1.3.'],
  ),
  'pcsc-unavailable': entry(
    503,
    [
      'カードリーダーのサービスが使えません。',
      'Linux では pcscd を起動してください。ほかのプログラムがカードを使っていないか確かめてください。',
    ],
    ['The card reader service cannot be used.', 'On Linux start pcscd. Check that no other program is using the card.'],
  ),
  'reader-unknown': entry(
    404,
    ['この名前のカードリーダーはありません。', 'tegata card readers で名前を確かめてください。'],
    ['No card reader has this name.', 'Look at the names with: tegata card readers'],
  ),
  'reader-ambiguous': entry(
    409,
    ['当てはまるカードリーダーが二つ以上あります。', '--reader で一つを選んでください。'],
    ['More than one card reader fits.', 'Choose one with --reader.'],
  ),
  'trace-malformed': entry(
    422,
    ['APDUの記録の形式が正しくありません。', '示された行を直すか、記録し直してください。'],
    ['The APDU trace is not in its form.', 'Correct the line that is named, or record again.'],
  ),
  'replay-differs': entry(
    409,
    ['記録と違うコマンドが送られました。', '同じ版と同じ引数で使うか、記録し直してください。'],
    ['A command differs from the recorded one.', 'Use the same version and arguments, or record again.'],
  ),
  'phone-locked': entry(
    423,
    ['スマートフォンのロックがかかっています。', '画面ロックの番号で解除してください。'],
    ['The phone is locked.', 'Unlock it with the phone PIN.'],
  ),
  'wrong-phone-pin': entry(
    403,
    ['スマートフォンの番号が違います。', '残りの回数を確かめて、入力し直してください。'],
    ['The phone PIN is wrong.', 'Check how many tries are left and enter it again.'],
  ),
  'phone-pin-locked': entry(
    423,
    [
      'スマートフォンの番号がロックされました。',
      'このスマートフォンのカードは使えません。もう一度申し込んでください。',
    ],
    ['The phone PIN is locked.', 'The card on this phone can no longer be used. Apply again.'],
  ),
  'wallet-file-unreadable': entry(
    500,
    ['ウォレットのファイルを読めません。', 'バックアップから戻してください。'],
    ['The wallet’s file cannot be read.', 'Restore it from a backup.'],
  ),
  'card-state-unreadable': entry(
    500,
    ['見本のカードの記録を読めません。', 'データのフォルダーの card を消すと、新しいカードになります。'],
    ['The record of the test card cannot be read.', 'Delete the folder card in the data folder to get new cards.'],
  ),
};

import { type Entry, entry } from './entry.ts';

/** What programs meet on the wires. */
export const wireWords: Readonly<Record<string, Entry>> = {
  'smp-unreachable': entry(
    503,
    ['受付のシステムにつながりません。', '何も失われていません。しばらくしてからもう一度お試しください。'],
    ['The intake system cannot be reached.', 'Nothing is lost. Try again in a while.'],
  ),
  'wallet-unreachable': entry(
    503,
    ['ウォレットにつながりません。', '何も送られていません。もう一度お試しください。'],
    ['The wallet cannot be reached.', 'Nothing was sent. Try again.'],
  ),
  'peer-unreachable': entry(
    503,
    ['相手のシステムにつながりません。', 'しばらくしてからもう一度お試しください。'],
    ['Another system cannot be reached.', 'Try again in a while.'],
  ),
  'peer-timeout': entry(
    504,
    ['相手のシステムの返事がありません。', 'しばらくしてからもう一度お試しください。'],
    ['Another system did not answer in time.', 'Try again in a while.'],
  ),
  'peer-answer-too-large': entry(
    502,
    ['相手のシステムの返事が大きすぎます。', '設定を確かめてください。'],
    ['Another system gave an answer that is too large.', 'Check the configuration.'],
  ),
  'body-too-large': entry(
    413,
    ['送られた内容が大きすぎます。', '大きさの上限を確かめてください。'],
    ['The request is too large.', 'Check the size limit.'],
  ),
  unauthorized: entry(
    401,
    ['この呼び出しは許可されていません。', '呼び出す側の設定を確かめてください。'],
    ['This call is not authorised.', 'Check the secret or the key of the caller.'],
  ),
  'dpop-invalid': entry(
    401,
    ['鍵の所持の証明が正しくありません。', 'アプリを最新にして、もう一度お試しください。'],
    ['The proof of possession is not valid.', 'Update the app and try again.'],
  ),
  'wrong-host': entry(
    403,
    ['この名前では答えません。', '表示された 127.0.0.1 の番地を開いてください。'],
    ['This server does not answer under that name.', 'Open the 127.0.0.1 address that was printed.'],
  ),
  'foreign-origin': entry(
    403,
    ['ほかのページからは呼び出せません。', 'このシステムの画面から操作してください。'],
    ['A page of another origin may not call this server.', 'Use the screens of this system.'],
  ),
  'not-found': entry(
    404,
    ['見つかりません。', '番地を確かめてください。'],
    ['There is nothing here.', 'Check the address.'],
  ),
  'bad-request': entry(
    400,
    ['要求の形式が正しくありません。', '内容を確かめてください。'],
    ['The request is not in the right form.', 'Check its content.'],
  ),
  'instance-unknown': entry(
    404,
    ['このスマートフォンは登録されていません。', 'ウォレットを登録し直してください。'],
    ['This phone is not registered.', 'Register the wallet again.'],
  ),
  'delivery-unknown': entry(
    404,
    ['この配達は見つかりません。', '配達の番号を確かめてください。'],
    ['There is no such delivery.', 'Check the id of the delivery.'],
  ),
  'delivery-conflict': entry(
    409,
    ['同じ番号で別の内容の配達があります。', '番号を確かめてください。'],
    ['Another delivery has this id.', 'Check the id of the delivery.'],
  ),
  'receipt-mismatch': entry(
    409,
    ['受け取りの知らせが、配達した内容と合いません。', '配達の番号とダイジェストを確かめてください。'],
    ['The receipt does not match what was delivered.', 'Check the id of the delivery and the digest.'],
  ),
  'issuance-conflict': entry(
    409,
    ['同じ番号で別の内容の発行があります。', '番号を確かめてください。'],
    ['Another issuance has this id.', 'Check the id of the issuance.'],
  ),
  'issuance-unknown': entry(
    404,
    ['この発行は見つかりません。', '番号を確かめてください。'],
    ['There is no such issuance.', 'Check the id of the issuance.'],
  ),
  'issuance-token-invalid': entry(
    403,
    ['発行の引換券が合いません。', '発行の計画をもう一度求めてください。'],
    ['The token is not the one of this issuance.', 'Ask for the plan again.'],
  ),
  'issuance-content-destroyed': entry(
    410,
    ['この発行の情報はすでに消去されています。', '必要なら、新しく申し込んでください。'],
    ['The data of this issuance was destroyed.', 'Make a new application if the record is still needed.'],
  ),
  'issuer-busy': entry(
    503,
    ['発行の処理がほかで続いています。', '少し待って、もう一度求めてください。'],
    ['The issuance is in other hands right now.', 'Ask again in a moment.'],
  ),
  'signature-mismatch': entry(
    503,
    ['発行者の署名を確かめられなかったため、何も渡していません。', '鍵の装置を確かめて、もう一度求めてください。'],
    [
      'The issuer’s signature could not be verified, so nothing was handed out.',
      'Check the key store, then ask again.',
    ],
  ),
  'document-signer-expired': entry(
    503,
    ['発行者の署名用証明書の期限が近すぎます。', '新しい証明書で起動し直してください。'],
    ['The document signer’s certificate ends too soon.', 'Restart the issuer with a new one.'],
  ),
  'run-going-on': entry(
    409,
    ['前の申し込みがまだ続いています。', '終わるまでお待ちください。'],
    ['The run before this one is still going on.', 'Wait until it has come to an end.'],
  ),
  'engagement-unknown': entry(
    404,
    ['この提示は見つかりません。', 'もう一度QRコードを表示してください。'],
    ['There is no such engagement.', 'Show a new QR code.'],
  ),
  'consent-denied': entry(
    403,
    ['本人が提示を断りました。', '別の方法で確認してください。'],
    ['The holder declined to share.', 'Check in another way.'],
  ),
  'under-age': entry(
    403,
    ['求められた年齢に達していません。', '誕生日を迎えてから、もう一度お試しください。'],
    ['The age that was asked for has not been reached.', 'Try again from the birthday on.'],
  ),
  'inspect-unrecognised': entry(
    422,
    ['この中身が何か、わかりません。', '16進、base64、PEM、DER、CBOR、JSON のどれかで渡してください。'],
    ['It cannot be told what this is.', 'Give it as hex, base64, PEM, DER, CBOR or JSON.'],
  ),
  'inspect-too-large': entry(
    413,
    ['1 MiB より大きいので、開けません。', '見たい部分だけを切り出してください。'],
    ['It is larger than 1 MiB.', 'Cut out the object that you want to see.'],
  ),
  internal: entry(
    500,
    ['予期しない問題が起きました。', '受け付けた申し込みは失われません。問題の番号を添えて知らせてください。'],
    ['Something unexpected went wrong.', 'An accepted application is not lost. Report the incident number.'],
  ),
};

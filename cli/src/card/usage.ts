const WHERE = `  --reader NAME           a PC/SC reader (or a part of its name); without it the reader with a card in it
  --persona ID|DIR        instead: one of our own test cards, in memory; see "tegata personas"
  --profile P             with --persona: card (default), android, ios
  --data DIR              with --persona: keeps counters and authorities; without it each run makes a new card
  --wait SECONDS          how long to wait for a card (default 30)
  --replay FILE           instead: a trace that was recorded; every command must be the recorded one
  --trace FILE            writes the commands and answers; PINs and My Number are masked. "tegata inspect FILE" explains it
  --trace-unmasked        … as they are
  --json                  one JSON object
`;

const SECRETS = `Secrets: on the command line (where other users of the machine may see them), from a file (- is standard input, one line for
each), from the environment (TEGATA_CARD_PIN, TEGATA_CARD_NEW_PIN, TEGATA_CARD_SIGNATURE_PASSWORD), or asked for without showing what is
typed. Before the last remaining try the program stops, or asks; --yes-last-try goes on.
`;

const EXIT = 'Exit: 0 done, 1 the card or the machine refused, 2 the arguments cannot be used.\n';

export const READ_USAGE = `tegata card read [--reader NAME | --persona ID] [--pin PIN] …
    Reads attributes, My Number, photo and certificates with the 4-digit PIN of the attributes, and checks every signature.

  --pin PIN, --pin-file FILE
  --signature-password PASSWORD, --signature-password-file FILE
                          also reads the signature certificate, which needs it
  --show-my-number        shows the My Number, which is masked otherwise
  --photo FILE            writes the photo: FILE.jp2 as on the card, or FILE.png
  --trust DIR             whom to trust: card-cvc.json, card-jpki-sign.pem, card-jpki-auth.pem, as "card serve --data" writes them
  --yes-last-try
${WHERE}
${SECRETS}Exit: 0 every check passed, 1 one did not or the card refused, 2 the arguments cannot be used.
`;

export const SIGN_USAGE = `tegata card sign --key auth|sign FILE [--out FILE] [--form raw|cms] …
    Has the card sign a file. FILE may be - (standard input); it is signed as it lies there.

  --key KEY               auth: the key of user authentication, with its 4-digit PIN; sign: the signature key, with its password
  --form FORM             raw (default): the signature alone, over SHA-256; cms: SignedData with the file inside
  --out FILE              where to write it; without it base64 on standard output
  --pin PIN, --pin-file FILE
  --yes-last-try
${WHERE}
${SECRETS}${EXIT}`;

export const STATUS_USAGE = `tegata card status [--reader NAME | --persona ID] [--json]
    Tries left of each PIN, certificates and validity. No secret is shown to the card, and no try is spent.

${WHERE}
${EXIT}`;

export const PIN_USAGE = `tegata card pin change --pin-kind auth|sign|text|card …
    Changes a PIN or the signature password.

  --pin PIN, --pin-file FILE
  --new-pin PIN, --new-pin-file FILE
  --yes-last-try
${WHERE}
${SECRETS}${EXIT}`;

export const READERS_USAGE = `tegata card readers [--json]
    Lists the PC/SC readers of this machine.
${EXIT}`;

export const SERVE_USAGE = `tegata card serve --vpcd HOST:PORT --persona ID|DIR [--profile P] [--data DIR] …
    Puts one of our own test cards into a virtual reader (vpcd), so that every PC/SC program of the machine sees it.

  --vpcd HOST:PORT        where the vpcd listens; its own port is 35963
  --persona ID|DIR        which card; see "tegata personas"
  --profile P             card (default), android, ios
  --data DIR              keeps counters and authorities; its anchors are then in DIR/trust for "tegata card read --trust"
  --out                   begins with the card outside the reader
  --slow MS               each answer comes so much later
  --pieces N              answers come in pieces of N bytes (61xx and GET RESPONSE)
  --pulled-after N        the card leaves the reader after N commands

Lines of standard input: insert, remove, status, quit. Ctrl-C ends it.
${EXIT}`;

export const NEW_USAGE = `tegata card new --name NAME --birth YYYY-MM-DD [--seed TEXT] [--out DIR] …
    Makes a persona with a card (TEST ONLY) in a new folder, for --persona DIR of every command. What is not given follows from the seed;
    the same seed and options give the same bytes, the six RSA keys too. Everything in the folder is public, the PINs as well.

  --name NAME             as on the card; a space (U+3000) between family and given name
  --birth YYYY-MM-DD      month and day that nobody knows are 00
  --seed TEXT             default: a random one, which is shown
  --out DIR               new or empty; default: the id
  --id ID                 lower-case letters, digits, hyphens; default from the seed
  --kana TEXT  --address TEXT  --sex male|female|other
  --pin PIN, --pin-file FILE
                          of attributes and user authentication; default 1234
  --signature-password PASSWORD, --signature-password-file FILE
                          default TEGATA1
  --no-signature-certificate
  --ask-secrets           asks for both without showing what is typed
  --chromium PROGRAM      sets name and address in a real font; without it most kanji on the face are a geta (〓)
  --json
${EXIT}`;

/** What the subcommands are. */
export const CARD_USAGE = `tegata card read [--reader NAME | --persona ID] [--pin PIN] [--photo FILE] [--json] …
tegata card sign --key auth|sign FILE [--out FILE] [--form raw|cms] …
tegata card status [--reader NAME | --persona ID] [--json]
tegata card pin change --pin-kind auth|sign|text|card …
tegata card readers [--json]
tegata card new --name NAME --birth YYYY-MM-DD [--seed TEXT] [--out DIR] …
tegata card serve --vpcd HOST:PORT --persona ID …
    "tegata card read --help" and so on say more.
`;

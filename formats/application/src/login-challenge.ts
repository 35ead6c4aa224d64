/**
 * What a person signs with an authentication certificate to log in: a text that can be read, so that the signature says where
 * and what for it was made. A relying party writes it; JPKI reads it when that relying party asks for its identifier.
 * @module
 */
import { ApplicationError } from './error.ts';

/** The content of a login challenge. */
export interface LoginChallenge {
  /** The relying party's web origin: scheme, host and port, nothing more. */
  readonly origin: string;
  /** What for, in words that the person is shown; one line of 1 to 200 characters, none of them invisible. */
  readonly purpose: string;
  /** 32 octets in base64url. */
  readonly nonce: string;
  /** Whole seconds. */
  readonly issued: Date;
  readonly expires: Date;
}

const TITLE = 'Tegata login challenge 1';
const FORM = new RegExp(
  `^${TITLE}\norigin: (\\S{8,255})\npurpose: ([^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,200})\nnonce: ([\\w-]{43})\n` +
    'issued: (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)\nexpires: (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)\n$',
  'u',
);
/** The longest challenge, octets of UTF-8. */
export const MAX_LOGIN_CHALLENGE_BYTES = 1_536;

const seconds = (time: Date) => `${time.toISOString().slice(0, 19)}Z`;

/**
 * Writes the text that is signed.
 * @throws {ApplicationError} `login-challenge-malformed` when an origin is none, or a member has another form
 * @example
 * loginChallengeText({ origin: 'https://shop.example', purpose: 'ログイン', nonce, issued, expires });
 */
export function loginChallengeText(challenge: LoginChallenge): string {
  const { origin, purpose, nonce, issued, expires } = challenge;
  const text = `${TITLE}\norigin: ${origin}\npurpose: ${purpose}\nnonce: ${nonce}\nissued: ${seconds(issued)}\nexpires: ${seconds(expires)}\n`;
  parseLoginChallenge(text);
  return text;
}

/**
 * Reads the text of a login challenge; there is one spelling of each.
 * @throws {ApplicationError} `login-challenge-malformed`
 */
export function parseLoginChallenge(text: string): LoginChallenge {
  const match = text.length <= MAX_LOGIN_CHALLENGE_BYTES ? FORM.exec(text) : null;
  const [, origin = '', purpose = '', nonce = '', issued = '', expires = ''] = match ?? [];
  const from = new Date(issued);
  const until = new Date(expires);
  const sound =
    isOrigin(origin) &&
    Buffer.byteLength(text) <= MAX_LOGIN_CHALLENGE_BYTES &&
    // A date that does not exist is another date when it is written again.
    [from, until].every((time) => !Number.isNaN(time.getTime())) &&
    seconds(from) === issued &&
    seconds(until) === expires &&
    from < until;
  if (!sound) {
    throw new ApplicationError('login-challenge-malformed', 'The text is not a login challenge of version 1.');
  }
  return { origin, purpose, nonce, issued: from, expires: until };
}

/** Whether a text is a web origin as browsers write it. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && origin === text;
}

import { type OptionsOf, type OptionTable, optionReader } from './option-table.ts';

const OPTIONS = {
  response: 'one',
  issued: 'one',
  trust: 'many',
  'trust-signer': 'many',
  crl: 'many',
  'status-token': 'many',
  revocation: 'one',
  doctype: 'one',
  requested: 'one',
  at: 'one',
  interop: 'flag',
  'reader-key': 'one',
  'device-key': 'one',
  transcript: 'one',
  'transcript-type': 'one',
  engagement: 'one',
  'e-reader-key': 'one',
  establishment: 'one',
  handover: 'one',
  'handover-select': 'one',
  'handover-request': 'one',
  origin: 'one',
  nonce: 'one',
  'client-id': 'one',
  'response-uri': 'one',
  'jwk-thumbprint': 'one',
  jwk: 'one',
  'mdoc-generated-nonce': 'one',
  'encryption-info': 'one',
  'merchant-id': 'one',
  'team-id': 'one',
  'recipient-key-hash': 'one',
} as const satisfies OptionTable;

/** The long name of an option that a batch line may have too. */
export type OptionName = keyof typeof OPTIONS;

/** The options of one verification, by their long names. */
export type VerifyOptions = OptionsOf<typeof OPTIONS>;

/** Reads the options of `tegata verify`. */
export const verifyOptions = optionReader(OPTIONS, ['requested', 'jwk']);

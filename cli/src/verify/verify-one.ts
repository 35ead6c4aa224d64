import { ArgumentError } from './argument-error.ts';
import type { VerifyOptions } from './options.ts';
import type { VerifyResult } from './result.ts';
import type { Setting } from './verification.ts';
import { verifyIssued } from './verify-issued.ts';
import { verifyResponse } from './verify-response.ts';

/** Options that speak of a presentation. */
const OF_PRESENTATIONS = [
  'requested',
  'reader-key',
  'transcript',
  'transcript-type',
  'engagement',
  'e-reader-key',
  'establishment',
  'handover',
  'handover-select',
  'handover-request',
  'origin',
  'nonce',
  'client-id',
  'response-uri',
  'jwk-thumbprint',
  'jwk',
  'mdoc-generated-nonce',
  'encryption-info',
  'merchant-id',
  'team-id',
  'recipient-key-hash',
] as const satisfies readonly (keyof VerifyOptions)[];

/**
 * Verifies what the options name.
 * @throws {ArgumentError} when they cannot be used; nothing else, whatever the document holds
 */
export function verifyOne(setting: Setting): VerifyResult {
  const { response, issued } = setting.options;
  if ((response === undefined) === (issued === undefined)) {
    throw new ArgumentError('usage', 'Name one of --response FILE and --issued FILE.', { option: 'response' });
  }
  if (response !== undefined) {
    if (setting.options['device-key'] !== undefined) misplaced('device-key', '--issued');
    return verifyResponse(setting, response);
  }
  const odd = OF_PRESENTATIONS.find((name) => setting.options[name] !== undefined);
  if (odd) misplaced(odd, '--response');
  return verifyIssued(setting, issued as string);
}

function misplaced(option: string, place: string): never {
  throw new ArgumentError('usage', `--${option} belongs to ${place}.`, { option });
}

import { jpkiApplication } from '@tegata/card-files';
import { ChipError, type KeyDevice, keyInMemory, makeChip, type SoftwareChip } from '@tegata/chip';
import type { Random } from '@tegata/random';
import type { SecureElement } from '../secure-element/secure-element.ts';
import { TOKEN_TRIES, type TokenRow, type TokenStore, type TokenUse } from './token-store.ts';

/**
 * The phone's JPKI-AP (公的個人認証AP) as a chip: the command set of the card with the label of the phone (card.md §14). Keys
 * compute only while the phone is unlocked, whatever was verified before; counters and changed PINs are the store's.
 * @throws {WalletError} `phone-locked`
 */
export function tokenChip(
  parts: { readonly tokens: TokenStore; readonly element: SecureElement; readonly random: Random },
  token: TokenRow,
): SoftwareChip {
  const { tokens, element, random } = parts;
  const key = (use: TokenUse): KeyDevice => {
    const { algorithm, compute } = keyInMemory(tokens.privateKey(token.id, use));
    return {
      algorithm,
      compute(operation) {
        if (!element.unlocked) throw new ChipError('key-refused', 'The phone is locked: its keys are not to be had.');
        return compute(operation);
      },
    };
  };
  const pins = tokens.pins(token.id);
  const application = jpkiApplication({
    profile: token.platform,
    certificates: tokens.certificates(token.id),
    authKey: key('auth'),
    signKey: key('sign'),
    authPin: Buffer.from(pins.auth).toString('latin1'),
    signaturePassword: Buffer.from(pins.signature).toString('latin1'),
    serialNumber: token.serialNumber,
    tries: TOKEN_TRIES,
  });
  return makeChip({
    applications: [application],
    counters: tokens.counters(token.id),
    secrets: tokens.secrets(token.id),
    random,
  });
}

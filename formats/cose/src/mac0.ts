import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CborMap, CborValue } from '@tegata/cbor';
import { ALG } from './algorithm.ts';
import { CoseError } from './error.ts';
import {
  algOf,
  type CoseMessage,
  parseMessage,
  payloadOf,
  protectedHeader,
  type TagRule,
  toBeSigned,
  withToBeSigned,
} from './headers.ts';

/**
 * Makes a COSE_Mac0 (RFC 9052 §6.2) with HMAC 256/256, untagged.
 * @example mac0({ key: eMacKey, payload: deviceAuthenticationBytes, detached: true })
 */
export function mac0(options: {
  key: Uint8Array;
  payload: Uint8Array;
  detached?: boolean;
  /** More protected headers; `alg` is set. */
  protectedHeaders?: CborMap;
  unprotectedHeaders?: CborMap;
  externalAad?: Uint8Array;
}): CborValue {
  const protectedBytes = protectedHeader(ALG.HMAC_256_256, options.protectedHeaders);
  const data = toBeSigned('MAC0', protectedBytes, options.payload, options.externalAad);
  const tag = new Uint8Array(createHmac('sha256', options.key).update(data).digest());
  return [protectedBytes, options.unprotectedHeaders ?? new Map(), options.detached ? null : options.payload, tag];
}

/**
 * Verifies a COSE_Mac0 with HMAC 256/256 (alg 5); returns only if it is valid. Shortened tags are refused.
 * @throws {CoseError} `mac-invalid`, `signature-form`, `alg-…`, `payload-…`, `structure` …
 */
export function verifyMac0(options: {
  mac0: CborValue;
  key: Uint8Array;
  detachedPayload?: Uint8Array;
  externalAad?: Uint8Array;
  tag?: TagRule;
}): CoseMessage {
  const message = parseMessage(options.mac0, 17, options.tag ?? 'refuse');
  const alg = algOf(message);
  if (alg !== ALG.HMAC_256_256) {
    throw new CoseError('alg-refused', 'The algorithm is not HMAC 256/256.', { alg });
  }
  if (message.signature.length !== 32) {
    throw new CoseError('signature-form', 'The tag does not have 32 bytes.', { length: message.signature.length });
  }
  const payload = payloadOf(message, options.detachedPayload);
  const tag = withToBeSigned('MAC0', message, payload, options.externalAad, (data) =>
    createHmac('sha256', options.key).update(data).digest(),
  );
  if (!timingSafeEqual(tag, message.signature)) {
    throw new CoseError('mac-invalid', 'The authentication tag does not fit the content and the key.');
  }
  return message;
}

import { CborError, type CborMap, type CborValue, DateTime, decode, encode } from '@tegata/cbor';
import {
  type Application,
  type CertificateRequests,
  FILE_LIMITS,
  MAX_APPLICATION_BYTES,
  MAX_CERTIFICATE_REQUEST_BYTES,
  MAX_DEVICE_KEYS,
  type SurfaceFiles,
  type TextFiles,
} from './application.ts';
import { ApplicationError } from './error.ts';

const refuse = (member: string, message: string) => new ApplicationError('application-member', message, { member });

function mapOf(
  value: CborValue,
  member: string,
  keys: readonly (string | number)[],
  optional: readonly string[] = [],
): CborMap {
  if (!(value instanceof Map)) throw refuse(member, `${member} must be a map.`);
  const more = optional.filter((key) => value.has(key)).length;
  if (value.size !== keys.length + more || keys.some((key) => !value.has(key))) {
    throw refuse(member, `${member} must have exactly the members of application.cddl.`);
  }
  return value;
}

function bytesOf(value: CborValue, member: string, least: number, most: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < least || value.length > most) {
    throw refuse(member, `${member} must be a byte string of ${least} to ${most} bytes.`);
  }
  return value;
}

function textOf(value: CborValue, member: string, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw refuse(member, `${member} does not have its form.`);
  return value;
}

function filesOf(
  value: CborValue,
  member: string,
  limits: Readonly<Record<number, number>>,
): Record<number, Uint8Array> {
  const ids = Object.keys(limits).map(Number);
  const map = mapOf(value, member, ids);
  return Object.fromEntries(ids.map((id) => [id, bytesOf(map.get(id), `${member}.${id}`, 1, limits[id] as number)]));
}

function p256KeyOf(value: CborValue, member: string): CborMap {
  const map = mapOf(value, member, [1, -1, -2, -3]);
  if (map.get(1) !== 2 || map.get(-1) !== 1) throw refuse(member, `${member} must be a P-256 key.`);
  bytesOf(map.get(-2), `${member}.x`, 32, 32);
  bytesOf(map.get(-3), `${member}.y`, 32, 32);
  return map;
}

function deviceKeysOf(value: CborValue): CborMap[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_DEVICE_KEYS) {
    throw refuse('deviceKeys', `deviceKeys must be a list of 1 to ${MAX_DEVICE_KEYS} keys.`);
  }
  const keys = value.map((key: CborValue, index) => p256KeyOf(key, `deviceKeys.${index}`));
  const distinct = new Set(keys.map((key) => Buffer.from(key.get(-2) as Uint8Array).toString('hex')));
  // Two keys with one x are one key or its mirror image, whose private parts are known together.
  if (distinct.size !== keys.length) throw refuse('deviceKeys', 'Each device key must be another one.');
  return keys;
}

function requestsOf(value: CborValue): CertificateRequests {
  const map = mapOf(value, 'certificateRequests', ['auth', 'sign']);
  const request = (use: 'auth' | 'sign') =>
    bytesOf(map.get(use), `certificateRequests.${use}`, 1, MAX_CERTIFICATE_REQUEST_BYTES);
  return { auth: request('auth'), sign: request('sign') };
}

/** The certificates alone, which must then be requested. */
function wantOf(value: CborValue, requests: CertificateRequests | undefined): 'certificates' {
  if (value === 'certificates' && requests) return value;
  throw refuse('want', 'want may only be "certificates", and certificateRequests must then be there.');
}

function timeOf(value: CborValue): Date {
  if (!(value instanceof DateTime)) throw refuse('time', 'time must be a tdate.');
  try {
    return value.toDate();
  } catch {
    throw refuse('time', 'time must be a tdate in whole seconds and UTC.');
  }
}

function itemOf(bytes: Uint8Array): CborValue {
  try {
    return decode(bytes, { maxBytes: MAX_APPLICATION_BYTES, maxDepth: 6, maxItems: 1024 });
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    if (error.code === 'too-large') {
      throw new ApplicationError('application-too-large', 'An application is at most 96 KiB long.', {
        maxBytes: MAX_APPLICATION_BYTES,
      });
    }
    throw new ApplicationError('application-not-cbor', 'An application is one CBOR item.', { rule: error.code });
  }
}

/**
 * Reads an application's content by application.cddl: exactly its members, sizes within limits, deterministic bytes. What the
 * files say, and whether anything is signed, is not looked at here.
 * @throws {ApplicationError} `application-too-large`, `application-not-cbor`, `application-not-deterministic`,
 * `application-version`, `application-member` with the member's name
 * @example
 * const { session, card } = decodeApplication(signed.content);
 */
export function decodeApplication(bytes: Uint8Array): Application {
  const item = itemOf(bytes);
  if (item instanceof Map && item.get('version') !== 1) {
    throw new ApplicationError('application-version', 'Only version 1 of the application is understood here.');
  }
  const map = mapOf(
    item,
    'application',
    ['version', 'session', 'challenge', 'platform', 'time', 'card', 'deviceKeys', 'keyAttestation', 'responseKey'],
    ['want', 'certificateRequests'],
  );
  const requests = map.has('certificateRequests') ? requestsOf(map.get('certificateRequests')) : undefined;
  const want = map.has('want') ? wantOf(map.get('want'), requests) : undefined;
  const card = mapOf(map.get('card'), 'card', ['text', 'surface', 'presence', 'surfacePresence']);
  const application: Application = {
    version: 1,
    session: textOf(map.get('session'), 'session', /^[A-Za-z0-9_-]{16,64}$/),
    challenge: bytesOf(map.get('challenge'), 'challenge', 32, 32),
    platform: textOf(map.get('platform'), 'platform', /^(?:ios|android)$/) as 'ios' | 'android',
    time: timeOf(map.get('time')),
    card: {
      text: filesOf(card.get('text'), 'card.text', FILE_LIMITS.text) as unknown as TextFiles,
      surface: filesOf(card.get('surface'), 'card.surface', FILE_LIMITS.surface) as unknown as SurfaceFiles,
      presence: bytesOf(card.get('presence'), 'card.presence', 64, 512),
      surfacePresence: bytesOf(card.get('surfacePresence'), 'card.surfacePresence', 64, 512),
    },
    deviceKeys: deviceKeysOf(map.get('deviceKeys')),
    keyAttestation: textOf(map.get('keyAttestation'), 'keyAttestation', /^[\w.-]{1,32768}$/),
    responseKey: p256KeyOf(map.get('responseKey'), 'responseKey'),
    ...(want ? { want } : {}),
    ...(requests ? { certificateRequests: requests } : {}),
  };
  // One application has one spelling: a duplicate is then found by comparing bytes.
  if (Buffer.compare(encode(item), bytes) !== 0) {
    throw new ApplicationError('application-not-deterministic', 'An application is written in deterministic CBOR.');
  }
  return application;
}

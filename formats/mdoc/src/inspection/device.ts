import type { KeyObject } from 'node:crypto';
import type { CborValue } from '@tegata/cbor';
import { CoseError, decodeCoseKey, parseCoseKey, verifyMac0, verifySign1 } from '@tegata/cose';
import { lentDeviceAuthenticationBytes } from '../device-authentication.ts';
import type { ResponseDocument } from '../device-response.ts';
import { MdocError } from '../error.ts';
import type { MobileSecurityObject } from '../mobile-security-object.ts';
import { derivedKey } from '../session-encryption.ts';
import { type CheckList, printable } from './check-list.ts';

/** What the reader knows of its own session. */
export interface OwnSession {
  /** The bare SessionTranscript that the reader computed itself; nothing of it comes from the response. */
  readonly sessionTranscript: Uint8Array;
  /** The reader's ephemeral private key, without which a deviceMac cannot be verified. */
  readonly eReaderKey?: KeyObject;
}

/** Reads the device key of an MSO, its point validated. */
export function inspectDeviceKey(list: CheckList, mso: MobileSecurityObject): KeyObject | undefined {
  try {
    const key = decodeCoseKey(mso.deviceKey);
    list.pass('device-key');
    return key;
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    list.fail('device-key', error.code, error.message);
    return undefined;
  }
}

/** Makes the checks `device-key`, `device-auth` and `key-authorization`. */
export function inspectDevice(
  list: CheckList,
  document: ResponseDocument,
  mso: MobileSecurityObject,
  session: OwnSession,
): void {
  const { deviceSigned } = document;
  if (!deviceSigned) {
    inspectDeviceKey(list, mso);
    list.fail('device-auth', 'device-signed-missing', 'The phone signed nothing: the answer could be a copy.');
    return;
  }
  inspectAuthorizations(list, deviceSigned.nameSpaces, mso);
  const form = formOf(deviceSigned.deviceAuth);
  if (typeof form === 'string') {
    inspectDeviceKey(list, mso);
    list.fail('device-auth', form, 'deviceAuth holds exactly one of deviceSignature and deviceMac.');
    return;
  }
  const { sessionTranscript } = session;
  const payload = lentDeviceAuthenticationBytes(sessionTranscript, document.docType, deviceSigned.nameSpacesBytes);
  if (form.kind === 'deviceSignature' && signatureHolds(form.value, mso, payload)) {
    list.pass('device-key');
    list.pass('device-auth');
    return;
  }
  const deviceKey = inspectDeviceKey(list, mso);
  if (deviceKey) inspectAuthentication(list, form, deviceKey, payload, session);
}

/**
 * The usual case in one step: the key is imported and used in one call, and with that validated. Whatever is wrong, the checks are made
 * one after the other, so that each says what it has found.
 */
function signatureHolds(deviceSignature: CborValue, mso: MobileSecurityObject, payload: Uint8Array): boolean {
  try {
    verifySign1({ sign1: deviceSignature, publicKey: parseCoseKey(mso.deviceKey), detachedPayload: payload });
    return true;
  } catch (error) {
    if (error instanceof CoseError) return false;
    throw error;
  }
}

type DeviceAuth = { readonly kind: 'deviceSignature' | 'deviceMac'; readonly value: CborValue };

function inspectAuthentication(
  list: CheckList,
  form: DeviceAuth,
  deviceKey: KeyObject,
  payload: Uint8Array,
  session: OwnSession,
): void {
  try {
    switch (form.kind) {
      case 'deviceSignature':
        verifySign1({ sign1: form.value, publicKey: deviceKey, detachedPayload: payload });
        break;
      case 'deviceMac': {
        if (!session.eReaderKey) {
          const detail = 'A deviceMac can only be verified with the reader’s ephemeral key.';
          list.fail('device-auth', 'reader-key-needed', detail);
          return;
        }
        // The static key of the MSO against the ephemeral one of the reader: two ephemeral keys would prove nothing.
        const key = derivedKey(session.eReaderKey, deviceKey, session.sessionTranscript, 'EMacKey');
        verifyMac0({ mac0: form.value, key, detachedPayload: payload });
        break;
      }
      default:
        form.kind satisfies never;
        return;
    }
    list.pass('device-auth');
  } catch (error) {
    if (!(error instanceof CoseError || error instanceof MdocError)) throw error;
    list.fail('device-auth', error.code, error.message);
  }
}

function formOf(deviceAuth: CborValue): DeviceAuth | string {
  if (!(deviceAuth instanceof Map)) return 'device-auth-missing';
  if (deviceAuth.size === 0) return 'device-auth-missing';
  if (deviceAuth.size > 1) return 'device-auth-forms';
  if (deviceAuth.has('deviceSignature')) return { kind: 'deviceSignature', value: deviceAuth.get('deviceSignature') };
  if (deviceAuth.has('deviceMac')) return { kind: 'deviceMac', value: deviceAuth.get('deviceMac') };
  return 'device-auth-forms';
}

function inspectAuthorizations(
  list: CheckList,
  nameSpaces: ReadonlyMap<string, ReadonlyMap<string, CborValue>>,
  mso: MobileSecurityObject,
): void {
  const { keyAuthorizations } = mso;
  const wrong: { code: string; detail: string }[] = [];
  for (const [namespace, elements] of nameSpaces) {
    if (keyAuthorizations.nameSpaces.has(namespace)) continue;
    for (const element of elements.keys()) {
      if (keyAuthorizations.dataElements.get(namespace)?.has(element)) continue;
      const detail = `The device key may not sign ${printable(namespace)}/${printable(element)}.`;
      wrong.push({ code: 'key-not-authorized', detail });
    }
  }
  list.judge('key-authorization', wrong);
}

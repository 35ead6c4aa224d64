import type { Application } from '@tegata/application';
import { CoseError, coseKeyToJwk, decodeCoseKey } from '@tegata/cose';
import { toBase64url, verifyKeyAttestation } from '@tegata/jose';
import type { RefusalCode } from './error.ts';
import type { Evidence } from './events.ts';

/** A check and what it would refuse with. */
export interface KeyCheck {
  readonly prefix: string;
  readonly check: { readonly id: string; readonly result: Evidence['result']; readonly code?: string };
  readonly refusal: RefusalCode;
}

/**
 * Checks the phone's keys: the wallet provider's attestation (chain, times, nonce = our challenge), that it speaks for exactly the device
 * keys that the person signed, and that every key is a point on its curve.
 */
export function checkKeys(input: {
  application: Application;
  anchors: readonly Uint8Array[];
  at: Date;
}): readonly KeyCheck[] {
  const { application, anchors, at } = input;
  const report = verifyKeyAttestation({
    attestation: application.keyAttestation,
    trustAnchors: anchors,
    // Judged when the application came in: attestations are short, outages are not.
    clock: { now: () => at },
    nonce: toBase64url(application.challenge),
  });
  const checks: KeyCheck[] = report.checks.map(({ id, result, code }) => ({
    prefix: 'key-attestation',
    check: { id, result, ...(code === undefined ? {} : { code }) },
    refusal: 'key-attestation-invalid',
  }));
  const own = (id: string, holds: boolean): KeyCheck => ({
    prefix: '',
    check: holds ? { id, result: 'passed' } : { id, result: 'failed', code: 'device-key-mismatch' },
    refusal: 'device-key-mismatch',
  });
  const signed = application.deviceKeys.map(pointOf);
  const attested = report.verified?.attestedKeys.map(({ x, y }) => `${x}.${y}`);
  checks.push(own('device-keys', !signed.includes(undefined)));
  checks.push(
    attested
      ? own('attested-keys-are-device-keys', sameSet(signed, attested))
      : {
          prefix: '',
          check: { id: 'attested-keys-are-device-keys', result: 'failed', code: 'not-attested' },
          refusal: 'key-attestation-invalid',
        },
  );
  checks.push(own('response-key', pointOf(application.responseKey) !== undefined));
  return checks;
}

/** A key's coordinates, if they are a point on the curve. */
function pointOf(key: Application['responseKey']): string | undefined {
  try {
    decodeCoseKey(key);
    const { x, y } = coseKeyToJwk(key);
    return `${x}.${y}`;
  } catch (error) {
    if (error instanceof CoseError) return undefined;
    throw error;
  }
}

function sameSet(a: readonly (string | undefined)[], b: readonly string[]): boolean {
  return (
    a.length === b.length && new Set(a).size === a.length && a.every((item) => item !== undefined && b.includes(item))
  );
}

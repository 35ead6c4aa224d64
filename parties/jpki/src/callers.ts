import { createHash, timingSafeEqual } from 'node:crypto';
import { HttpError } from '@tegata/http';
import type { Context } from 'hono';
import { JpkiError } from './error.ts';
import { concernsPhoneOnly } from './revocation-triggers.ts';
import type { CertificateRequest, RevocationRequest, SuspensionRequest } from './wire.ts';

/** Who may call besides those who only ask for a status. */
export type Caller = 'card' | 'smp' | 'operator';

/**
 * What the callers show. `card`: the card factory of the municipalities; `smp`: the intake of applications from phones; `operator`: the
 * municipal counter and the hotline.
 */
export type CallerSecrets = { readonly [caller in Caller]?: string };

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Tells who calls by the secret of the pair (`Authorization: Bearer …`).
 * @throws {HttpError} `unauthorized`
 */
export function callerOf(secrets: CallerSecrets): (c: Context) => Caller {
  const known = (['card', 'smp', 'operator'] as const).flatMap((caller) => {
    const secret = secrets[caller];
    return secret === undefined ? [] : [[caller, digest(`Bearer ${secret}`)] as const];
  });
  return (c) => {
    const shown = digest(c.req.header('authorization') ?? '');
    // Each is compared, so that the time says nothing of which one it was.
    const [found] = known.filter(([, expected]) => timingSafeEqual(shown, expected));
    if (!found) throw new HttpError('unauthorized', 'This call needs the secret of the calling party.');
    return found[0];
  };
}

function refused(caller: Caller): JpkiError {
  return new JpkiError('caller-not-allowed', 'This caller may not ask for that. Ask the party whose task it is.', {
    caller,
  });
}

/** The intake asks for phones, the municipality for cards. @throws {JpkiError} `caller-not-allowed` */
export function mayIssue(caller: Caller, request: CertificateRequest): void {
  if (caller === 'smp' ? !('phone' in request) : caller === 'card' && 'phone' in request) throw refused(caller);
}

/** The intake knows of what happened to phones alone. @throws {JpkiError} `caller-not-allowed` */
export function mayRevoke(caller: Caller, request: RevocationRequest): void {
  if (caller === 'smp' && !('event' in request && concernsPhoneOnly(request.event))) throw refused(caller);
}

/** As {@link mayRevoke}. @throws {JpkiError} `caller-not-allowed` */
export function maySuspend(caller: Caller, request: SuspensionRequest): void {
  if (caller === 'smp' && request.device !== 'phone') throw refused(caller);
}

/** Only the operator sees the certificates of everybody. @throws {JpkiError} `caller-not-allowed` */
export function mayListAll(caller: Caller): void {
  if (caller !== 'operator') throw refused(caller);
}

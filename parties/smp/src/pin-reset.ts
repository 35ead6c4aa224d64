import { createHash } from 'node:crypto';
import {
  ApplicationError,
  decodePinReset,
  PIN_RESET_CONTENT_TYPE,
  type PinResetWish,
  pinResetPermission,
} from '@tegata/application';
import { verifySignedData } from '@tegata/cms';
import { type Certificate, verifyPath } from '@tegata/x509';
import { certificateStatus } from './certificate-status.ts';
import { change } from './changes.ts';
import { type RefusalCode, SmpError } from './error.ts';
import type { Evidence } from './events.ts';
import type { ApplicationRow } from './schema.ts';
import { type SessionRow, sessionOf } from './sessions.ts';
import type { Smp } from './smp.ts';

/**
 * Permits a phone to set new PINs for its certificates, to the holder of the very card with which they were applied for. It is a path
 * of its own beside issuing: no queue, no IACA, and its own eye on whether JPKI answers. Nothing of a PIN is seen here.
 * @returns the permission, base64url
 * @throws {SmpError} `session-unknown`, `session-expired`; `cms-invalid`, `challenge-mismatch`, `certificate-untrusted`, `certificate-expired`,
 * `certificate-revoked`, `certificate-status-unknown`; `phone-unknown`, `not-this-phones-card`; `ocsp-unavailable`: ask again
 */
export async function permitPinReset(
  smp: Smp,
  call: { readonly session: string | undefined; readonly thumbprint: string; readonly body: Uint8Array },
): Promise<{ readonly permission: string }> {
  const at = smp.clock.now();
  const session = await sessionOf(smp, call.session, call.thumbprint);
  if (session.application !== null || at > session.expires_at) {
    throw new SmpError('session-expired', 'The session has expired or was used. Open a new one and sign again.');
  }
  const { wish, signer, issuer } = open(smp, call.body, session, at);
  const row = await phoneOf(smp, wish, signer);
  // The status is asked last: a stranger's signature makes nobody ask JPKI.
  const status = await certificateStatus({ ...smp, jpki: smp.jpkiForResets }, signer, issuer);
  if (status.status !== 'good') throw refusalOf(status.status);
  await useUp(smp, session, at);
  await permit(smp, row, status.evidence);
  const key = smp.sealer.unwrapResetKey(row.id, row.reset_key as Uint8Array);
  smp.log.info('pin-reset-permitted', { reference: row.reference });
  return { permission: Buffer.from(pinResetPermission(key, wish.nonce)).toString('base64url') };
}

function open(
  smp: Smp,
  body: Uint8Array,
  session: SessionRow,
  at: Date,
): { wish: PinResetWish; signer: Certificate; issuer: Certificate } {
  const invalid = (code: RefusalCode) =>
    new SmpError(code, 'The wish for new PINs was not accepted; nothing has changed.');
  const cms = verifySignedData({ cms: body, eContentType: PIN_RESET_CONTENT_TYPE, at });
  if (cms.result !== 'passed' || !cms.content || !cms.certificate) throw invalid('cms-invalid');
  let wish: PinResetWish;
  try {
    wish = decodePinReset(cms.content);
  } catch (error) {
    if (error instanceof ApplicationError) throw invalid('cms-invalid');
    throw error;
  }
  const fits = wish.session === session.id && Buffer.compare(wish.challenge, session.challenge) === 0;
  if (!fits) throw invalid('challenge-mismatch');
  const path = verifyPath({ leaf: cms.certificate, anchors: smp.trust.jpkiSign, at, profile: 'jpki-sign' });
  if (path.result !== 'passed' || !path.anchor) {
    throw invalid(
      path.code === 'validity' && at > cms.certificate.notAfter ? 'certificate-expired' : 'certificate-untrusted',
    );
  }
  return { wish, signer: cms.certificate, issuer: path.anchor };
}

async function phoneOf(smp: Smp, { reference }: PinResetWish, signer: Certificate): Promise<ApplicationRow> {
  const row = await smp.db
    .selectFrom('smp.application')
    .selectAll()
    .where('reference', '=', reference)
    .where('state', '=', 'active')
    .where('reset_key', 'is not', null)
    .executeTakeFirst();
  if (!row) throw new SmpError('phone-unknown', 'There is no phone in use of this reference that has certificates.');
  // The phone's certificates end with the card's, so that another card of the same person has no business with them.
  if (row.card_certificate !== createHash('sha256').update(signer.raw).digest('hex')) {
    throw new SmpError('not-this-phones-card', 'The phone’s certificates were applied for with another card.');
  }
  return row;
}

function refusalOf(status: 'revoked' | 'unknown' | 'undetermined'): SmpError {
  if (status === 'undetermined') {
    return new SmpError('ocsp-unavailable', 'Whether the card’s certificate stands cannot be told now. Ask again.');
  }
  const code = status === 'revoked' ? 'certificate-revoked' : 'certificate-status-unknown';
  return new SmpError(code, 'The card’s certificate does not stand.');
}

/** A session permits once: of two copies of a message one finds it ended. */
async function useUp(smp: Smp, { id }: SessionRow, at: Date): Promise<void> {
  const used = await smp.db
    .updateTable('smp.session')
    .set({ expires_at: new Date(at.getTime() - 1) })
    .where('id', '=', id)
    .where('application', 'is', null)
    .where('expires_at', '>=', at)
    .returning('id')
    .executeTakeFirst();
  if (!used) throw new SmpError('session-expired', 'The session was used. Open a new one and sign again.');
}

async function permit(smp: Smp, row: ApplicationRow, evidence: readonly Evidence[]): Promise<void> {
  await change(smp, row.id, {
    from: 'active',
    happenings: [{ name: 'pin-reset-permitted', actor: 'applicant-app', evidence }],
  });
}

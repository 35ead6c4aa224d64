/**
 * Step 6: record → lint → sign → compare.
 *
 * `planIssuance` stores, byte for byte, what will be signed, and lints a twin of it; `signIssuance` redeems the plan. The token belongs
 * to the issuance: it is redeemed by compare-and-swap (planned → signing → signed), and whoever asks again gets the same stored bytes.
 *
 * When a process dies between the signature and its storing, nobody can say whether the key was used. Nothing has left by then: the
 * bytes go out only after the transaction that stores them. The next redemption finds the plan in `signing` with nobody at work on it,
 * closes it for ever (`abandoned`, an event), draws a new plan from the sealed request (new serial number, new salts, new generation),
 * lints it and signs that. Two indexes hold what is promised: one plan of an issuance is alive at most, and `signed` happens once to
 * it. So exactly one mdoc is ever handed out per application, and a signature that was lost in a crash belongs to a plan that
 * says so. Status lists are not issued yet; with them the abandoned plan's entry becomes invalid before the plan is closed.
 *
 * A plan is also closed and drawn again when its day is over (the ages in it are those of a day in Japan), or when the document signer or
 * the profile is no longer the one that it was made and linted for.
 * @module
 */
import { timingSafeEqual } from 'node:crypto';
import { decodeMapSpans } from '@tegata/cbor';
import { dayInJapan, startOfDayInJapan } from '@tegata/clock';
import { finishIssuerSigned, MdocError, parseIssuerSigned } from '@tegata/mdoc';
import { parseCertificate } from '@tegata/x509';
import { IacaError, refused } from './error.ts';
import { appendEvents, GENESIS } from './events.ts';
import type { Iaca, Issued } from './iaca.ts';
import { lint } from './lint.ts';
import { closePlan, type Draft, draftPlan, hex, livePlan, lockIssuance, recordPlan } from './plans.ts';
import { decodeIssuanceRequest, type IssuanceRequest, type PlanAnswer } from './request.ts';
import type { IssuanceRow, PlanRow } from './schema.ts';
import { toBeSigned } from './to-be-signed.ts';

/**
 * Plans an issuance; idempotent by id and request.
 * @param body CBOR, as `request.ts` says
 * @returns the plan, and whether this call made it
 * @throws {IacaError} `bad-request`, `refused-by-issuer`, `issuance-conflict`, `issuance-content-destroyed`, `issuer-busy`
 */
export async function planIssuance(
  iaca: Iaca,
  id: string,
  body: Uint8Array,
): Promise<PlanAnswer & { created: boolean }> {
  const request = decodeIssuanceRequest(body);
  const tag = iaca.secrets.requestTag(id, body);
  iaca.tap.step({ step: 6, state: 'started', reference: id });
  try {
    const created = await openIssuance(iaca, id, request, body, tag);
    const plan = await lintedPlan(iaca, id, request);
    const { digest, serial, valid_until: validUntil } = plan;
    return { token: iaca.secrets.token(id, tag), digest, serial, validUntil, created };
  } catch (error) {
    if (error instanceof IacaError) {
      iaca.log.warn('issuance-not-planned', { issuance: id, code: error.code, ...error.context });
      if (error.code === 'refused-by-issuer') {
        iaca.tap.step({ step: 6, state: 'failed', reference: id, code: error.code, detail: error.context });
      }
    }
    throw error;
  }
}

/** Makes the row and its first plan, or checks that the row is about the same request. */
async function openIssuance(
  iaca: Iaca,
  id: string,
  request: IssuanceRequest,
  body: Uint8Array,
  tag: Uint8Array,
): Promise<boolean> {
  const draft = drafted(iaca, request);
  const { key, wrapped } = iaca.secrets.newKey(id);
  return iaca.db.transaction().execute(async (tx) => {
    const inserted = await tx
      .insertInto('iaca.issuance')
      .values({
        id,
        request_tag: tag,
        data_key: wrapped,
        record: iaca.secrets.seal('issuance.record', id, key, body),
        refusal: null,
        sequence: 0,
        head: GENESIS,
        opened_at: iaca.clock.now(),
        destroyed_at: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    const row = await lockIssuance(tx, id);
    checkSame(row, tag);
    if (row.refusal !== null || (await livePlan(tx, id))) return false;
    if ('rule' in draft) {
      await appendEvents(tx, row, [{ name: 'refused', detail: draft }], iaca.clock.now());
      await tx.updateTable('iaca.issuance').set({ refusal: draft.rule, record: null }).where('id', '=', id).execute();
    } else {
      await recordPlan(tx, iaca, row, inserted ? key : dataKeyOf(iaca, row), draft);
    }
    return true;
  });
}

/** A draft, or the rule that refuses the record: that outcome is stored too. */
function drafted(iaca: Iaca, request: IssuanceRequest): Draft | { rule: string } {
  try {
    return draftPlan(iaca, request);
  } catch (error) {
    if (error instanceof IacaError && error.code === 'refused-by-issuer')
      return { rule: String(error.context['rule']) };
    throw error;
  }
}

function checkSame(row: IssuanceRow, tag: Uint8Array): void {
  if (row.destroyed_at !== null || row.request_tag === null) {
    throw new IacaError('issuance-content-destroyed', 'The personal data of this issuance was destroyed.');
  }
  if (!timingSafeEqual(row.request_tag, tag)) {
    throw new IacaError('issuance-conflict', 'Another request was made under this id. Use a new one.');
  }
}

/** The live plan of an issuance, linted. @throws {IacaError} `refused-by-issuer` */
async function lintedPlan(iaca: Iaca, id: string, request: IssuanceRequest): Promise<PlanRow> {
  const { row, plan } = await iaca.db.transaction().execute(async (tx) => {
    const found = await lockIssuance(tx, id);
    return { row: found, plan: await livePlan(tx, id) };
  });
  if (row.refusal !== null) throw refused(row.refusal);
  if (!plan) throw busy();
  if (plan.state !== 'recorded') return plan;
  const outcome = await lint({
    request,
    profile: iaca.profile,
    nameSpaces: itemsOf(iaca, row, plan),
    mso: plan.mso,
    twin: iaca.twin,
    certificate: iaca.authority.documentSigner.certificate,
    // The day of the plan, also when its lint was put off: whether that day is over is asked before it is signed.
    at: plan.made_at,
  });
  const rule =
    outcome.result === 'failed' ? (outcome.checks.find(({ result }) => result === 'failed')?.id ?? 'lint') : undefined;
  await iaca.db.transaction().execute(async (tx) => {
    const locked = await lockIssuance(tx, id);
    const moved = await tx
      .updateTable('iaca.plan')
      .set(rule === undefined ? { state: 'planned' } : { state: 'refused', items: null })
      .where('serial', '=', plan.serial)
      .where('state', '=', 'recorded')
      .returning('serial')
      .executeTakeFirst();
    // Somebody else linted the same plan meanwhile: the outcome is the same, and it is stored.
    if (!moved) return;
    const happening =
      rule === undefined ? ({ name: 'linted' } as const) : ({ name: 'refused', detail: { rule } } as const);
    await appendEvents(tx, locked, [{ ...happening, serial: plan.serial }], iaca.clock.now());
    if (rule !== undefined) {
      await tx.updateTable('iaca.issuance').set({ refusal: rule, record: null }).where('id', '=', id).execute();
    }
  });
  if (rule !== undefined) throw refused(rule);
  return { ...plan, state: 'planned' };
}

/**
 * Redeems an issuance: once signed, always the same bytes.
 * @throws {IacaError} `issuance-unknown`, `issuance-token-invalid`, `issuance-content-destroyed`, `refused-by-issuer`, `issuer-busy`,
 * `signature-mismatch`
 */
export async function signIssuance(iaca: Iaca, id: string, token: Uint8Array): Promise<Issued> {
  const row = await iaca.db.selectFrom('iaca.issuance').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new IacaError('issuance-unknown', 'There is no issuance with this id. Ask for its plan first.');
  if (row.request_tag === null || !timingSafeEqual(iaca.secrets.token(id, row.request_tag), token)) {
    throw new IacaError('issuance-token-invalid', 'This token is not the one of this issuance.');
  }
  // In this process the redemptions of one issuance are one; between processes the row decides.
  const going = iaca.signing.get(id);
  if (going) return going;
  const mine = redeem(iaca, id).finally(() => iaca.signing.delete(id));
  iaca.signing.set(id, mine);
  return mine;
}

async function redeem(iaca: Iaca, id: string): Promise<Issued> {
  for (let round = 0; round < 4; round++) {
    const claim = await claimPlan(iaca, id);
    if (claim.step === 'issued') return claim.issued;
    if (claim.step === 'lint') await lintedPlan(iaca, id, claim.request);
    if (claim.step === 'sign') return sign(iaca, claim.row, claim.plan);
  }
  throw busy();
}

type Claim =
  | { step: 'issued'; issued: Issued }
  | { step: 'lint'; request: IssuanceRequest }
  | { step: 'sign'; row: IssuanceRow; plan: PlanRow };

/** One transaction: what is to be done next, and if that is signing, the compare-and-swap to `signing`. */
async function claimPlan(iaca: Iaca, id: string): Promise<Claim> {
  return iaca.db.transaction().execute(async (tx): Promise<Claim> => {
    const row = await lockIssuance(tx, id);
    if (row.destroyed_at !== null) {
      throw new IacaError('issuance-content-destroyed', 'The personal data of this issuance was destroyed.');
    }
    if (row.refusal !== null) throw refused(row.refusal);
    const plan = await livePlan(tx, id);
    const now = iaca.clock.now();
    if (plan?.state === 'signed') return { step: 'issued', issued: storedMdoc(iaca, row, plan) };
    const useless = plan && reasonToClose(iaca, plan, now);
    if (!plan || useless) {
      const request = decodeIssuanceRequest(recordOf(iaca, row));
      const draft = drafted(iaca, request);
      if (plan && useless) await closePlan(tx, iaca, row, plan, useless);
      const moved = await lockIssuance(tx, id);
      if ('rule' in draft) throw refused(draft.rule);
      await recordPlan(tx, iaca, moved, dataKeyOf(iaca, row), draft);
      return { step: 'lint', request };
    }
    if (plan.state === 'recorded') return { step: 'lint', request: decodeIssuanceRequest(recordOf(iaca, row)) };
    if (plan.state === 'signing') throw busy();
    const swapped = await tx
      .updateTable('iaca.plan')
      .set({ state: 'signing', owner: iaca.owner, lease_until: new Date(now.getTime() + iaca.leaseMs) })
      .where('serial', '=', plan.serial)
      .where('state', '=', 'planned')
      .returning('serial')
      .executeTakeFirst();
    if (!swapped) throw busy();
    const detail = { mso: hex(plan.digest), owner: iaca.owner };
    await appendEvents(tx, row, [{ name: 'signing', serial: plan.serial, detail }], now);
    return { step: 'sign', row, plan };
  });
}

/** Why a plan may not be signed any more; nothing when it may. A plan that another process signs right now is left alone. */
function reasonToClose(iaca: Iaca, plan: PlanRow, now: Date) {
  if (plan.state === 'signing') {
    // Ours, and yet nobody in this process is at work on it: its signature or its storing failed.
    const left = plan.owner === iaca.owner || iaca.alone || (plan.lease_until as Date) <= now;
    return left ? ('process-died' as const) : undefined;
  }
  if (plan.signed_on.getTime() !== startOfDayInJapan(dayInJapan(now)).getTime()) return 'another-day' as const;
  if (Buffer.compare(plan.ds_key_id, iaca.dsKeyId) !== 0) return 'another-signer' as const;
  if (Buffer.compare(plan.profile_hash, iaca.profileHash) !== 0) return 'another-profile' as const;
  return undefined;
}

/** Signs a claimed plan, compares, stores, and only then lets go. */
async function sign(iaca: Iaca, row: IssuanceRow, plan: PlanRow): Promise<Issued> {
  const nameSpaces = itemsOf(iaca, row, plan);
  const issuerSigned = await compared(iaca, plan, nameSpaces);
  const stored = await iaca.db.transaction().execute(async (tx) => {
    const locked = await lockIssuance(tx, row.id);
    if (locked.data_key === null) return false;
    const moved = await tx
      .updateTable('iaca.plan')
      .set({
        state: 'signed',
        issuer_signed: iaca.secrets.seal('plan.issuer_signed', plan.serial, dataKeyOf(iaca, locked), issuerSigned),
        items: null,
        lease_until: null,
      })
      .where('serial', '=', plan.serial)
      .where('state', '=', 'signing')
      .where('owner', '=', iaca.owner)
      .returning('serial')
      .executeTakeFirst();
    if (!moved) return false;
    await appendEvents(
      tx,
      locked,
      [{ name: 'signed', serial: plan.serial, detail: { mso: hex(plan.digest) } }],
      iaca.clock.now(),
    );
    await tx.updateTable('iaca.issuance').set({ record: null }).where('id', '=', row.id).execute();
    return true;
  });
  // The plan was closed by somebody who took us for dead: what we signed does not leave.
  if (!stored) throw busy();
  iaca.log.info('mdoc-issued', { issuance: row.id, serial: plan.serial, profile: plan.profile });
  iaca.tap.step({ step: 6, state: 'passed', reference: row.id, detail: { serial: plan.serial } });
  return { issuerSigned, serial: plan.serial, digest: plan.digest };
}

/**
 * The signature, verified with the certificate's key, around exactly the stored bytes.
 * @throws {IacaError} `signature-mismatch`, `issuer-busy` when the key store fails
 */
async function compared(iaca: Iaca, plan: PlanRow, nameSpaces: Uint8Array): Promise<Uint8Array> {
  const { certificate, signer } = iaca.authority.documentSigner;
  const { alg, payload, bytes } = toBeSigned(plan.mso, signer);
  let signature: Uint8Array;
  try {
    signature = await signer.sign(bytes);
  } catch {
    iaca.log.error('key-store-failed', { serial: plan.serial });
    throw busy();
  }
  try {
    const issuerSigned = finishIssuerSigned({ nameSpaces, payload, signature, alg, certificateChain: [certificate] });
    const { message, mso, certificates } = parseIssuerSigned(issuerSigned);
    const same =
      Buffer.compare(mso.bytes, plan.mso) === 0 &&
      Buffer.compare(message.payload as Uint8Array, payload) === 0 &&
      Buffer.compare(decodeMapSpans(issuerSigned).get('nameSpaces')?.bytes ?? new Uint8Array(0), nameSpaces) === 0 &&
      certificates.length === 1 &&
      Buffer.compare(parseCertificate(certificates[0] as Uint8Array).ski ?? new Uint8Array(0), plan.ds_key_id) === 0;
    if (same) return issuerSigned;
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
  }
  iaca.log.error('signature-mismatch', { serial: plan.serial });
  throw new IacaError(
    'signature-mismatch',
    'The key store’s signature does not fit the plan. Nothing left; ask again.',
  );
}

/**
 * Destroys the data key of an issuance and every sealed value under it; idempotent. An id that never came is closed for good, so that
 * a request that was held up on its way cannot bring the data in afterwards.
 */
export async function destroyContent(iaca: Iaca, id: string): Promise<void> {
  await iaca.db.transaction().execute(async (tx) => {
    const now = iaca.clock.now();
    await tx
      .insertInto('iaca.issuance')
      .values({
        id,
        request_tag: null,
        data_key: null,
        record: null,
        refusal: null,
        sequence: 0,
        head: GENESIS,
        opened_at: now,
        destroyed_at: now,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    const row = await lockIssuance(tx, id);
    if (row.destroyed_at !== null && row.sequence > 0) return;
    const plan = await livePlan(tx, id);
    const happening = { name: 'content-destroyed' } as const;
    if (plan && plan.state !== 'signed') await closePlan(tx, iaca, row, plan, 'content-destroyed', [happening]);
    else await appendEvents(tx, row, [happening], now);
    await tx.updateTable('iaca.plan').set({ items: null, issuer_signed: null }).where('issuance', '=', id).execute();
    await tx
      .updateTable('iaca.issuance')
      .set({ data_key: null, record: null, destroyed_at: now })
      .where('id', '=', id)
      .execute();
  });
  iaca.log.info('content-destroyed', { issuance: id });
}

const busy = () => new IacaError('issuer-busy', 'The issuance is in other hands right now. Ask again in a moment.');

const dataKeyOf = (iaca: Iaca, row: IssuanceRow) => iaca.secrets.unwrap(row.id, row.data_key as Uint8Array);

const itemsOf = (iaca: Iaca, row: IssuanceRow, plan: PlanRow) =>
  iaca.secrets.open('plan.items', plan.serial, dataKeyOf(iaca, row), plan.items as Uint8Array);

const recordOf = (iaca: Iaca, row: IssuanceRow) =>
  iaca.secrets.open('issuance.record', row.id, dataKeyOf(iaca, row), row.record as Uint8Array);

const storedMdoc = (iaca: Iaca, row: IssuanceRow, plan: PlanRow): Issued => ({
  issuerSigned: iaca.secrets.open(
    'plan.issuer_signed',
    plan.serial,
    dataKeyOf(iaca, row),
    plan.issuer_signed as Uint8Array,
  ),
  serial: plan.serial,
  digest: plan.digest,
});

/**
 * Plans as rows: what will be signed is stored before it is signed.
 * @module
 */
import { createHash } from 'node:crypto';
import { type Elements, MdocError, MNC_DOCTYPE, planIssuerSigned, type Validity } from '@tegata/mdoc';
import { parseCertificate } from '@tegata/x509';
import { IacaError, refused } from './error.ts';
import { appendEvents, type Happening, type Tx } from './events.ts';
import type { Iaca } from './iaca.ts';
import { recordElements } from './record.ts';
import type { IssuanceRequest } from './request.ts';
import type { IssuanceRow, PlanRow } from './schema.ts';
import { validityFor } from './validity.ts';

const SERIAL_RANDOM_BYTES = 17;
const ALIVE = ['recorded', 'planned', 'signing', 'signed'] as const;

/** A plan that is not stored yet. */
export interface Draft {
  readonly serial: string;
  readonly nameSpaces: Uint8Array;
  readonly mso: Uint8Array;
  readonly digest: Uint8Array;
  /** The instant for which its ages are told. */
  readonly at: Date;
  readonly signedOn: Date;
  readonly validUntil: Date;
}

/**
 * Lays the mdoc out byte for byte, with a new serial number and new salts each time it is called.
 * @throws {IacaError} `refused-by-issuer` with the rule; `document-signer-expired` when its certificate ends before the mdoc would
 */
export function draftPlan(iaca: Iaca, request: IssuanceRequest): Draft {
  const at = iaca.clock.now();
  const { profile } = iaca;
  const validity = validityFor(profile, at);
  if (validity.validUntil > parseCertificate(iaca.authority.documentSigner.certificate).notAfter) {
    throw new IacaError('document-signer-expired', 'The document signer ends too soon. Restart with a new one.');
  }
  const elements = recordElements({ attributes: request.attributes, portrait: request.portrait, profile, at });
  const { mso, nameSpaces } = laidOut(iaca, request, elements, validity);
  return {
    // 136 random bits behind the prefix: the top bit is nowhere forced, so that all of them count.
    serial: Buffer.from([iaca.instance, ...iaca.random.bytes(SERIAL_RANDOM_BYTES)]).toString('hex'),
    nameSpaces,
    mso,
    digest: new Uint8Array(createHash('sha256').update(mso).digest()),
    at,
    signedOn: validity.signed,
    validUntil: validity.validUntil,
  };
}

function laidOut(iaca: Iaca, request: IssuanceRequest, elements: Elements, validity: Validity) {
  try {
    return planIssuerSigned({
      docType: MNC_DOCTYPE,
      elements,
      deviceKey: request.deviceKey,
      validity,
      random: iaca.random,
      digestAlgorithm: iaca.profile.digestAlgorithm,
    });
  } catch (error) {
    // The document type's own limits: what `record.ts` lets pass and these do not is refused, not an accident.
    if (error instanceof MdocError) throw refused(error.code);
    throw error;
  }
}

/** Locks an issuance for the rest of the transaction. @throws {IacaError} `issuance-unknown` */
export async function lockIssuance(tx: Tx, id: string): Promise<IssuanceRow> {
  const row = await tx.selectFrom('iaca.issuance').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw new IacaError('issuance-unknown', 'There is no issuance with this id. Ask for its plan first.');
  return row;
}

/** The one plan of an issuance that is alive. */
export async function livePlan(tx: Tx, id: string): Promise<PlanRow | undefined> {
  return tx
    .selectFrom('iaca.plan')
    .selectAll()
    .where('issuance', '=', id)
    .where('state', 'in', ALIVE)
    .executeTakeFirst();
}

/**
 * Stores a plan, and that it was stored, in one transaction that holds the issuance's lock.
 * @param key the data key of the issuance
 */
export async function recordPlan(tx: Tx, iaca: Iaca, row: IssuanceRow, key: Uint8Array, draft: Draft): Promise<void> {
  const { generation } = await tx
    .selectFrom('iaca.plan')
    .select((select) => select.fn.coalesce(select.fn.max('generation'), select.val(0)).as('generation'))
    .where('issuance', '=', row.id)
    .executeTakeFirstOrThrow();
  const at = iaca.clock.now();
  await tx
    .insertInto('iaca.plan')
    .values({
      serial: draft.serial,
      issuance: row.id,
      generation: Number(generation) + 1,
      state: 'recorded',
      mso: draft.mso,
      digest: draft.digest,
      profile: iaca.profile.name,
      profile_hash: iaca.profileHash,
      ds_key_id: iaca.dsKeyId,
      items: iaca.secrets.seal('plan.items', draft.serial, key, draft.nameSpaces),
      issuer_signed: null,
      signed_on: draft.signedOn,
      valid_until: draft.validUntil,
      made_at: draft.at,
      owner: null,
      lease_until: null,
    })
    .execute();
  const detail = {
    generation: Number(generation) + 1,
    mso: hex(draft.digest),
    profile: iaca.profile.name,
    profileHash: hex(iaca.profileHash),
    documentSigner: hex(iaca.dsKeyId),
  };
  await appendEvents(tx, row, [{ name: 'recorded', serial: draft.serial, detail }], at);
}

/** Closes a plan that will never leave; its items go with it. */
export async function closePlan(
  tx: Tx,
  iaca: Iaca,
  row: IssuanceRow,
  plan: PlanRow,
  reason:
    | 'process-died'
    | 'no-usable-signature'
    | 'another-day'
    | 'another-signer'
    | 'another-profile'
    | 'content-destroyed',
  more: readonly Happening[] = [],
): Promise<void> {
  await tx
    .updateTable('iaca.plan')
    .set({ state: 'abandoned', items: null, lease_until: null })
    .where('serial', '=', plan.serial)
    .execute();
  const detail = { reason, was: plan.state };
  await appendEvents(tx, row, [{ name: 'abandoned', serial: plan.serial, detail }, ...more], iaca.clock.now());
  iaca.log.warn('plan-abandoned', { issuance: row.id, serial: plan.serial, reason, was: plan.state });
}

/** Lower-case hex. */
export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

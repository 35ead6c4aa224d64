import { createHash } from 'node:crypto';
import { coseKeyToJwk } from '@tegata/cose';
import { failpoint } from '@tegata/failpoints';
import { encryptTo, KEY_ATTESTATION_TYPE, parseJwt } from '@tegata/jose';
import { randomUuid } from '@tegata/random';
import { call } from './calls.ts';
import { change, lockApplication } from './changes.ts';
import { openVerified } from './check-application.ts';
import { dataKeyOf, signedApplicationOf } from './content.ts';
import { SmpError } from './error.ts';
import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';
import { type DeliveryContent, encodeDelivery } from './wire.ts';

/**
 * Step 7: hands the mdoc, the phone's certificates, or both, encrypted to the phone, to the wallet provider. The ciphertext is stored before it is sent and the same bytes
 * are sent each time, so that one delivery exists however often the answer is lost.
 * @throws {SmpError} `wallet-provider-unavailable`, `lease-lost`
 */
export async function deliverMdoc(smp: Smp, row: ApplicationRow): Promise<void> {
  const delivery = await deliveryOf(smp, row);
  await failpoint('smp.before-deliver');
  await hand(smp, row, delivery);
  await failpoint('smp.after-deliver-answer');
  await change(smp, row.id, {
    from: 'signed',
    fencing: row.fencing,
    happenings: [{ name: 'offered', to: 'offered', actor: 'wallet-provider', detail: { delivery: delivery.id } }],
    set: { next_attempt_at: offerAgainAt(smp, 0) },
  });
  const detail = row.certificates === null ? {} : { detail: { certificates: 2 } };
  smp.tap.step({ step: 7, state: 'passed', reference: row.reference, ...detail });
  await failpoint('smp.after-offered');
}

/**
 * Offers a delivery again that has no receipt after a while: a wallet provider that answered and then lost it gets it back; one that has
 * it sees the same bytes.
 * @throws {SmpError} `wallet-provider-unavailable`, `lease-lost`
 */
export async function offerAgain(smp: Smp, row: ApplicationRow): Promise<void> {
  await hand(smp, row, await deliveryOf(smp, row));
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [],
    set: { attempts: row.attempts + 1, waiting: null, next_attempt_at: offerAgainAt(smp, row.attempts + 1) },
  });
}

/** When an offered delivery is looked at again: doubling, at most a day. */
export function offerAgainAt(smp: Smp, attempts: number): Date {
  const seconds = Math.min(86_400, smp.timing.offerAgain * 2 ** Math.min(attempts, 16));
  return new Date(smp.clock.now().getTime() + seconds * 1000);
}

interface Delivery {
  readonly id: string;
  readonly recipient: string;
  readonly jwe: string;
}

async function deliveryOf(smp: Smp, row: ApplicationRow): Promise<Delivery> {
  const known = await storedDelivery(smp, row);
  if (known) return known;
  const key = dataKeyOf(smp, row);
  const content = contentOf(smp, row, key);
  const { issuerSigned, certificates } = content;
  const plaintext = encodeDelivery(content);
  const { application } = openVerified(signedApplicationOf(smp, row), smp.trust, row.received_at);
  const { responseKey, keyAttestation } = application;
  const id = randomUuid(smp.random);
  const jwe = await encryptTo(coseKeyToJwk(responseKey), plaintext, {
    cty: 'application/cbor',
    tegata_delivery: id,
  });
  const made = {
    id,
    application: row.id,
    // Step 4 has verified the attestation; only its name is needed here.
    recipient: String(parseJwt(keyAttestation, KEY_ATTESTATION_TYPE).claims['jti']),
    jwe: smp.sealer.seal(row.id, 'delivery.jwe', key, Buffer.from(jwe)),
    jwe_digest: sha256(Buffer.from(jwe)),
    content_digest: sha256(issuerSigned && !certificates ? issuerSigned : plaintext),
    made_at: smp.clock.now(),
    fetched_at: null,
    stored_at: null,
  };
  await smp.db.transaction().execute(async (tx) => {
    const current = await lockApplication(tx, row.id);
    if (current?.fencing !== row.fencing) throw new SmpError('lease-lost', 'Another worker has this application.');
    await tx
      .insertInto('smp.delivery')
      .values(made)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
  const stored = await storedDelivery(smp, row);
  if (!stored) throw new SmpError('lease-lost', 'Another worker has this application.');
  return stored;
}

/** Everything that was issued for this application. */
function contentOf(smp: Smp, row: ApplicationRow, key: Uint8Array): DeliveryContent {
  const { sealer } = smp;
  if ((row.issuer_signed === null) !== (row.wants === 'certificates')) throw new Error('what was signed does not fit');
  const issuerSigned = row.issuer_signed && sealer.open(row.id, 'application.issuer_signed', key, row.issuer_signed);
  const certificates = row.certificates &&
    row.reset_key && {
      encoded: sealer.open(row.id, 'application.certificates', key, row.certificates),
      resetKey: sealer.unwrapResetKey(row.id, row.reset_key),
    };
  return {
    reference: row.reference,
    ...(issuerSigned ? { issuerSigned } : {}),
    ...(certificates ? { certificates } : {}),
  };
}

async function storedDelivery(smp: Smp, row: ApplicationRow): Promise<Delivery | undefined> {
  const stored = await smp.db
    .selectFrom('smp.delivery')
    .select(['id', 'recipient', 'jwe'])
    .where('application', '=', row.id)
    .executeTakeFirst();
  if (!stored?.jwe) return undefined;
  const jwe = smp.sealer.open(row.id, 'delivery.jwe', dataKeyOf(smp, row), stored.jwe);
  return { id: stored.id, recipient: stored.recipient, jwe: Buffer.from(jwe).toString('latin1') };
}

async function hand(smp: Smp, row: ApplicationRow, { id, recipient, jwe }: Delivery): Promise<void> {
  const answer = await call(smp.walletProvider, 'wallet-provider-unavailable', () =>
    smp.walletProvider.peer.request('PUT', `/deliveries/${id}`, { json: { recipient, jwe }, step: 7 }),
  );
  if (answer.status === 200 || answer.status === 201) return;
  smp.log.error('delivery-undecided', { reference: row.reference, status: answer.status });
  throw new SmpError('wallet-provider-unavailable', 'The wallet provider gave an answer that decides nothing.', {
    status: answer.status,
  });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');

import { createHash } from 'node:crypto';
import type { Application } from '@tegata/application';
import type { CborMap } from '@tegata/cbor';
import { CoseError, decodeCoseKey } from '@tegata/cose';
import { failpoint } from '@tegata/failpoints';
import { MdocError, parseIssuerSigned } from '@tegata/mdoc';
import { call, problemCodeOf } from './calls.ts';
import { certificateStatus } from './certificate-status.ts';
import { change } from './changes.ts';
import { openVerified } from './check-application.ts';
import { dataKeyOf, signedApplicationOf } from './content.ts';
import { type RefusalCode, SmpError } from './error.ts';
import type { Evidence } from './events.ts';
import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';
import { WaitError } from './wait.ts';
import { decodeIssuancePlan, decodeIssued, encodeIssuanceRequest, encodeSignatureRequest } from './wire.ts';

const CBOR = 'application/cbor';

/**
 * Step 5, first half: asks the IACA to plan the mdoc of a verified application. The plan is stored there before anything is signed;
 * asking again with the same id and bytes gives the same plan.
 * @throws {SmpError} `iaca-unavailable`, `lease-lost`
 */
export async function requestIssuance(smp: Smp, row: ApplicationRow): Promise<void> {
  const { application, card } = openVerified(signedApplicationOf(smp, row), smp.trust, row.received_at);
  const body = encodeIssuanceRequest({ attributes: card, deviceKey: deviceKeyOf(application), platform: row.platform });
  await failpoint('smp.before-plan');
  const answer = await call(smp.iaca, 'iaca-unavailable', () =>
    smp.iaca.peer.request('PUT', `/issuances/${row.id}`, { body, contentType: CBOR, step: 5 }),
  );
  if (problemCodeOf(answer) === 'refused-by-issuer') return refuse(smp, row, 'refused-by-issuer', []);
  if (answer.status !== 200 && answer.status !== 201) throw undecided(smp, row, answer.status);
  const plan = decodeIssuancePlan(answer.body);
  await failpoint('smp.after-plan-answer');
  await change(smp, row.id, {
    from: 'verified',
    fencing: row.fencing,
    happenings: [
      { name: 'prepared', to: 'prepared', actor: 'iaca', detail: { serial: plan.serial, mso: plan.digest } },
    ],
    set: { issuance_token: plan.token, issuer_data_due: true },
    wake: true,
  });
  await failpoint('smp.after-prepared');
}

function deviceKeyOf({ deviceKeys }: Application): CborMap {
  const [first] = deviceKeys;
  if (!first) throw new Error('a verified application has a device key');
  return first;
}

/**
 * Step 5, second half: redeems the plan for the signed mdoc. Right before it the certificate's status is asked again if the last
 * good answer is older than `statusMaxAge`; without a good one nothing is signed.
 * @throws {WaitError} `ocsp-unavailable`
 * @throws {SmpError} `iaca-unavailable`, `lease-lost`
 */
export async function requestSignature(smp: Smp, row: ApplicationRow): Promise<void> {
  if (row.issuance_token === null) throw new Error('a prepared application has a token');
  const evidence = await freshStatus(smp, row);
  if (evidence === 'refused') return;
  await failpoint('smp.before-signature');
  const body = encodeSignatureRequest(row.issuance_token);
  const answer = await call(smp.iaca, 'iaca-unavailable', () =>
    smp.iaca.peer.request('POST', `/issuances/${row.id}/signature`, { body, contentType: CBOR, step: 6 }),
  );
  if (problemCodeOf(answer) === 'refused-by-issuer') return refuse(smp, row, 'refused-by-issuer', evidence);
  if (answer.status !== 200) throw undecided(smp, row, answer.status);
  const { issuerSigned, serial, digest } = decodeIssued(answer.body);
  refuseForeign(smp, row, issuerSigned, digest);
  await failpoint('smp.after-signature-answer');
  await change(smp, row.id, {
    from: 'prepared',
    fencing: row.fencing,
    happenings: [{ name: 'signed', to: 'signed', actor: 'iaca', detail: { serial, mso: digest }, evidence }],
    set: {
      issuer_signed: smp.sealer.seal(row.id, 'application.issuer_signed', dataKeyOf(smp, row), issuerSigned),
      ...(evidence[0] ? { status_good_at: evidence[0].at } : {}),
    },
    wake: true,
  });
  smp.tap.step({ step: 5, state: 'passed', reference: row.reference });
  await failpoint('smp.after-signed');
}

/**
 * The mdoc must be the one that the IACA says it is, and be bound to the phone that the person signed for: a mix-up at the other end
 * stops here. Whether the signature is the issuer's is for the wallet and every reader to check.
 */
function refuseForeign(smp: Smp, row: ApplicationRow, issuerSigned: Uint8Array, digest: string): void {
  const { application } = openVerified(signedApplicationOf(smp, row), smp.trust, row.received_at);
  try {
    const { mso } = parseIssuerSigned(issuerSigned);
    const bound = decodeCoseKey(mso.deviceKey).equals(decodeCoseKey(deviceKeyOf(application)));
    if (bound && createHash('sha256').update(mso.bytes).digest('hex') === digest) return;
  } catch (error) {
    if (!(error instanceof MdocError || error instanceof CoseError)) throw error;
  }
  smp.log.error('issued-something-else', { reference: row.reference });
  throw new SmpError('iaca-unavailable', 'The IACA gave an mdoc that is not the one of this application.');
}

async function freshStatus(smp: Smp, row: ApplicationRow): Promise<readonly Evidence[] | 'refused'> {
  const age = smp.clock.now().getTime() - (row.status_good_at?.getTime() ?? 0);
  if (age >= 0 && age <= smp.timing.statusMaxAge * 1000) return [];
  const { signer, issuer } = openVerified(signedApplicationOf(smp, row), smp.trust, row.received_at);
  const { status, evidence } = await certificateStatus(smp, signer, issuer, 5);
  if (status === 'good') return evidence;
  if (status === 'undetermined') throw new WaitError('ocsp-unavailable', evidence);
  await refuse(smp, row, status === 'revoked' ? 'certificate-revoked' : 'certificate-status-unknown', evidence);
  return 'refused';
}

async function refuse(smp: Smp, row: ApplicationRow, code: RefusalCode, evidence: readonly Evidence[]): Promise<void> {
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [{ name: 'refused', to: 'refused', actor: 'smp', detail: { code }, evidence }],
    set: { refusal: code, issuer_data_due: true },
    wake: true,
  });
  smp.log.info('application-refused', { reference: row.reference, code });
  smp.tap.step({ step: 5, state: 'failed', reference: row.reference, code });
}

/** An answer that neither issues nor refuses: a person must look at it, and the application must not be lost meanwhile. */
function undecided(smp: Smp, row: ApplicationRow, status: number): SmpError {
  smp.log.error('issuance-undecided', { reference: row.reference, status });
  return new SmpError('iaca-unavailable', 'The IACA gave an answer that decides nothing.', { status });
}

/**
 * After the end: has the IACA destroy what it holds of the person, until it says so.
 * @throws {SmpError} `iaca-unavailable`, `lease-lost`
 */
export async function destroyIssuerData(smp: Smp, row: ApplicationRow): Promise<void> {
  await failpoint('smp.before-destroy');
  const answer = await call(smp.iaca, 'iaca-unavailable', () =>
    smp.iaca.peer.request('DELETE', `/issuances/${row.id}/content`),
  );
  // 404: a plan was never made, so there is nothing to destroy.
  if (answer.status !== 204 && answer.status !== 200 && answer.status !== 404) throw undecided(smp, row, answer.status);
  await failpoint('smp.after-destroy-answer');
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [{ name: 'issuer-data-destroyed', actor: 'iaca' }],
    set: { issuer_data_due: false, next_attempt_at: null, waiting: null, attempts: 0 },
  });
}

import { createHash, type KeyObject } from 'node:crypto';
import { failpoint } from '@tegata/failpoints';
import { type Certificate, compareAttributes, jpkiAttributes, verifyPath, X509Error } from '@tegata/x509';
import { readCsr } from '@tegata/x509-build';
import { call, problemCodeOf } from './calls.ts';
import { change } from './changes.ts';
import { openVerified } from './check-application.ts';
import { dataKeyOf, signedApplicationOf } from './content.ts';
import { type CertificateRefusalCode, SmpError } from './error.ts';
import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';
import { decodeCertificateAnswer, encodeCertificateRequest, encodePhoneCertificates } from './wire.ts';

/** The certificates of one phone, and the numbers under which JPKI knows them. */
interface Issued {
  readonly auth: Certificate;
  readonly sign: Certificate;
  /** The CAs that issued them. */
  readonly authCa: Certificate;
  readonly signCa: Certificate;
}

/** Whether the phone's certificates are still to be had from JPKI before anything is delivered. */
export function certificatesDue(row: ApplicationRow): boolean {
  return row.wants !== 'card' && row.certificates === null && row.certificates_refusal === null;
}

/**
 * Has JPKI issue the phone's two certificates. They are asked for under ids made from the application's own, so that asking again,
 * after a crash or a lost answer, gives the same certificates. With a card they come last before the delivery: JPKI ends those of the
 * phone before this one at that moment. Where JPKI refuses, a card goes on alone, and an application for certificates alone ends.
 * @throws {SmpError} `jpki-unavailable`, `lease-lost`
 */
export async function issueCertificates(smp: Smp, row: ApplicationRow): Promise<void> {
  const { application, signer } = openVerified(signedApplicationOf(smp, row), smp.trust, row.received_at);
  const { certificateRequests: requests } = application;
  if (!requests) throw new Error('an application for certificates has requests');
  await failpoint('smp.before-certificates');
  const auth = await ask(smp, row, 'auth', requests.auth, signer);
  if (typeof auth === 'string') return refuse(smp, row, auth);
  const sign = await ask(smp, row, 'sign', requests.sign, signer);
  if (typeof sign === 'string') return refuse(smp, row, sign);
  const issued = accept(smp, row, { auth, sign }, requests, signer);
  await failpoint('smp.after-certificates-answer');
  const alone = row.wants === 'certificates';
  const detail = { auth: issued.auth.serialHex, sign: issued.sign.serialHex };
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [{ name: 'certified', ...(alone ? { to: 'signed' as const } : {}), actor: 'jpki', detail }],
    set: {
      certificates: smp.sealer.seal(
        row.id,
        'application.certificates',
        dataKeyOf(smp, row),
        encodePhoneCertificates({
          auth: issued.auth.raw,
          authCa: issued.authCa.raw,
          sign: issued.sign.raw,
          signCa: issued.signCa.raw,
        }),
      ),
      card_certificate: createHash('sha256').update(signer.raw).digest('hex'),
      reset_key: smp.sealer.wrapResetKey(row.id, smp.random.bytes(32)),
      // The state may stay what it is: an older wait ends here all the same.
      waiting: null,
      attempts: 0,
    },
    wake: true,
  });
  if (alone) smp.tap.step({ step: 5, state: 'passed', reference: row.reference, detail: { certificates: 2 } });
  await failpoint('smp.after-certified');
}

const refusals: Readonly<Record<string, CertificateRefusalCode>> = {
  'csr-invalid': 'csr-invalid',
  'key-in-use': 'key-in-use',
  'card-certificate-unusable': 'card-certificate-unusable',
  'phone-replaced': 'phone-replaced',
  // It was issued, and ended before we heard of it: another phone was faster.
  'certificate-ended': 'phone-replaced',
};

async function ask(
  smp: Smp,
  row: ApplicationRow,
  use: 'auth' | 'sign',
  csr: Uint8Array,
  signer: Certificate,
): Promise<Uint8Array | CertificateRefusalCode> {
  const json = encodeCertificateRequest({ application: row.id, platform: row.platform, use, csr, signer: signer.raw });
  const answer = await call(smp.jpki, 'jpki-unavailable', () =>
    smp.jpki.peer.request('POST', '/certificates', { json, step: 5 }),
  );
  if (answer.status === 200 || answer.status === 201) return decodeCertificateAnswer(answer.body);
  const refusal = refusals[problemCodeOf(answer) ?? ''];
  if (refusal !== undefined) return refusal;
  smp.log.error('certificates-undecided', { reference: row.reference, status: answer.status });
  throw new SmpError('jpki-unavailable', 'JPKI gave an answer that decides nothing.', { status: answer.status });
}

/** What JPKI gave must be this phone's and this person's: a mix-up at the other end stops here. */
function accept(
  smp: Smp,
  row: ApplicationRow,
  given: { readonly auth: Uint8Array; readonly sign: Uint8Array },
  requests: { readonly auth: Uint8Array; readonly sign: Uint8Array },
  signer: Certificate,
): Issued {
  const foreign = (check: string) => {
    smp.log.error('certified-something-else', { reference: row.reference, check });
    return new SmpError('jpki-unavailable', 'JPKI gave certificates that are not those of this application.');
  };
  const one = (use: 'auth' | 'sign') => {
    const path = verifyPath({
      leaf: given[use],
      anchors: use === 'auth' ? smp.trust.jpkiAuth : smp.trust.jpkiSign,
      profile: use === 'auth' ? 'jpki-phone-auth' : 'jpki-phone-sign',
      at: smp.clock.now(),
    });
    if (path.result !== 'passed' || !path.leaf || !path.anchor) throw foreign(path.code ?? 'path');
    if (!isFor(path.leaf, readCsr(requests[use]).publicKey)) throw foreign('key');
    return { leaf: path.leaf, ca: path.anchor };
  };
  const auth = one('auth');
  const sign = one('sign');
  if (!samePerson(sign.leaf, signer)) throw foreign('attributes');
  return { auth: auth.leaf, authCa: auth.ca, sign: sign.leaf, signCa: sign.ca };
}

const isFor = (certificate: Certificate, key: KeyObject) => certificate.publicKey.equals(key);

function samePerson(phone: Certificate, card: Certificate): boolean {
  try {
    const { name, address, birthDate, sex } = jpkiAttributes(card);
    const attributes = jpkiAttributes(phone);
    return compareAttributes(attributes, { name, address, birthDate: birthDate.slice(1), sex }).result === 'passed';
  } catch (error) {
    if (error instanceof X509Error) return false;
    throw error;
  }
}

/** No certificates: a card goes on without them and says so; without a card that was all there was. */
async function refuse(smp: Smp, row: ApplicationRow, code: CertificateRefusalCode): Promise<void> {
  smp.log.info('certificates-refused', { reference: row.reference, code });
  if (row.wants === 'certificates') {
    await change(smp, row.id, {
      from: row.state,
      fencing: row.fencing,
      happenings: [{ name: 'refused', to: 'refused', actor: 'jpki', detail: { code } }],
      // One of the two may have been issued.
      set: { refusal: code, jpki_due: 'phone-withdrawn', jpki_request: requestId(row, 'phone-withdrawn') },
      wake: true,
    });
    smp.tap.step({ step: 5, state: 'failed', reference: row.reference, code });
    return;
  }
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [{ name: 'certificates-refused', actor: 'jpki', detail: { code } }],
    set: {
      certificates_refusal: code,
      jpki_due: 'phone-withdrawn',
      jpki_request: requestId(row, 'phone-withdrawn'),
      waiting: null,
      attempts: 0,
    },
    wake: true,
  });
}

/** An id under which JPKI is told something of a phone, once. */
export function requestId(row: Pick<ApplicationRow, 'id' | 'sequence'>, what: string): string {
  return `${row.id}:${what}:${row.sequence + 1}`;
}

import type { Clock } from '@tegata/clock';
import { type CertId, issuerHashes, readOcspRequest, sameBytes, X509Error } from '@tegata/x509';
import {
  buildOcspError,
  buildOcspResponse,
  type JpkiCa,
  type OcspStatus,
  type RevocationReason,
} from '@tegata/x509-build';
import type { Kysely } from 'kysely';
import type { JpkiAuthority } from './authority.ts';
import type { Generation } from './generation.ts';
import type { Tables } from './schema.ts';

/** How long an answer may be kept by who asked. */
const VALID_MS = 60 * 60 * 1000;

/**
 * Answers an OCSP request (RFC 6960): signed by the responder of the CA that is meant, the nonce echoed (RFC 9654), SHA-1 and
 * SHA-256 CertIDs alike. A number that was never handed out is `unknown`; a request that cannot be read gets
 * malformedRequest, one about another CA (or about both) unauthorized.
 * @returns DER of the OCSPResponse
 */
export async function answerOcsp(
  options: { readonly db: Kysely<Tables>; readonly authority: JpkiAuthority; readonly clock: Clock },
  body: Uint8Array,
): Promise<Uint8Array> {
  let request: ReturnType<typeof readOcspRequest>;
  try {
    request = readOcspRequest(body);
  } catch (error) {
    if (error instanceof X509Error) return buildOcspError('malformedRequest');
    throw error;
  }
  const issuers = new Set(request.certIds.map((certId) => issuerOf(options.authority, certId)));
  const [issuer] = issuers;
  if (issuers.size !== 1 || !issuer) return buildOcspError('unauthorized');

  const now = options.clock.now();
  const statuses = await statusOf(options.db, issuer, request.certIds);
  const responder = await issuer.generation.responder();
  return buildOcspResponse({
    answers: request.certIds.map((certId, index) => ({
      certId: certId.raw,
      status: statuses[index] ?? { status: 'unknown' },
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + VALID_MS),
    })),
    producedAt: now,
    signer: responder.signer,
    certificates: [responder.certificate],
    ...(request.nonce ? { nonce: request.nonce } : {}),
  });
}

interface Issuer {
  readonly ca: JpkiCa;
  readonly generation: Generation;
}

const known = new WeakMap<JpkiAuthority, readonly Issuer[]>();

function issuersOf(authority: JpkiAuthority): readonly Issuer[] {
  const kept = known.get(authority);
  if (kept) return kept;
  const all = (['sign', 'auth'] as const).flatMap((ca) =>
    authority[ca].generations.map((generation) => ({ ca, generation })),
  );
  known.set(authority, all);
  return all;
}

/** The generation that a CertID means: the name is that of all, the key is its own. */
function issuerOf(authority: JpkiAuthority, certId: CertId): Issuer | undefined {
  const { hash } = certId;
  if (!hash) return undefined;
  return issuersOf(authority).find(({ generation }) => {
    const { name, key } = issuerHashes(generation.certificate, hash);
    return sameBytes(name, certId.issuerNameHash) && sameBytes(key, certId.issuerKeyHash);
  });
}

async function statusOf(
  db: Kysely<Tables>,
  { ca, generation }: Issuer,
  certIds: readonly CertId[],
): Promise<OcspStatus[]> {
  const serials = certIds.map(({ serial }) => Buffer.from(serial).toString('hex').toUpperCase());
  const rows = await db
    .selectFrom('jpki.certificate')
    .select(['serial', 'revoked_at', 'reason'])
    .where('ca', '=', ca)
    .where('issuer', '=', generation.keyId)
    .where('serial', 'in', serials)
    .where('fingerprint', 'is not', null)
    .execute();
  const known = new Map(rows.map((row) => [row.serial, row]));
  return serials.map((serial) => {
    const row = known.get(serial);
    if (!row) return { status: 'unknown' };
    if (!row.revoked_at) return { status: 'good' };
    return { status: 'revoked', revokedAt: row.revoked_at, reason: row.reason as RevocationReason };
  });
}

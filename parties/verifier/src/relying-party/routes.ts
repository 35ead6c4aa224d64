import type { Log } from '@tegata/log';
import {
  type BirthDate,
  encodeEvidence,
  fourAttributes,
  type LoginProof,
  type RegisteredText,
  RelyingPartyError,
  verifySignedDocument,
} from '@tegata/relying-party';
import { type Certificate, X509Error } from '@tegata/x509';
import { Hono } from 'hono';
import { z } from 'zod';
import { readJson } from '../read-json.ts';
import type { RelyingParty } from './relying-party.ts';
import { verdictOn } from './verdict.ts';

const MAX_ANSWER = 32_768;
const MAX_DOCUMENT = 524_288;

const purpose = z.strictObject({
  purpose: z.string().min(1).max(200).default('ログインします。'),
  session: z.string().min(16).max(200).optional(),
});
const answer = z.strictObject({
  certificate: z.base64().max(12_000),
  signature: z.base64().max(1_000),
  session: z.string().max(200).optional(),
});
/** A signed document; `content` where the signature stands beside it. */
const document = z.strictObject({
  cms: z.base64().max(400_000),
  content: z.base64().max(400_000).optional(),
  contentType: z
    .string()
    .regex(/^\d+(\.\d+){1,30}$/)
    .optional(),
});

const octets = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** `POST /logins`, `POST /logins/:id`, `POST /documents`: for the service's own pages. Nothing of an answer is kept or logged. */
export function relyingPartyRoutes(service: RelyingParty, log: Log): Hono {
  const app = new Hono();
  app.use('*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
  });

  app.post('/logins', async (c) => {
    const asked = await readJson(c, purpose, MAX_ANSWER);
    const { id, text, expires } = await service.login.challenge(asked.purpose, asked.session);
    return c.json({ id, text, expires: expires.toISOString() }, 201);
  });

  app.post('/logins/:id', async (c) => {
    const { certificate, signature, session } = await readJson(c, answer, MAX_ANSWER);
    const report = await service.login.verify({
      id: c.req.param('id'),
      certificate: octets(certificate),
      signature: octets(signature),
      ...(session === undefined ? {} : { session }),
    });
    const { status, device, proof } = report;
    const verdict = verdictOn(report, 'login');
    log.info('login', { verdict: verdict.verdict, status, ...(verdict.code ? { code: verdict.code } : {}) });
    return c.json({ ...verdict, status, ...(device ? { device } : {}), ...(await accountOf(service, proof)) });
  });

  app.post('/documents', async (c) => {
    const { cms, content, contentType } = await readJson(c, document, MAX_DOCUMENT * 2);
    const report = await verifySignedDocument({
      cms: octets(cms),
      ...(content === undefined ? {} : { content: octets(content) }),
      ...(contentType === undefined ? {} : { contentType }),
      maxBytes: MAX_DOCUMENT,
      trust: { anchors: service.signers },
      status: service.status,
      clock: service.clock,
      random: service.random,
    });
    const { status, device, signer, signingTime, evidence } = report;
    const verdict = verdictOn(report, 'document');
    log.info('document', { verdict: verdict.verdict, status, ...(verdict.code ? { code: verdict.code } : {}) });
    return c.json({
      ...verdict,
      status,
      ...(device ? { device } : {}),
      ...(signer ? { signer: signerOf(signer) } : {}),
      ...(signingTime ? { signingTime: signingTime.toISOString() } : {}),
      ...(evidence ? { evidence: encodeEvidence(evidence) } : {}),
    });
  });

  return app;
}

/** Whose account it is: the identifier, or why it is not known. Somebody may come in all the same: as a guest. */
async function accountOf(
  { identify }: RelyingParty,
  proof: LoginProof | undefined,
): Promise<{ account?: string; accountUnknown?: string }> {
  if (!proof || !identify) return {};
  try {
    return { account: await identify(proof) };
  } catch (error) {
    if (!(error instanceof RelyingPartyError)) throw error;
    return { accountUnknown: error.code };
  }
}

/** The person as the certificate names them; personal data for the page that asked. */
interface ShownSigner {
  readonly name: RegisteredText;
  readonly address: RegisteredText;
  readonly birthDate: BirthDate;
  readonly sex: string;
}

function signerOf(certificate: Certificate): ShownSigner | undefined {
  try {
    return fourAttributes(certificate);
  } catch (error) {
    if (error instanceof X509Error) return undefined;
    throw error;
  }
}

import type { Clock } from '@tegata/clock';
import { type Running, serve } from '@tegata/http';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Tap } from '@tegata/tap';
import { parseCertificate } from '@tegata/x509';
import { type RelyingPartyConfig, relyingParty } from './relying-party/relying-party.ts';
import { routes } from './server.ts';

/** What the verifier needs. */
export interface VerifierConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  /** IACA roots (DER): the only source of trust. */
  readonly trust: { readonly iaca: readonly Uint8Array[] };
  /** The secret of the shop's own screens. */
  readonly secret: string;
  /** The law under which the My Number may be asked for. A shop has none. */
  readonly legalBasis?: string;
  /** How long a person may think before the check gives up, seconds. Default 90. */
  readonly answerSeconds?: number;
  /** The service that accepts e-certificates; without it there is the shop alone. */
  readonly relyingParty?: RelyingPartyConfig;
}

/**
 * Starts the verifier. It keeps nothing: each check is forgotten when it is answered.
 * @throws {X509Error} when a root cannot be read
 * @throws {RelyingPartyError} when the service is set up wrongly
 */
export async function start(config: VerifierConfig): Promise<Running> {
  for (const root of config.trust.iaca) parseCertificate(root);
  const { clock, log, tap, trust, legalBasis, answerSeconds = 90 } = config;
  const checking = { clock, log, tap, trust: trust.iaca, legalBasis, answerMs: answerSeconds * 1000 };
  const service = config.relyingParty && relyingParty(config.relyingParty, config);
  const app = routes(checking, config.secret, service);
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  log.info('started', { url: server.url });
  return server;
}

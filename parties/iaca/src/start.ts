import { type Running, serve } from '@tegata/http';
import { problemAnswer } from '@tegata/problem';
import { randomUuid } from '@tegata/random';
import { parseCertificate, verifyPath } from '@tegata/x509';
import { IacaError } from './error.ts';
import type { Iaca, IacaConfig } from './iaca.ts';
import { makeTwin } from './lint.ts';
import { profileHash, profiles } from './profile.ts';
import { routes } from './routes.ts';
import { migrations, type Tables } from './schema.ts';
import { claimWrappingKey, secretsFrom } from './sealed.ts';

/** Makes the IACA ready to work, without a server. @throws {IacaError} `config-invalid`; {StoreError} `wrapping-key-differs` */
export async function openIaca(config: IacaConfig): Promise<Iaca> {
  const { clock, random, log, tap, store, authority } = config;
  const instance = config.instance ?? 1;
  if (!Number.isInteger(instance) || instance < 0 || instance > 255) {
    throw new IacaError('config-invalid', 'The instance is a number from 0 to 255.', { member: 'instance' });
  }
  const { certificate, signer } = authority.documentSigner;
  const path = verifyPath({ leaf: certificate, anchors: [authority.root], at: clock.now(), profile: 'ds' });
  const { ski, publicKey } = parseCertificate(certificate);
  if (path.result === 'failed' || !ski || !publicKey.equals(signer.publicKey)) {
    throw new IacaError('config-invalid', 'The document signer, its key and the root do not belong together.', {
      rule: path.code ?? 'key',
    });
  }
  await store.migrate('iaca', migrations);
  const db = store.database<Tables>();
  const secrets = secretsFrom(config.kek, random);
  await claimWrappingKey(db, secrets.wrapper, clock);
  const profile = profiles[config.profile ?? 'default'];
  return {
    db,
    clock,
    random,
    log,
    tap,
    secrets,
    authority,
    dsKeyId: ski,
    twin: await makeTwin(authority, random),
    profile,
    profileHash: profileHash(profile),
    instance,
    owner: randomUuid(random),
    alone: store.kind !== 'postgres',
    leaseMs: (config.leaseSeconds ?? 15) * 1000,
    signing: new Map(),
  };
}

/** Starts the IACA: it plans, lints, signs and hands out records, for the SMP alone. */
export async function start(config: IacaConfig): Promise<Running> {
  const iaca = await openIaca(config);
  const app = routes(iaca, config.secret);
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  config.log.info('started', { url: server.url, profile: iaca.profile.name });
  return {
    url: server.url,
    async close() {
      await server.close();
      // A signature that is being made is stored before the store is closed.
      await Promise.allSettled(iaca.signing.values());
    },
  };
}

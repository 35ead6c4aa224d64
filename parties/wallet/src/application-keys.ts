import type { Clock } from '@tegata/clock';
import { keyProof, type P256Jwk, p256Jwk } from '@tegata/jose';
import type { NewKey, SecureElement } from './secure-element/secure-element.ts';
import { certificateRequests } from './token/certificate-requests.ts';
import type { TokenPins } from './token/token-pins.ts';
import type { NewToken, TokenStore } from './token/token-store.ts';
import type { WalletFile } from './wallet-file.ts';
import type { ProviderWire } from './wire.ts';

// Attempts that came to nothing leave keys behind; those of so many later attempts ago are let go.
const KEPT_APPLICATIONS = 64;

/** The keys of one application, as it will be signed. */
export interface ApplicationKeys {
  readonly attestation: string;
  readonly deviceKeys: readonly P256Jwk[];
  readonly responseKey: P256Jwk;
  /** DER in base64, where the application is for the phone's certificates too. */
  readonly certificateRequests?: { readonly auth: string; readonly sign: string };
}

/** What an application needs keys for. */
export interface KeysRequest {
  /** The SMP's, base64url. */
  readonly challenge: string;
  /** How many device keys. */
  readonly count: number;
  /** Asks for the phone's certificates, under PINs that the person has chosen. */
  readonly certificates?: TokenPins & { readonly platform: 'ios' | 'android' };
}

/**
 * Makes the keys of an application: `count` device keys, attested by the wallet provider over the SMP's challenge, one key to
 * which the delivery is encrypted, and the two keys of the phone's certificates where they are asked for.
 * @throws {WalletError} `phone-locked`, `wallet-provider-unavailable`
 */
export async function makeApplicationKeys(
  parts: { file: WalletFile; element: SecureElement; tokens: TokenStore; wire: ProviderWire; clock: Clock },
  request: KeysRequest,
): Promise<ApplicationKeys> {
  const { file, element, tokens, wire, clock } = parts;
  const made: NewKey[] = [];
  let token: NewToken | undefined;
  const newKey = async (purpose: 'device' | 'response') => {
    const key = await element.newKey(purpose);
    made.push(key);
    return key;
  };
  try {
    const devices: NewKey[] = [];
    for (let index = 0; index < request.count; index++) devices.push(await newKey('device'));
    const response = await newKey('response');
    if (request.certificates) token = await tokens.make(request.certificates, request.certificates.platform);
    const requests = token && (await certificateRequests(token, request.challenge));
    const proven = await Promise.all(
      devices.map(async ({ signer }) => ({
        jwk: p256Jwk(signer.publicKey),
        proof: await keyProof({ signer, nonce: request.challenge, clock }),
      })),
    );
    const { attestation, id } = await wire.attest(request.challenge, proven);
    file.transaction(() => {
      file.db
        .prepare('insert into application (attestation, response_key, made_at) values (?, ?, ?)')
        .run(id, response.id, clock.now().toISOString());
      const insert = file.db.prepare('insert into application_key (attestation, key) values (?, ?)');
      for (const device of devices) insert.run(id, device.id);
      if (token) tokens.bind(token.id, id);
      forgetOldest(parts);
    });
    const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');
    return {
      attestation,
      deviceKeys: proven.map(({ jwk }) => jwk),
      responseKey: p256Jwk(response.signer.publicKey),
      ...(requests ? { certificateRequests: { auth: base64(requests.auth), sign: base64(requests.sign) } } : {}),
    };
  } catch (error) {
    for (const { id } of made) element.destroy(id);
    if (token) tokens.destroy(token.id);
    throw error;
  }
}

/** An application whose delivery may still come. */
export interface OpenApplication {
  readonly attestation: string;
  readonly responseKey: string;
  readonly deviceKeys: readonly string[];
}

/** Applications whose delivery may still come, newest first. */
export function openApplications(file: WalletFile): OpenApplication[] {
  const rows = file.db
    .prepare('select attestation, response_key from application order by made_at desc, rowid desc')
    .all() as { attestation: string; response_key: string }[];
  const keys = file.db.prepare('select key from application_key where attestation = ?');
  return rows.map(({ attestation, response_key }) => ({
    attestation,
    responseKey: response_key,
    deviceKeys: (keys.all(attestation) as { key: string }[]).map(({ key }) => key),
  }));
}

/**
 * Destroys the keys of an application but for one that is in use now; those of certificates that did not come go too. Runs inside
 * the caller's transaction.
 */
export function closeApplication(
  { file, element, tokens }: { file: WalletFile; element: SecureElement; tokens: TokenStore },
  application: OpenApplication,
  kept?: string,
): void {
  for (const key of [application.responseKey, ...application.deviceKeys]) if (key !== kept) element.destroy(key);
  const unused = tokens.requestedIn(application.attestation);
  if (unused) tokens.destroy(unused.id);
  file.db.prepare('delete from application where attestation = ?').run(application.attestation);
}

function forgetOldest(parts: Parameters<typeof closeApplication>[0]): void {
  for (const application of openApplications(parts.file).slice(KEPT_APPLICATIONS)) closeApplication(parts, application);
}

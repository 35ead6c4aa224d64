import { parseCertificate } from '@tegata/x509';
import type { SecureElement } from '../secure-element/secure-element.ts';
import type { AskStanding, CertificateStanding } from './token-status.ts';
import { TOKEN_TRIES, type TokenStore } from './token-store.ts';

/** What the screen shows of the phone's e-certificates. */
export interface TokenView {
  /** `requested`: applied for, and not here yet. */
  readonly state: 'none' | 'requested' | 'active';
  readonly platform?: 'ios' | 'android';
  readonly reference?: string;
  /** ISO 8601: since when they are here. */
  readonly since?: string;
  readonly locked: boolean;
  /** Whether newer ones are on their way. */
  readonly renewing?: true;
  readonly pins?: Readonly<Record<'auth' | 'signature', { readonly triesLeft: number; readonly tries: number }>>;
  /** Only on a phone that is unlocked. */
  readonly certificates?: readonly ShownCertificate[];
}

/** One of the two certificates. */
export interface ShownCertificate extends CertificateStanding {
  readonly use: 'auth' | 'sign';
  readonly validFrom: string;
  readonly validUntil: string;
}

/** Shows the certificates as they truly stand: JPKI is asked each time. */
export async function tokenView(parts: {
  readonly tokens: TokenStore;
  readonly element: SecureElement;
  readonly standing: AskStanding;
}): Promise<TokenView> {
  const { tokens, element, standing } = parts;
  const locked = !element.unlocked;
  const token = tokens.active();
  const requested = tokens.requested();
  if (!token) {
    return requested ? { state: 'requested', platform: requested.platform, locked } : { state: 'none', locked };
  }
  const { auth, signature } = token.triesLeft;
  return {
    state: 'active',
    platform: token.platform,
    ...(token.reference ? { reference: token.reference } : {}),
    ...(token.storedAt ? { since: token.storedAt.toISOString() } : {}),
    locked,
    ...(requested ? { renewing: true as const } : {}),
    pins: {
      auth: { triesLeft: auth, tries: TOKEN_TRIES.auth },
      signature: { triesLeft: signature, tries: TOKEN_TRIES.signature },
    },
    ...(locked ? {} : { certificates: await shown(tokens, token.id, standing) }),
  };
}

function shown(tokens: TokenStore, id: string, standing: AskStanding): Promise<ShownCertificate[]> {
  const certificates = tokens.certificates(id);
  return Promise.all(
    (['auth', 'sign'] as const).map(async (use) => {
      const { notBefore, notAfter } = parseCertificate(certificates[use]);
      return {
        use,
        ...(await standing(certificates[use], certificates[`${use}Ca`])),
        validFrom: notBefore.toISOString(),
        validUntil: notAfter.toISOString(),
      };
    }),
  );
}

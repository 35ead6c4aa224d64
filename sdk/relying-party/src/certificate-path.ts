import {
  type Certificate,
  type Check,
  type ProfileName,
  parseCertificate,
  TEST_ARC,
  verifyPath,
  X509Error,
} from '@tegata/x509';

/** Where the key of a certificate lives: told by its policy. */
export type Device = 'card' | 'phone';

/** The CAs that a relying party trusts; `sign` and `auth` are two lists, and neither stands in for the other. */
export interface JpkiTrust {
  /** DER, or read before: the caller's own list, never taken from a message or a card. */
  readonly anchors: readonly (Certificate | Uint8Array)[];
  /** Arc of the accepted policies (default the one of the test authorities, `1.2.392.200149.8.5` is JPKI's). */
  readonly arc?: string;
  /** Whose certificates are accepted (default both). */
  readonly devices?: readonly Device[];
}

/** The checks on a certificate and its path; the rest is there only when all of them passed. */
export interface CheckedCertificate {
  readonly checks: readonly Check[];
  readonly verified?: { readonly leaf: Certificate; readonly issuer: Certificate; readonly device: Device };
}

const uses = {
  auth: {
    card: { profile: 'jpki-auth', policy: '1.3.30' },
    phone: { profile: 'jpki-phone-auth', policy: '1.3.40' },
  },
  sign: {
    card: { profile: 'jpki-sign', policy: '1.1.20' },
    phone: { profile: 'jpki-phone-sign', policy: '1.1.40' },
  },
} as const satisfies Record<string, Record<Device, { profile: ProfileName; policy: string }>>;

/** Validates the path of a certificate that is used to log in (`auth`) or to sign (`sign`), at a time. */
export function checkCertificate(
  use: 'auth' | 'sign',
  leaf: Certificate | Uint8Array,
  trust: JpkiTrust,
  at: Date,
): CheckedCertificate {
  const arc = trust.arc ?? TEST_ARC;
  const devices = trust.devices ?? ['card', 'phone'];
  const read = readable(leaf);
  const named = read?.policies?.map((policy) => policy.oid) ?? [];
  const claimed = devices.find((device) => named.includes(`${arc}.${uses[use][device].policy}`));
  // One that claims to be for nothing that is accepted fails the policy of the first profile.
  const device = claimed ?? devices[0] ?? 'card';
  const { profile, policy } = uses[use][device];
  const policies = [`${arc}.${policy}`];
  const path = verifyPath({ leaf: read ?? leaf, anchors: trust.anchors, profile, at, policies });
  const checks = path.checks.map((check): Check => ({ ...check, id: `certificate.${check.id}` }));
  if (path.result !== 'passed' || !path.leaf || !path.anchor) return { checks };
  return { checks, verified: { leaf: path.leaf, issuer: path.anchor, device } };
}

/** The certificate as read; what cannot be read is for the path to say. */
function readable(leaf: Certificate | Uint8Array): Certificate | undefined {
  try {
    return leaf instanceof Uint8Array ? parseCertificate(leaf) : leaf;
  } catch (error) {
    if (error instanceof X509Error) return undefined;
    throw error;
  }
}

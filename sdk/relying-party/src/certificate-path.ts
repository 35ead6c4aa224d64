import { type Certificate, type Check, type ProfileName, TEST_ARC, verifyPath } from '@tegata/x509';

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
  auth: { profile: 'jpki-auth', policies: { card: '1.3.30', phone: '1.3.40' } },
  sign: { profile: 'jpki-sign', policies: { card: '1.1.20', phone: '1.1.40' } },
} as const satisfies Record<string, { profile: ProfileName; policies: Record<Device, string> }>;

/** Validates the path of a certificate that is used to log in (`auth`) or to sign (`sign`), at a time. */
export function checkCertificate(
  use: 'auth' | 'sign',
  leaf: Certificate | Uint8Array,
  trust: JpkiTrust,
  at: Date,
): CheckedCertificate {
  const { profile, policies } = uses[use];
  const arc = trust.arc ?? TEST_ARC;
  const devices = trust.devices ?? ['card', 'phone'];
  const accepted = devices.map((device) => `${arc}.${policies[device]}`);
  const path = verifyPath({ leaf, anchors: trust.anchors, profile, at, policies: accepted });
  const checks = path.checks.map((check): Check => ({ ...check, id: `certificate.${check.id}` }));
  if (path.result !== 'passed' || !path.leaf || !path.anchor) return { checks };
  const named = path.leaf.policies?.map((policy) => policy.oid);
  const device = devices.find((candidate) => named?.includes(`${arc}.${policies[candidate]}`));
  return device ? { checks, verified: { leaf: path.leaf, issuer: path.anchor, device } } : { checks };
}

import type { KeyUsageBit } from '../extensions.ts';
import { criticalExtensions } from '../rules/extensions.ts';
import { algorithm, encoding, key, serial, validity } from '../rules/frame.ts';
import type { Rule } from '../rules/rule.ts';
import { certificateAuthority } from '../rules/usage.ts';

/** Rows that every certificate follows. */
export const everywhere: readonly Rule[] = [encoding, serial, algorithm, validity];

/** Curves of ISO/IEC 18013-5 Annex B. */
export const curves: readonly string[] = [
  'P-256',
  'P-384',
  'P-521',
  'brainpoolP256r1',
  'brainpoolP320r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
];

/** Annex B signs certificates with ECDSA alone; the keys that sign data may also be Edwards keys (COSE EdDSA). */
export const dataKeys: readonly string[] = [...curves, 'Ed25519', 'Ed448'];

export const rsa: readonly string[] = ['RSA-2048', 'RSA-3072', 'RSA-4096'];

export const caBits: readonly KeyUsageBit[] = ['keyCertSign', 'cRLSign'];
export const signing: readonly KeyUsageBit[] = ['digitalSignature'];

/** A CA of somebody else's making: it must be one, and no more is asked. */
export const plainCa: readonly Rule[] = [...everywhere, key([...curves, ...rsa]), criticalExtensions()];

/** Rules for every certificate between leaf and anchor where RFC 5280 alone is asked. */
export const betweenByRfc5280: readonly Rule[] = [...everywhere, criticalExtensions()];

/** Rules for every certificate between leaf and anchor. */
export const betweenAlways: readonly Rule[] = [...everywhere, certificateAuthority(), criticalExtensions()];

import {
  type CvcAnchor,
  digestInfoSigner,
  keyId,
  type SignDigestInfo,
  TEST_SURFACE_AUTHORITY,
  TEST_TEXT_AUTHORITY,
  writeCvc,
} from '@tegata/card-files';
import type { Clock } from '@tegata/clock';
import type { KeyStore } from '@tegata/keys';
import type { Random } from '@tegata/random';

/** The CVC hierarchy of one application: who certifies, and the municipality's issuer key that signs records. */
export interface CardIssuer {
  /** What verifiers trust: the CA's key by its id. */
  readonly anchor: CvcAnchor;
  /** Signs the records of cards with the issuer key. */
  readonly sign: SignDigestInfo;
  /** The `7F21` that certifies the issuer key to a municipality of 5 digits. */
  certificateFor(municipalityCode: string): Promise<Uint8Array>;
}

/** Both hierarchies, and the anchors to be handed to verifiers. */
export interface CardAuthority {
  readonly text: CardIssuer;
  readonly surface: CardIssuer;
  readonly textAnchors: readonly CvcAnchor[];
  readonly surfaceAnchors: readonly CvcAnchor[];
}

/**
 * Makes, or finds in `keys`, the CVC CA key and the municipal issuer key of text AP and surface AP. Key ids are our own: leading digit 9,
 * group 001 (card.md §9).
 * @example
 * const authority = await makeAuthority({ clock, random, keys });
 * const trust = { textCvc: authority.textAnchors, surfaceCvc: authority.surfaceAnchors };
 */
export async function makeAuthority(options: { clock: Clock; random: Random; keys: KeyStore }): Promise<CardAuthority> {
  const [text, surface] = await Promise.all([
    issuer(options.keys, { name: 'text', authority: TEST_TEXT_AUTHORITY, application: '31' }),
    issuer(options.keys, { name: 'surface', authority: TEST_SURFACE_AUTHORITY, application: '21' }),
  ]);
  return { text, surface, textAnchors: [text.anchor], surfaceAnchors: [surface.anchor] };
}

async function issuer(
  keys: KeyStore,
  { name, authority, application }: { name: string; authority: Uint8Array; application: string },
): Promise<CardIssuer> {
  const caName = `card-${name}-cvc-ca`;
  const issuerName = `card-${name}-issuer`;
  const [ca, municipal] = await Promise.all([
    keys.signerOrNew(caName, 'RSA-2048'),
    keys.signerOrNew(issuerName, 'RSA-2048'),
  ]);
  const certify = digestInfoSigner(keys.privateKey(caName));
  return {
    anchor: { keyId: authority, publicKey: ca.publicKey },
    sign: digestInfoSigner(keys.privateKey(issuerName)),
    certificateFor: (municipalityCode) =>
      writeCvc({
        issuerKeyId: authority,
        // The municipality, then two digits for the application: 21 is what a surface AP of a test card has, 31 is our guess beside it.
        subjectKeyId: keyId(`${municipalityCode}${application}`, '000'),
        publicKey: municipal.publicKey,
        sign: certify,
      }),
  };
}

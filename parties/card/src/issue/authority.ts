import type { KeyObject } from 'node:crypto';
import {
  type CvcAnchor,
  digestInfoSigner,
  keyId,
  type SignDigestInfo,
  TEST_CARD_AUTHORITY,
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

/** The certificates of the card level: a root, the municipality's intermediate, and a key below it. */
export interface CardChain {
  /** What verifiers trust. The keys are made when they are first asked for. */
  anchor(): Promise<CvcAnchor>;
  /** Both `7F21`, and the id of the intermediate that stands between them. */
  certificatesFor(
    municipalityCode: string,
    publicKey: KeyObject,
  ): Promise<{
    readonly intermediateKeyId: Uint8Array;
    readonly upper: Uint8Array;
    readonly lower: Uint8Array;
  }>;
}

/** The hierarchies, and the anchors to be handed to verifiers. */
export interface CardAuthority {
  readonly text: CardIssuer;
  readonly surface: CardIssuer;
  readonly chain: CardChain;
  readonly textAnchors: readonly CvcAnchor[];
  readonly surfaceAnchors: readonly CvcAnchor[];
}

/**
 * Makes, or finds in `keys`, the CVC CA key and the municipal issuer key of text AP and surface AP, and later the keys of the card level. Key ids are our own: leading digit 9,
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
  const chain = cardChain(options.keys);
  return { text, surface, chain, textAnchors: [text.anchor], surfaceAnchors: [surface.anchor] };
}

function cardChain(keys: KeyStore): CardChain {
  const names = { root: 'card-chain-root', intermediate: 'card-chain-intermediate' };
  const signers = async () => ({
    root: await keys.signerOrNew(names.root, 'RSA-2048'),
    intermediate: await keys.signerOrNew(names.intermediate, 'RSA-2048'),
  });
  let made: ReturnType<typeof signers> | undefined;
  const ready = () => {
    made ??= signers();
    return made;
  };
  return {
    anchor: async () => ({ keyId: TEST_CARD_AUTHORITY, publicKey: (await ready()).root.publicKey }),
    async certificatesFor(municipalityCode, publicKey) {
      const { intermediate } = await ready();
      // 11 and 12 beside the 21 and 31 of the applications: our guess as well.
      const intermediateKeyId = keyId(`${municipalityCode}11`, '000');
      const upper = await writeCvc({
        issuerKeyId: TEST_CARD_AUTHORITY,
        subjectKeyId: intermediateKeyId,
        publicKey: intermediate.publicKey,
        sign: digestInfoSigner(keys.privateKey(names.root)),
      });
      const lower = await writeCvc({
        issuerKeyId: intermediateKeyId,
        subjectKeyId: keyId(`${municipalityCode}12`, '000'),
        publicKey,
        sign: digestInfoSigner(keys.privateKey(names.intermediate)),
      });
      return { intermediateKeyId, upper, lower };
    },
  };
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

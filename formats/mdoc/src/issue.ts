import { createHash, type KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, Encoded, encode, Raw } from '@tegata/cbor';
import {
  ALG,
  CoseError,
  HEADER,
  protectedHeader,
  rawFromDer,
  sign1From,
  toBeSigned,
  verifySign1,
  x5chainHeader,
} from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import { type Random, randomInt } from '@tegata/random';
import { parseCertificate, X509Error } from '@tegata/x509';
import { MdocError } from './error.ts';
import { definitionOf, elementDefinition, inDefinedOrder } from './mnc.ts';
import { DIGEST_ALGORITHMS, type DigestAlgorithm, encodeMso, type Validity } from './mobile-security-object.ts';

/** Element values by namespace and element identifier. */
export type Elements = Readonly<Record<string, Readonly<Record<string, CborValue>>>>;

/** Signature algorithms of document signers. */
export type IssuerAlgorithm = 'ES256' | 'ES384';

/** What an mdoc shall say. */
export interface PlanOptions {
  readonly docType: string;
  readonly elements: Elements;
  /** The public key of the phone. */
  readonly deviceKey: KeyObject;
  readonly validity: Validity;
  readonly random: Random;
  /** Default SHA-256. */
  readonly digestAlgorithm?: DigestAlgorithm;
  /** So many digests of nothing in each namespace, at most 1,000: they hide how many elements there are (default none). */
  readonly decoys?: number;
  /** The `status` member of the MSO (ISO/IEC 18013-5 2nd ed.). */
  readonly status?: CborValue;
}

/** An mdoc that is complete but for the signature: store it before anything is signed. */
export interface IssuerSignedPlan {
  readonly docType: string;
  /** Items by namespace, each as embedded CBOR. They hold the personal data; the MSO holds digests only. */
  readonly items: Readonly<Record<string, readonly Encoded[]>>;
  /** The same items as one encoded map, the form to store. */
  readonly nameSpaces: Uint8Array;
  /** The encoded MobileSecurityObject. */
  readonly mso: Uint8Array;
  /** The payload that is signed: the MSO inside tag 24. */
  readonly payload: Uint8Array;
  /** The Sig_structure: exactly what the document signer's key signs. */
  toBeSigned(alg: IssuerAlgorithm): Uint8Array;
}

const SALT_BYTES = 32;
const MAX_DECOYS = 1000;
const DIGEST_BYTES = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const;

/**
 * Lays out an mdoc: one salted item per element, a digest of each, and the MSO over them. digestIDs are shuffled, so that their order
 * says nothing about the elements. Elements of a known document type are checked and put into its order.
 * @throws {MdocError} `element-unknown`, `element-type`, `validity`, `decoy-count`; CborError and CoseError for values that cannot be written
 * @example const plan = planIssuerSigned({ docType: MNC_DOCTYPE, elements, deviceKey, validity, random });
 */
export function planIssuerSigned(options: PlanOptions): IssuerSignedPlan {
  const { docType, random } = options;
  const digestAlgorithm = options.digestAlgorithm ?? 'SHA-256';
  const hash = DIGEST_ALGORITHMS[digestAlgorithm];
  const { decoys = 0 } = options;
  if (!Number.isInteger(decoys) || decoys < 0 || decoys > MAX_DECOYS) {
    throw new MdocError('decoy-count', 'Decoy digests are counted from 0 to 1,000.', { most: MAX_DECOYS });
  }
  const items: Record<string, Encoded[]> = {};
  const nameSpaces = new Map<string, Raw[]>();
  const valueDigests = new Map<string, CborMap>();
  for (const [namespace, elements] of checkedElements(docType, options.elements)) {
    const ids = shuffled(elements.length + decoys, elements.length, random);
    const digests: CborMap = new Map();
    items[namespace] = elements.map(([elementIdentifier, elementValue], index) => {
      const digestID = ids[index] as number;
      const item = Encoded.of({ digestID, random: random.bytes(SALT_BYTES), elementIdentifier, elementValue });
      digests.set(digestID, new Uint8Array(createHash(hash).update(item.bytes).digest()));
      return item;
    });
    // A digest of a salted item is random to everybody who does not hold the item; so is one of nothing.
    for (const id of ids.slice(elements.length)) digests.set(id, random.bytes(DIGEST_BYTES[digestAlgorithm]));
    nameSpaces.set(namespace, items[namespace]);
    valueDigests.set(namespace, digests);
  }
  const mso = encodeMso({ ...options, digestAlgorithm, valueDigests });
  const { bytes: payload } = Encoded.wrap(mso);
  return {
    docType,
    items,
    // The order of the definition is kept on the wire: Japanese namespace first.
    nameSpaces: encode(nameSpaces, { mapOrder: 'given' }),
    mso,
    payload,
    toBeSigned: (alg) => toBeSigned('Signature1', protectedHeader(ALG[alg]), payload),
  };
}

function checkedElements(docType: string, elements: Elements): [string, [string, CborValue][]][] {
  const definition = definitionOf(docType);
  const ordered = definition
    ? inDefinedOrder(definition, elements)
    : Object.entries(elements).map(([namespace, entries]): [string, [string, CborValue][]] => [
        namespace,
        Object.entries(entries),
      ]);
  const some = ordered.filter(([, entries]) => entries.length > 0);
  if (some.length === 0) throw new MdocError('element-unknown', 'An mdoc has one element at least.');
  if (!definition) return some;
  for (const [namespace, entries] of some) {
    for (const [element, value] of entries) {
      const known = elementDefinition(definition, namespace, element);
      if (!known) {
        throw new MdocError('element-unknown', 'The document type has no such element.', { namespace, element });
      }
      if (!known.issued(value)) {
        throw new MdocError('element-type', `The element must be ${known.type}.`, { namespace, element });
      }
    }
  }
  return some;
}

/** From so many elements on, digestIDs that follow the order of the elements are drawn again: a lint could not tell them from none. */
export const SHUFFLE_MUST_SHOW_FROM = 6;

/** 0 … count − 1 in an order drawn at random (Fisher and Yates); the first `shown` of them are those of elements. */
function shuffled(count: number, shown: number, random: Random): number[] {
  const ids = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = randomInt(random, last + 1);
    [ids[last], ids[other]] = [ids[other] as number, ids[last] as number];
  }
  const rising = ids.slice(1, shown).every((id, index) => id > (ids[index] as number));
  return rising && shown >= SHUFFLE_MUST_SHOW_FROM ? shuffled(count, shown, random) : ids;
}

/** What is needed to finish a plan, stored parts and the signature over them. */
export interface FinishOptions {
  /** `nameSpaces` of the plan, as stored. */
  readonly nameSpaces: Uint8Array;
  /** `payload` of the plan, as stored. */
  readonly payload: Uint8Array;
  /** As the signer gave it: DER, or r ‖ s. */
  readonly signature: Uint8Array;
  readonly alg: IssuerAlgorithm;
  /** The document signer's certificate first (DER); never the root. */
  readonly certificateChain: readonly Uint8Array[];
}

/**
 * Puts IssuerSigned together from the stored plan and the signature, and verifies that signature over the stored bytes with the key of
 * the certificate: what does not fit is never let out.
 * @throws {MdocError} `signature-does-not-fit`, `certificate`
 */
export function finishIssuerSigned(options: FinishOptions): Uint8Array {
  const { bytes, issuerAuth } = assemble(options);
  try {
    const publicKey = parseCertificate(options.certificateChain[0] as Uint8Array).publicKey;
    verifySign1({ sign1: issuerAuth, publicKey });
  } catch (error) {
    if (error instanceof CoseError) {
      throw new MdocError('signature-does-not-fit', `The signature: ${error.message}`, { rule: error.code }, error);
    }
    if (!(error instanceof X509Error)) throw error;
    throw new MdocError(
      'certificate',
      'The document signer’s certificate cannot be read.',
      { rule: error.code },
      error,
    );
  }
  return bytes;
}

/** The parts as bytes, nothing checked. */
export function assemble(options: FinishOptions): { bytes: Uint8Array; issuerAuth: CborValue } {
  const size = options.alg === 'ES256' ? 32 : 48;
  const raw = options.signature.length === 2 * size && !looksLikeDer(options.signature);
  let signature: Uint8Array;
  try {
    signature = raw ? options.signature : rawFromDer(options.signature, size);
  } catch (error) {
    throw new MdocError('signature-does-not-fit', 'The signature has neither of the two forms.', {}, error);
  }
  const issuerAuth = sign1From({
    protectedBytes: protectedHeader(ALG[options.alg]),
    unprotectedHeaders: new Map([[HEADER.x5chain, x5chainHeader(options.certificateChain)]]),
    payload: options.payload,
    signature,
  });
  const bytes = encode({ nameSpaces: new Raw(options.nameSpaces), issuerAuth });
  return { bytes, issuerAuth };
}

/** DER of just the length of r ‖ s happens once in many thousand signatures, when both numbers are short. */
function looksLikeDer(signature: Uint8Array): boolean {
  try {
    rawFromDer(signature, signature.length / 2);
    return true;
  } catch {
    return false;
  }
}

/**
 * Plans, signs and finishes in one go, where nothing has to be stored in between (tests, tools).
 * @throws {MdocError} as `planIssuerSigned` and `finishIssuerSigned` do
 * @example await issueMdoc({ ...what, signer, certificateChain: [dsCertificate] })
 */
export async function issueMdoc(
  options: PlanOptions & { signer: Signer; certificateChain: readonly Uint8Array[] },
): Promise<Uint8Array> {
  const { signer, certificateChain } = options;
  const alg = signer.algorithm;
  if (alg === 'RS256') throw new MdocError('certificate', 'Document signers have EC keys.');
  const plan = planIssuerSigned(options);
  const signature = await signer.sign(plan.toBeSigned(alg));
  return finishIssuerSigned({ ...plan, signature, alg, certificateChain });
}

import { hash, type KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, Encoded, encode, Raw } from '@tegata/cbor';
import {
  ALG,
  CoseError,
  HEADER,
  protectedHeader,
  putRawFromDer,
  rawFromDer,
  sign1From,
  toBeSigned,
  verifySign1,
  x5chainHeader,
} from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { type DrawnItems, decoyCount, drawItems, wipeDrawn } from './digest-ids.ts';
import { certificateKey, documentSigner, type IssuerAlgorithm } from './document-signer.ts';
import { MdocError } from './error.ts';
import { parseIssuerSignedParts, SALT_BYTES } from './issuer-signed.ts';
import { layOutIssuerSigned } from './issuer-signed-layout.ts';
import {
  DIGEST_ALGORITHMS,
  DIGEST_BYTES,
  type DigestAlgorithm,
  encodeMso,
  type Validity,
} from './mobile-security-object.ts';
import { type Elements, orderedElements } from './ordered-elements.ts';

export type { Elements, IssuerAlgorithm };

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

/**
 * Lays out an mdoc: one salted item per element, a digest of each, and the MSO over them. digestIDs are shuffled, so that their order
 * says nothing about the elements. Elements of a known document type are checked and put into its order.
 * @throws {MdocError} `element-unknown`, `element-type`, `validity`, `decoy-count`; CborError and CoseError for values that cannot be written
 * @example const plan = planIssuerSigned({ docType: MNC_DOCTYPE, elements, deviceKey, validity, random });
 */
export function planIssuerSigned(options: PlanOptions): IssuerSignedPlan {
  const { docType, random } = options;
  const digestAlgorithm = options.digestAlgorithm ?? 'SHA-256';
  const algorithm = DIGEST_ALGORITHMS[digestAlgorithm];
  const decoys = decoyCount(options.decoys);
  const items: Record<string, Encoded[]> = {};
  const nameSpaces = new Map<string, Raw[]>();
  const valueDigests = new Map<string, CborMap>();
  const namespaces = orderedElements(docType, options.elements);
  const drawn = drawItems(namespaces, decoys, SALT_BYTES, random);
  for (const [at, { namespace, elements, values }] of namespaces.entries()) {
    const { ids, salts } = drawn[at] as DrawnItems;
    const digests: CborMap = new Map();
    items[namespace] = elements.map((elementIdentifier, index) => {
      const digestID = ids[index] as number;
      const elementValue = values[index];
      const salt = salts.slice(SALT_BYTES * index, SALT_BYTES * (index + 1));
      const item = Encoded.of({ digestID, random: salt, elementIdentifier, elementValue });
      digests.set(digestID, new Uint8Array(hash(algorithm, item.bytes, 'buffer')));
      return item;
    });
    // A digest of a salted item is random to everybody who does not hold the item; so is one of nothing.
    for (const id of ids.slice(elements.length)) digests.set(id, random.bytes(DIGEST_BYTES[digestAlgorithm]));
    nameSpaces.set(namespace, items[namespace]);
    valueDigests.set(namespace, digests);
  }
  wipeDrawn();
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
  verifyIssuerAuth(issuerAuth, certificateKey(options.certificateChain));
  return bytes;
}

function verifyIssuerAuth(issuerAuth: CborValue, publicKey: KeyObject): void {
  try {
    verifySign1({ sign1: issuerAuth, publicKey });
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('signature-does-not-fit', `The signature: ${error.message}`, { rule: error.code }, error);
  }
}

/** The parts as bytes, nothing checked. */
export function assemble(options: FinishOptions): { bytes: Uint8Array; issuerAuth: CborValue } {
  const issuerAuth = sign1From({
    protectedBytes: protectedHeader(ALG[options.alg]),
    unprotectedHeaders: new Map([[HEADER.x5chain, x5chainHeader(options.certificateChain)]]),
    payload: options.payload,
    signature: rawSignature(options.signature, options.alg === 'ES256' ? 32 : 48),
  });
  const bytes = encode({ nameSpaces: new Raw(options.nameSpaces), issuerAuth });
  return { bytes, issuerAuth };
}

/** A signature as r ‖ s, however the signer gave it. @throws {MdocError} `signature-does-not-fit` */
function rawSignature(signature: Uint8Array, size: 32 | 48): Uint8Array {
  const raw = new Uint8Array(2 * size);
  putSignature(signature, size, raw, 0);
  return raw;
}

function putSignature(signature: Uint8Array, size: 32 | 48, into: Uint8Array, at: number): void {
  if (signature.length === 2 * size && !looksLikeDer(signature)) {
    into.set(signature, at);
    return;
  }
  try {
    putRawFromDer(signature, size, into, at);
  } catch (error) {
    throw new MdocError('signature-does-not-fit', 'The signature has neither of the two forms.', {}, error);
  }
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

/** An order for one mdoc, signed at once. */
export interface IssueOptions extends PlanOptions {
  readonly signer: Signer;
  /** The document signer's certificate first (DER); never the root. */
  readonly certificateChain: readonly Uint8Array[];
  /**
   * Verify each signature before the mdoc is let out, as `finishIssuerSigned` does (default false). That the certificate is of the signer's key
   * is made sure in any case, once per signer: what remains is a signer that computes wrongly. With a key in memory there is none; with an HSM
   * or a service turn it on. It costs about two and a half signatures.
   */
  readonly verifyAfterSigning?: boolean;
}

/**
 * Lays out, signs and finishes in one go, where nothing has to be stored in between: the way to issue many.
 * @throws {MdocError} as `planIssuerSigned` and `finishIssuerSigned` do
 * @example await issueMdoc({ ...what, signer, certificateChain: [dsCertificate] })
 */
export async function issueMdoc(options: IssueOptions): Promise<Uint8Array> {
  const documents = documentSigner(options.signer, options.certificateChain);
  const { signer, signNow } = documents;
  const { bytes, signatureAt, lentToBeSigned } = layOutIssuerSigned(options, documents);
  // A signer that takes its time gets a copy of its own. It holds digests, so that it may come from the pool.
  const signature = signNow ? signNow(lentToBeSigned) : await signer.sign(Buffer.from(lentToBeSigned));
  putSignature(signature, documents.size, bytes, signatureAt);
  if (options.verifyAfterSigning) verifyIssuerAuth(parseIssuerSignedParts(bytes).issuerAuth, signer.publicKey);
  return bytes;
}

import type { CborValue } from '@tegata/cbor';
import { readStatusReference, type StatusReference } from '@tegata/status-list';
import type { MdocCheck } from './inspection/check-list.ts';
import { type ShownElements, type ValuesByNamespace, valuesOf } from './inspection/elements.ts';

const proof = Symbol('every check passed');

/**
 * A document all of whose checks passed. Element values can be reached only here: the class has private parts and only the inspection
 * makes one, so that no other object passes for it. Printed as JSON it shows checks, no values.
 */
export class VerifiedDocument {
  readonly result = 'passed';
  readonly docType: string;
  readonly checks: readonly MdocCheck[];
  readonly validity: { readonly signed: Date; readonly validFrom: Date; readonly validUntil: Date };
  /** The document signer's certificate (DER). */
  readonly #issuerCertificate: Uint8Array;
  readonly #shown: ShownElements;
  #elements: ValuesByNamespace | undefined;
  readonly #deviceElements: ValuesByNamespace;
  readonly #status: CborValue | undefined;

  constructor(token: symbol, parts: VerifiedParts) {
    if (token !== proof) throw new TypeError('A VerifiedDocument comes from verifyDeviceResponse only.');
    this.docType = parts.docType;
    this.checks = parts.checks;
    this.validity = parts.validity;
    this.#issuerCertificate = parts.issuerCertificate;
    this.#shown = parts.shown;
    this.#deviceElements = parts.deviceElements;
    this.#status = parts.status;
  }

  /** Elements that the issuer signed, by namespace. */
  get elements(): ValuesByNamespace {
    this.#elements ??= valuesOf(this.#shown);
    return this.#elements;
  }

  /** Elements that the phone signed, as the issuer allowed. They are the holder's word, not the issuer's. */
  get deviceElements(): ValuesByNamespace {
    return this.#deviceElements;
  }

  get issuerCertificate(): Uint8Array {
    return this.#issuerCertificate;
  }

  /**
   * Where its status stands, for whoever asks again later; undefined when its issuer keeps none.
   * @throws {StatusListError} `reference` when the issuer wrote something else there
   */
  get statusReference(): StatusReference | undefined {
    return this.#status === undefined ? undefined : readStatusReference(this.#status);
  }

  /** The value of one element that the issuer signed; undefined when it was not returned. */
  value(namespace: string, element: string): CborValue {
    return this.elements.get(namespace)?.get(element);
  }
}

/** What a verified document is made of. */
export interface VerifiedParts {
  readonly docType: string;
  readonly checks: readonly MdocCheck[];
  readonly validity: VerifiedDocument['validity'];
  readonly issuerCertificate: Uint8Array;
  readonly shown: ShownElements;
  readonly deviceElements: ValuesByNamespace;
  /** The member `status` of the MSO. */
  readonly status?: CborValue;
}

/** For the inspection alone; not exported by the package. */
export function verified(parts: VerifiedParts): VerifiedDocument {
  return new VerifiedDocument(proof, parts);
}

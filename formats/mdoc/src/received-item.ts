import type { CborValue, Encoded } from '@tegata/cbor';
import type { IssuerSignedItem } from './issuer-signed.ts';

/** Where a salt stands. */
export interface Salt {
  readonly input: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** An item as it was received. Its salt is covered by the digest already: it is cut out only for whoever asks. */
export class ReceivedItem implements IssuerSignedItem {
  readonly encoded: Encoded;
  readonly digestID: number;
  readonly elementIdentifier: string;
  readonly elementValue: CborValue;
  readonly #input: Uint8Array;
  readonly #saltFrom: number;
  readonly #saltTo: number;

  constructor(encoded: Encoded, digestID: number, elementIdentifier: string, elementValue: CborValue, salt: Salt) {
    this.encoded = encoded;
    this.digestID = digestID;
    this.elementIdentifier = elementIdentifier;
    this.elementValue = elementValue;
    this.#input = salt.input;
    this.#saltFrom = salt.from;
    this.#saltTo = salt.to;
  }

  get random(): Uint8Array {
    return this.#input.subarray(this.#saltFrom, this.#saltTo);
  }
}

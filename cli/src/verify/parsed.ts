import { MdocError } from '@tegata/mdoc';

/** A structure, or where it is broken. The verifier says which rule was; this is for what it does not tell. */
export interface Parsed<T> {
  readonly value?: T;
  /** Bytes from the start of the CBOR item that could not be read. */
  readonly offset?: number;
}

/** Runs a parser of `@tegata/mdoc`. */
export function parsed<T>(parse: () => T): Parsed<T> {
  try {
    return { value: parse() };
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const { offset } = error.context;
    return typeof offset === 'number' ? { offset } : {};
  }
}

import { CborWriter, DateTime, encodeInto } from '@tegata/cbor';
import { writeCoseKey } from '@tegata/cose';
import type { DocumentSigner } from './document-signer.ts';
import type { PlanOptions } from './issue.ts';
import { checkValidity, DIGEST_BYTES, type DigestAlgorithm, type Validity } from './mobile-security-object.ts';
import type { OrderedNamespace } from './ordered-elements.ts';

const BYTES = 0x40;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;

/** What decides where everything stands in an MSO: mdocs of one form differ in digests, dates and device key alone. */
export interface IssuanceForm {
  readonly options: PlanOptions;
  readonly digestAlgorithm: DigestAlgorithm;
  readonly namespaces: readonly OrderedNamespace[];
  readonly decoys: number;
  readonly signer: DocumentSigner;
}

/** So many forms are kept: an issuer has one or two document types. */
const MAX_TEMPLATES = 8;

/** Most recently used first. */
const templates: IssuanceTemplate[] = [];

/** The template of a form, with the dates and the device key of this mdoc in it. @throws {MdocError} `validity` */
export function templateFor(form: IssuanceForm): IssuanceTemplate {
  const dates = checkValidity(form.options.validity);
  const deviceKey = encodedKey(form.options.deviceKey);
  // A status has a place of its own in a list, and so another length from mdoc to mdoc.
  if (form.options.status !== undefined) return new IssuanceTemplate(form, deviceKey);
  const at = templates.findIndex((template) => template.takes(form, deviceKey));
  const [found] = at < 0 ? [] : at === 0 ? templates : templates.splice(at, 1);
  const template = found ?? new IssuanceTemplate(form, deviceKey);
  if (at !== 0) templates.unshift(template);
  if (templates.length > MAX_TEMPLATES) templates.pop();
  template.fill(dates, deviceKey);
  return template;
}

const keyWriter = new CborWriter(256);

/** In memory that the next call takes again. */
function encodedKey(deviceKey: PlanOptions['deviceKey']): Uint8Array {
  keyWriter.length = 0;
  writeCoseKey(keyWriter, deviceKey);
  return keyWriter.buffer.subarray(0, keyWriter.length);
}

/** The signed and the issued structure of one form, with room for what differs. */
export class IssuanceTemplate {
  private readonly form: IssuanceForm;
  /** The Sig_structure: what is signed. */
  readonly toBeSigned: Buffer;
  /** The payload in it, its head included: the mdoc carries the same bytes. */
  readonly payload: Uint8Array;
  /** For each namespace where in `toBeSigned` the digest of each digestID belongs. */
  readonly digestsAt: readonly (readonly number[])[];
  /** IssuerSigned up to the namespaces, payload and signature left free; where these belong. */
  readonly prefix: Uint8Array;
  readonly payloadAt: number;
  readonly signatureAt: number;
  private readonly datesAt: readonly number[];
  private readonly keyAt: number;
  private readonly keyLength: number;

  constructor(form: IssuanceForm, deviceKey: Uint8Array) {
    this.form = form;
    const mso = writeMso(form, deviceKey);
    const { protectedBytes } = form.signer;
    const embedded = new CborWriter(mso.bytes.length + 16);
    embedded.head(TAG, 24);
    embedded.bytes(mso.bytes);
    const signed = new CborWriter(embedded.length + 64);
    signed.head(ARRAY, 4);
    signed.text('Signature1');
    signed.bytes(protectedBytes);
    signed.head(BYTES, 0);
    const payloadFrom = signed.length;
    signed.bytes(embedded.take());
    const bytes = signed.take();
    this.toBeSigned = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.payload = this.toBeSigned.subarray(payloadFrom);
    const msoAt = signed.length - mso.bytes.length;
    this.digestsAt = mso.digestsAt.map((places) => places.map((place) => place + msoAt));
    this.datesAt = mso.datesAt.map((place) => place + msoAt);
    this.keyAt = mso.keyAt + msoAt;
    this.keyLength = deviceKey.length;

    const issued = new CborWriter(1024);
    issued.head(MAP, 2);
    issued.text('issuerAuth');
    issued.head(ARRAY, 4);
    issued.bytes(protectedBytes);
    issued.raw(form.signer.unprotectedBytes);
    this.payloadAt = issued.skip(this.payload.length);
    issued.head(BYTES, 2 * form.signer.size);
    this.signatureAt = issued.skip(2 * form.signer.size);
    issued.text('nameSpaces');
    issued.head(MAP, form.namespaces.length);
    this.prefix = issued.take();
  }

  /** Whether an mdoc of that form and with a device key of that length fits in. */
  takes({ options, digestAlgorithm, namespaces, decoys, signer }: IssuanceForm, deviceKey: Uint8Array): boolean {
    const { form } = this;
    return (
      form.signer === signer &&
      form.options.docType === options.docType &&
      form.digestAlgorithm === digestAlgorithm &&
      form.decoys === decoys &&
      (form.options.validity.expectedUpdate === undefined) === (options.validity.expectedUpdate === undefined) &&
      this.keyLength === deviceKey.length &&
      sameNamespaces(form.namespaces, namespaces)
    );
  }

  /** Writes what is of one mdoc alone, but for the digests. */
  fill({ signed, validFrom, validUntil, expectedUpdate }: Validity, deviceKey: Uint8Array): void {
    const [signedAt, fromAt, untilAt, updateAt] = this.datesAt as [number, number, number, number];
    this.toBeSigned.set(dateBytes(signed), signedAt);
    this.toBeSigned.set(dateBytes(validFrom), fromAt);
    this.toBeSigned.set(dateBytes(validUntil), untilAt);
    if (expectedUpdate) this.toBeSigned.set(dateBytes(expectedUpdate), updateAt);
    this.toBeSigned.set(deviceKey, this.keyAt);
  }
}

function sameNamespaces(one: readonly OrderedNamespace[], other: readonly OrderedNamespace[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) {
    const [a, b] = [one[index] as OrderedNamespace, other[index] as OrderedNamespace];
    if (a.namespace !== b.namespace || a.elements.length !== b.elements.length) return false;
  }
  return true;
}

/** The MSO with zeros for digests; members come in the order of their encodings (RFC 8949 §4.2.1). */
function writeMso({ options, digestAlgorithm, namespaces, decoys }: IssuanceForm, deviceKey: Uint8Array) {
  const { signed, validFrom, validUntil, expectedUpdate } = options.validity;
  const writer = new CborWriter(4096);
  const datesAt: number[] = [];
  writer.head(MAP, options.status === undefined ? 6 : 7);
  if (options.status !== undefined) {
    writer.text('status');
    encodeInto(writer, options.status);
  }
  writer.text('docType');
  writer.text(options.docType);
  writer.text('version');
  writer.text('1.0');
  writer.text('validityInfo');
  writer.head(MAP, expectedUpdate ? 4 : 3);
  for (const [member, date] of Object.entries({ signed, validFrom, validUntil, expectedUpdate })) {
    if (!date) continue;
    writer.text(member);
    datesAt.push(writer.length);
    writer.raw(dateBytes(date));
  }
  const digestsAt: number[][] = [];
  writer.text('valueDigests');
  writer.head(MAP, namespaces.length);
  for (const index of inOrderOfEncoding(namespaces.map(({ namespace }) => namespace))) {
    const { namespace, elements } = namespaces[index] as OrderedNamespace;
    const places: number[] = [];
    writer.text(namespace);
    writer.head(MAP, elements.length + decoys);
    for (let id = 0; id < elements.length + decoys; id++) {
      writer.head(0, id);
      writer.head(BYTES, DIGEST_BYTES[digestAlgorithm]);
      places.push(writer.skip(DIGEST_BYTES[digestAlgorithm]));
    }
    digestsAt[index] = places;
  }
  writer.text('deviceKeyInfo');
  writer.head(MAP, 1);
  writer.text('deviceKey');
  const keyAt = writer.length;
  writer.raw(deviceKey);
  writer.text('digestAlgorithm');
  writer.text(digestAlgorithm);
  return { bytes: writer.take(), digestsAt, datesAt, keyAt };
}

/** The indexes of names: shorter ones first, equally long ones byte by byte. */
function inOrderOfEncoding(names: readonly string[]): number[] {
  const encoded = names.map((name) => Buffer.from(name));
  const order = (a: number, b: number) => {
    const [one, other] = [encoded[a] as Buffer, encoded[b] as Buffer];
    return one.length - other.length || Buffer.compare(one, other);
  };
  return [...names.keys()].sort(order);
}

const MAX_DATES = 64;
const dates = new Map<number, Uint8Array>();

/** A date as tdate, tag included. Those of one day recur, and those of one second. */
function dateBytes(date: Date): Uint8Array {
  const known = dates.get(date.getTime());
  if (known) return known;
  const writer = new CborWriter(32);
  writer.head(TAG, 0);
  writer.text(DateTime.from(date).text);
  const bytes = writer.take();
  if (dates.size === MAX_DATES) dates.clear();
  dates.set(date.getTime(), bytes);
  return bytes;
}

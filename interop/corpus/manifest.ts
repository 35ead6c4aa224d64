import { type Anchor, type Case, type Finding, reader, root, transcript } from './case.ts';
import type { SeededKey } from './seeded-key.ts';

/** A case as the manifest lists it: files are named from the folder of the manifest. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly clause: string;
  readonly expect: 'valid' | Finding;
  readonly also?: readonly Finding[];
  readonly warnings?: readonly Finding[];
  readonly pitfalls?: readonly number[];
  readonly pending?: string;
  readonly kind: Case['kind'];
  readonly docType: string;
  readonly file: string;
  /** The bare SessionTranscript. */
  readonly transcript: string;
  /** PKCS #8 of the reader's ephemeral key. */
  readonly readerKey?: string;
  readonly anchors: readonly { readonly file: string; readonly docTypes?: readonly string[] }[];
  readonly at: string;
  readonly requested: Case['requested'];
  readonly options?: Case['options'];
  readonly crls?: readonly string[];
  readonly statusTokens?: readonly string[];
}

/** The manifest. */
export interface Manifest {
  readonly notice: string;
  readonly generator: string;
  readonly cases: readonly Entry[];
}

const pkcs8 = (key: SeededKey) => new Uint8Array(key.privateKey.export({ format: 'der', type: 'pkcs8' }));

/** All files of the corpus by path, the manifest among them. */
export function filesOf(cases: readonly Case[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const paths = new Map<string, string>();
  const keep = (path: string, bytes: Uint8Array): string => {
    const content = `${path.split('/')[0]} ${Buffer.from(bytes).toString('latin1')}`;
    const known = paths.get(content);
    if (known !== undefined) return known;
    if (files.has(path)) throw new Error(`two files are called ${path}`);
    files.set(path, bytes);
    paths.set(content, path);
    return path;
  };
  keep('trust/root.der', root.certificate);
  keep('transcripts/qr.cbor', transcript);
  keep('keys/reader.der', pkcs8(reader));

  const anchorOf = (id: string, { certificate, docTypes }: Anchor, index: number) => ({
    file: keep(`trust/${id}${index > 0 ? `-${index}` : ''}.der`, certificate),
    ...(docTypes ? { docTypes } : {}),
  });
  const entries = cases.map((one): Entry => {
    const { id, title, clause, expect, also, warnings, pitfalls, pending, kind, docType, options } = one;
    if (files.has(`${id}.cbor`)) throw new Error(`two cases are called ${id}`);
    files.set(`${id}.cbor`, one.bytes);
    const several = (folder: string, extension: string, all: readonly Uint8Array[]) =>
      all.map((bytes, index) => keep(`${folder}/${id}${index > 0 ? `-${index}` : ''}.${extension}`, bytes));
    return {
      id,
      title,
      clause,
      expect,
      ...(also ? { also } : {}),
      ...(warnings ? { warnings } : {}),
      ...(pitfalls ? { pitfalls } : {}),
      ...(pending ? { pending } : {}),
      kind,
      docType,
      file: `${id}.cbor`,
      transcript: keep(`transcripts/${id}.cbor`, one.transcript),
      ...(one.readerKey ? { readerKey: keep(`keys/${id}.der`, pkcs8(one.readerKey)) } : {}),
      anchors: one.anchors.map((anchor, index) => anchorOf(id, anchor, index)),
      at: one.at.toISOString().replace('.000', ''),
      requested: one.requested,
      ...(options ? { options } : {}),
      ...(one.crls ? { crls: several('status', 'crl', one.crls) } : {}),
      ...(one.statusTokens ? { statusTokens: several('status', 'cwt', one.statusTokens) } : {}),
    };
  });
  const manifest: Manifest = {
    notice: 'TEST ONLY: forged documents of nobody, under keys that everybody can make from their names.',
    generator: 'node interop/src/make-corpus.ts',
    cases: entries,
  };
  files.set('manifest.json', new TextEncoder().encode(`${print(manifest, '', 0)}\n`));
  return files;
}

const LINE = 120;

/** JSON as the formatter of this repository leaves it: lists on one line where they fit, objects never. */
function print(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (!Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const lines = entries.map(([key, one]) => {
      const name = `${JSON.stringify(key)}: `;
      return `${inner}${name}${print(one, inner, inner.length + name.length)}`;
    });
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  const flat = value.every((one) => typeof one !== 'object' || one === null);
  const line = `[${value.map((one) => JSON.stringify(one)).join(', ')}]`;
  // One more column for the comma behind it.
  if (flat && before + line.length + 1 <= LINE) return line;
  return `[\n${value.map((one) => `${inner}${print(one, inner, inner.length)}`).join(',\n')}\n${indent}]`;
}

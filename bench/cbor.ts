import { createRequire } from 'node:module';
import { type CborMap, decode, encode } from '@tegata/cbor';
import { parseIssuerSigned } from '@tegata/mdoc';
import type { Material } from './material.ts';
import { type Case, sync } from './measure.ts';

interface CborX {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/**
 * Codecs on an MSO and on a whole response, next to cbor-x, on which the npm peers stand. cbor-x checks less: duplicate keys, UTF-8, heads and
 * tag content go unseen, so its row is a mark of speed, not of merit.
 */
export function cborCases({ full, stored }: Material): Case[] {
  const [response] = full as [Uint8Array];
  const mso = parseIssuerSigned(stored[0] as Uint8Array).mso.bytes;
  const ours = decode(mso) as CborMap;
  const peer = cborX();
  const theirs = peer.decode(mso);
  if (Buffer.compare(encode(ours), mso) !== 0) throw new Error('the MSO does not encode to its own bytes');
  return [
    sync('cbor-encode-mso', 'tegata', () => encode(ours)),
    sync('cbor-encode-mso', 'cbor-x', () => peer.encode(theirs)),
    sync('cbor-decode-mso', 'tegata', () => decode(mso)),
    sync('cbor-decode-mso', 'cbor-x', () => peer.decode(mso)),
    sync('cbor-decode-response', 'tegata', () => decode(response)),
    sync('cbor-decode-response', 'cbor-x', () => peer.decode(response)),
  ];
}

function cborX(): CborX {
  const fromPeer = createRequire(createRequire(import.meta.url).resolve('@auth0/mdl'));
  const { Encoder } = fromPeer('cbor-x') as { Encoder: new (options: object) => CborX };
  return new Encoder({
    tagUint8Array: false,
    useRecords: false,
    mapsAsObjects: false,
    useTag259ForMaps: false,
    variableMapSize: true,
  });
}

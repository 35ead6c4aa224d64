import { createPublicKey, type KeyObject } from 'node:crypto';
import mdl from '@auth0/mdl';
import { encode } from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import { sessionTranscriptBytes } from '@tegata/mdoc';
import { certificateToPem } from '@tegata/x509';
import type { Peer } from './scorecard-peer.ts';

/** `@auth0/mdl` as its documentation calls it. It takes the time from the machine and is not told what was asked for. */
export const auth0: Peer = {
  name: '@auth0/mdl',
  kinds: ['device-response'],
  notAsked: ['requested-doctype', 'unrequested', 'status-list'],
  async accepts({ bytes, transcript, anchors, readerKey }) {
    const roots = anchors.map(({ certificate }) => certificateToPem(certificate));
    let failed = false;
    await new mdl.Verifier(roots).verify(bytes, {
      encodedSessionTranscript: Buffer.from(sessionTranscriptBytes(transcript)),
      ...(readerKey ? { ephemeralReaderKey: coseKey(readerKey) } : {}),
      onCheck: ({ status }) => {
        failed ||= status === 'FAILED';
      },
    });
    return !failed;
  },
};

function coseKey(privateKey: KeyObject): Uint8Array {
  const { d } = privateKey.export({ format: 'jwk' });
  const map = encodeCoseKey(createPublicKey(privateKey));
  return encode(new Map([...map, [-4, new Uint8Array(Buffer.from(d as string, 'base64url'))]]));
}

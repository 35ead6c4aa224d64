import * as card from '@tegata/card';
import { digestInfoSigner, keyId, writeCvc } from '@tegata/card-files';
import type { Clock } from '@tegata/clock';
import { type Peer, peer, type Running } from '@tegata/http';
import * as jpki from '@tegata/jpki';
import { type KeyStore, memoryKeys } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import type { SmallStack } from './small-stack.ts';

/** Drawers with cards of the same people that look right in every way but for who made them. */
export interface FalseCards {
  /** Certificates of the true JPKI, on cards of an authority that nobody knows. */
  readonly ofUnknownAuthority: Peer;
  /** The same, of an authority that goes by the key ids of the true one. */
  readonly ofFalseAuthority: Peer;
  /** Certificates of a JPKI that goes by the name of the true one. */
  readonly ofFalseJpki: Peer;
  close(): Promise<void>;
}

/** Sets up false card factories and a false JPKI beside a stack. */
export async function falseCards(stack: SmallStack, clock: Clock): Promise<FalseCards> {
  const base = { clock, random: systemRandom, log: silentLog, tap: noTap };
  const keys = memoryKeys();
  const secret = 'of-false-cards';
  const [authority, jpkiAuthority] = await Promise.all([
    card.makeAuthority({ ...base, keys }),
    jpki.makeAuthority({ ...base, keys }),
  ]);
  // It keeps its serial numbers beside those of the true one: what is false about it is its key.
  const falseJpki = await jpki.start({ ...base, store: stack.store, authority: jpkiAuthority, secret });
  const running: Running[] = [falseJpki];
  const drawer = async (made: card.CardAuthority, certificates: { url: string; secret: string }): Promise<Peer> => {
    const party = await card.start({ ...base, jpki: certificates, authority: made, secret });
    running.push(party);
    return peer({ url: party.url, name: 'card', party: 'card', secret });
  };
  const trueJpki = { url: stack.urls['jpki'] as string, secret: stack.secrets.cardToJpki };
  const unknown = {
    ...authority,
    text: underOtherName(authority.text, keys, 'text', '31'),
    surface: underOtherName(authority.surface, keys, 'surface', '21'),
  };
  return {
    ofUnknownAuthority: await drawer(unknown, trueJpki),
    ofFalseAuthority: await drawer(authority, trueJpki),
    ofFalseJpki: await drawer(authority, { url: falseJpki.url, secret }),
    async close() {
      for (const party of running) await party.close();
    },
  };
}

function underOtherName(
  issuer: card.CardIssuer,
  keys: KeyStore,
  name: 'text' | 'surface',
  application: string,
): card.CardIssuer {
  const issuerKeyId = keyId(`90099${application}`, '001');
  return {
    ...issuer,
    certificateFor: (municipality) =>
      writeCvc({
        issuerKeyId,
        subjectKeyId: keyId(`${municipality}${application}`, '000'),
        publicKey: keys.signer(`card-${name}-issuer`).publicKey,
        sign: digestInfoSigner(keys.privateKey(`card-${name}-cvc-ca`)),
      }),
  };
}

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Chip, parseCommand } from '@tegata/apdu';
import { type JpkiApplicationFields, jpkiApplication } from '@tegata/card-files';
import { type Application, type CounterStore, makeChip, memoryCounters } from '@tegata/chip';
import { systemClock } from '@tegata/clock';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { systemRandom as random } from '@tegata/random';
import { buildJpkiAuth, buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';

/** The certificates of the tests, and their keys. */
export interface TestCredentials {
  readonly authKey: KeyObject;
  readonly signKey: KeyObject;
  readonly certificates: JpkiApplicationFields['certificates'];
}

/** Makes keys and certificates once for a file of tests. */
export async function testCredentials(algorithm: 'RSA-2048' | 'P-384' = 'RSA-2048'): Promise<TestCredentials> {
  const at = systemClock.now();
  const ca = async (which: 'sign' | 'auth') => {
    const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
    return { signer, certificate: await buildJpkiCa({ ca: which, signer, random, notBefore: at }) };
  };
  const [sign, auth] = await Promise.all([ca('sign'), ca('auth')]);
  const pair = () =>
    algorithm === 'RSA-2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const [signKey, authKey] = [pair(), pair()];
  const place = {
    birthDate: '20000331',
    prefecture: 'Mihon-ken',
    municipality: 'Mihon-shi',
    municipalityCode: '99999',
  };
  const person = { ...place, name: '見本　花子', address: '見本県見本市', sex: '2' as const };
  return {
    authKey: authKey.privateKey,
    signKey: signKey.privateKey,
    certificates: {
      sign: await buildJpkiSign({ issuer: sign, publicKey: signKey.publicKey, holder: person, random, at }),
      signCa: sign.certificate,
      auth: await buildJpkiAuth({ issuer: auth, publicKey: authKey.publicKey, holder: place, random, at }),
      authCa: auth.certificate,
    },
  };
}

const pin = (digits: string) => ({
  kind: 'secret' as const,
  value: new Uint8Array(Buffer.from(digits)),
  tries: 3,
  change: 'four-digits' as const,
});

/** The applications beside the JPKI-AP in which a PIN lies, with that alone in them. */
export const PIN_APPLICATIONS: readonly Application[] = [
  {
    name: 'text',
    aid: new Uint8Array(Buffer.from('D3921000310001010408', 'hex')),
    files: new Map([[0x11, pin('1234')]]),
    change: 'change-reference-data',
  },
  {
    name: 'common',
    aid: new Uint8Array(Buffer.from('D3921000310001010100', 'hex')),
    files: new Map([[0x1c, pin('1234')]]),
    change: 'change-key',
  },
  {
    name: 'resident',
    aid: new Uint8Array(Buffer.from('D3921000310001010401', 'hex')),
    files: new Map([[0x1c, pin('1234')]]),
    change: 'change-key',
  },
];

/** A chip whose counters and secrets in VERIFY are looked at. */
export interface WatchedChip extends Chip {
  readonly counters: CounterStore;
  /** Writes to a counter. */
  readonly writes: string[];
  /** P2 of every VERIFY that carried a secret, `selected` for P2 = 80. */
  readonly shown: number[];
  /** Commands sent. */
  readonly count: number;
}

/** A token on our own chip. */
export function watchedChip(
  fields: TestCredentials & Partial<JpkiApplicationFields>,
  { start = {}, others = [] }: { start?: Record<string, number>; others?: readonly Application[] } = {},
): WatchedChip {
  const store = memoryCounters(start);
  const writes: string[] = [];
  const counters: CounterStore = {
    read: store.read,
    write(name, left) {
      writes.push(`${name} ${left}`);
      store.write(name, left);
    },
  };
  const jpki = jpkiApplication({
    profile: 'card',
    authPin: '1234',
    signaturePassword: 'TEGATA1',
    serialNumber: '9000000000002380',
    ...fields,
  });
  const chip = makeChip({ applications: [jpki, ...others], counters, random });
  const shown: number[] = [];
  let count = 0;
  return {
    counters,
    writes,
    shown,
    get count() {
      return count;
    },
    reset: () => chip.reset(),
    transmit(bytes) {
      count++;
      const { ins, p2, data } = parseCommand(bytes);
      if (ins === 0x20 && data.length > 0) shown.push(p2);
      return chip.transmit(bytes);
    },
  };
}

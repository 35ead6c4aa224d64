import { adjustableClock } from '@tegata/clock';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildDocumentSigner, buildIaca, buildJpkiCa, buildJpkiSign, buildOcspResponder } from '@tegata/x509-build';
import type { Subcommand } from './subcommand.ts';
import type { CommandIo } from './verify/terminal-io.ts';

/** The instant at which the tests take place. */
export const NOW = new Date('2026-11-24T03:00:00Z');

/** So many days from then. */
export const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000);

/** Randomness of the tests. */
export const random = seededRandom('tegata x509 crl ocsp cms');

/** The person of the certificates, who does not exist. */
export const holder = {
  name: '見本　花子',
  address: '東京都見本区見本一丁目２番３号',
  sex: '2',
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Mihon-ku',
  municipalityCode: '13999',
} as const;

/** Inline FILE of octets. */
export const b64 = (bytes: Uint8Array) => `b64:${Buffer.from(bytes).toString('base64')}`;

/** A certificate and its key. */
export interface Owner {
  readonly certificate: Uint8Array;
  readonly signer: Signer;
}

/** A JPKI signature CA with a person and a responder, and an IACA with a document signer. TEST ONLY. */
export async function makeStatusSamples() {
  const key = async (kind: 'RSA-2048' | 'P-256' | 'P-384') => softwareSigner(await generateSoftwareKey(kind));
  const [caKey, personKey, responderKey, iacaKey, dsKey] = await Promise.all([
    key('RSA-2048'),
    key('RSA-2048'),
    key('P-256'),
    key('P-384'),
    key('P-256'),
  ]);
  const ca: Owner = {
    signer: caKey,
    certificate: await buildJpkiCa({ ca: 'sign', signer: caKey, random, notBefore: days(-100) }),
  };
  const person: Owner = {
    signer: personKey,
    certificate: await buildJpkiSign({ issuer: ca, publicKey: personKey.publicKey, holder, random, at: days(-10) }),
  };
  const responder: Owner = {
    signer: responderKey,
    certificate: await buildOcspResponder({
      issuer: ca,
      publicKey: responderKey.publicKey,
      random,
      notBefore: days(-10),
      notAfter: days(60),
      subject: [
        ['C', 'JP'],
        ['CN', 'TEST OCSP responder'],
      ],
    }),
  };
  const iaca: Owner = {
    signer: iacaKey,
    certificate: await buildIaca({ signer: iacaKey, random, notBefore: days(-100) }),
  };
  const ds: Owner = {
    signer: dsKey,
    certificate: await buildDocumentSigner({ issuer: iaca, publicKey: dsKey.publicKey, random, notBefore: days(-30) }),
  };
  return { ca, person, responder, iaca, ds };
}

/** What a run came to. */
export interface Ran<R> {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was printed, one line of JSON each. */
  readonly results: readonly R[];
}

/** Runs a subcommand at {@link NOW}, with standard input where it is given. */
export async function runSubcommandForTests<R>(
  command: Subcommand,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<Ran<R>> {
  let out = '';
  let err = '';
  const octets = typeof input === 'string' ? new Uint8Array(Buffer.from(input)) : input;
  const io: CommandIo = {
    clock: adjustableClock(NOW),
    write: async (text) => {
      out += text;
      return true;
    },
    writeError: (text) => {
      err += text;
    },
    readStdin: (limit) => octets.subarray(0, limit),
    stream: async function* () {
      yield octets;
    },
  };
  const code = await command(args, io);
  const lines = out.split('\n').filter((line) => line.startsWith('{'));
  return { code, out, err, results: lines.map((line) => JSON.parse(line) as R) };
}

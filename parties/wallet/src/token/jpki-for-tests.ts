import { randomInt } from 'node:crypto';
import { parseResponse, SW, type Transport } from '@tegata/apdu';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { systemRandom as random } from '@tegata/random';
import { buildJpkiAuth, buildJpkiCa, buildJpkiSign, readCsr } from '@tegata/x509-build';
import { NOW } from '../world-for-tests.ts';

const holder = {
  name: '見本　花子',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '2' as const,
  birthDate: '20000331',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};

/** Both CAs, which certify what a phone asks for. */
export async function testJpki() {
  const authority = async (ca: 'sign' | 'auth') => {
    const signer = softwareSigner(await generateSoftwareKey('P-384'));
    return { signer, certificate: await buildJpkiCa({ ca, signer, random, notBefore: NOW }) };
  };
  const [sign, auth] = await Promise.all([authority('sign'), authority('auth')]);
  const base = { holder, random, at: NOW, device: 'phone' as const };
  return {
    trust: { jpkiSign: [sign.certificate], jpkiAuth: [auth.certificate] },
    /** Certificates for two requests, as the SMP delivers them. */
    async certify(requests: { auth: string; sign: string }) {
      const { publicKey: authKey } = readCsr(new Uint8Array(Buffer.from(requests.auth, 'base64')));
      const { publicKey: signKey } = readCsr(new Uint8Array(Buffer.from(requests.sign, 'base64')));
      return new Map([
        ['auth', await buildJpkiAuth({ ...base, issuer: auth, publicKey: authKey })],
        ['authCa', auth.certificate],
        ['sign', await buildJpkiSign({ ...base, issuer: sign, publicKey: signKey })],
        ['signCa', sign.certificate],
      ]);
    },
  };
}

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A program that uses a JPKI token over any transport, in the words of card.md §3. */
export function tokenProgram(card: Transport) {
  const send = async (command: string) => {
    const { data, sw } = parseResponse(await card.transmit(hex(command)));
    return { data: new Uint8Array(data), sw: sw.toString(16).toUpperCase() };
  };
  const read = async (file: number): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for (let at = 0; ; at += 256) {
      const [p1, p2] = at === 0 ? [0x80 | file, 0] : [at >> 8, at & 0xff];
      const head = [p1, p2].map((byte) => (byte as number).toString(16).padStart(2, '0')).join('');
      const { data, sw } = await send(`00B0${head}00`);
      if (sw !== '9000' && at === 0) throw new Error(sw);
      parts.push(data);
      if (data.length < 256) return new Uint8Array(Buffer.concat(parts));
    }
  };
  const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
  const length = (text: string) => text.length.toString(16).padStart(2, '0');
  return {
    send,
    read,
    select: () => send('00A4040C0AD392F000260100000001'),
    verifyPin: (pin: string) => send(`00200098${length(pin)}${ascii(pin)}`),
    verifyPassword: (password: string) => send(`0020009B${length(password)}${ascii(password)}`),
    /** Signs a hash with the authentication or the signature key: SHA-256 with RSA, SHA-384 with P-384. */
    sign: (use: 'auth' | 'sign', hash: Uint8Array) => {
      const length = hash.length.toString(16).padStart(2, '0');
      return send(`802A02${use === 'auth' ? '97' : '9A'}${length}${Buffer.from(hash).toString('hex')}00`);
    },
  };
}

/** A PIN other than the given. */
export const otherPin = (pin: string) => String((Number(pin) + randomInt(1, 9999)) % 10_000).padStart(4, '0');
/** The status word of success, as text. */
export const OK = SW.ok.toString(16);

import assert from 'node:assert/strict';
import { type createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { encode } from '@tegata/cbor';
import {
  buildDeviceEngagement,
  buildSessionData,
  DeviceSession,
  engagementToQr,
  parseDeviceEngagement,
  ReaderSession,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { hex, run } from '../verify/samples-for-tests.ts';
import { sessionCommand } from './command.ts';

const phone = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const reader = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const engagement = buildDeviceEngagement({ eDeviceKey: phone.publicKey });
const messages = ['request 1', 'response 1', 'request 2', 'response 2'].map((text) => encode(text));
let establishment: Uint8Array;
let data: Uint8Array[];

before(() => {
  const { encoded: deviceEngagementBytes, eDeviceKey } = parseDeviceEngagement(engagement);
  const transcript = (eReaderKeyBytes: Parameters<typeof sessionTranscriptQr>[0]['eReaderKeyBytes']) =>
    sessionTranscriptQr({ deviceEngagementBytes, eReaderKeyBytes });
  const shop = new ReaderSession({ eReaderKey: reader.privateKey, eDeviceKey, transcript });
  const device = new DeviceSession({ eDeviceKey: phone.privateKey, transcript });
  const [first, second, third, fourth] = messages as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  establishment = shop.request(first);
  device.receive(establishment);
  const one = device.respond(second);
  shop.receive(one);
  const two = shop.request(third);
  device.receive(two);
  data = [one, two, device.respond(fourth, { terminate: true })];
});

const der = (key: ReturnType<typeof createPrivateKey>) => hex(key.export({ format: 'der', type: 'pkcs8' }));
const open = async (list: readonly Uint8Array[], key = ['--device-key', der(phone.privateKey)], ...more: string[]) => {
  const recording = [
    'open',
    '--engagement',
    engagementToQr(engagement),
    '--establishment',
    hex(establishment),
    '--json',
  ];
  const ran = await run(
    [...recording, ...list.flatMap((item) => ['--data', hex(item)]), ...key, ...more],
    {},
    sessionCommand,
  );
  const report = JSON.parse(ran.out) as {
    opened: boolean;
    messages: { from: string; bytes?: string; status?: number }[];
    error?: { code: string; index?: number };
  };
  const text = ({ from, bytes, status }: (typeof report.messages)[number]) =>
    `${from}: ${bytes === undefined ? '' : Buffer.from(bytes, 'base64url').subarray(1).toString()} ${status ?? ''}`.trim();
  return { ...ran, report, said: report.messages.map(text) };
};

describe('tegata session open', () => {
  it('opens every message of both ends, with the key of either', async () => {
    for (const key of [
      ['--device-key', der(phone.privateKey)],
      ['--reader-key', der(reader.privateKey)],
    ]) {
      const { code, report, said } = await open(data, key);
      assert.deepEqual([code, report.opened], [0, true]);
      assert.deepEqual(said, ['reader: request 1', 'device: response 1', 'reader: request 2', 'device: response 2 20']);
    }
  });

  it('finds out who speaks when a message of one end is missing', async () => {
    const refusal = buildSessionData({ status: 10 });
    assert.deepEqual((await open([refusal, data[1]!, data[0]!])).said.slice(1), [
      'device:  10',
      'reader: request 2',
      'device: response 1',
    ]);
    assert.deepEqual((await open([data[1]!, data[0]!, data[2]!])).said.slice(1), [
      'reader: request 2',
      'device: response 1',
      'device: response 2 20',
    ]);
  });

  it('shows what it was able to open, and where it ends', async () => {
    const changed = data[1]!.slice();
    changed[changed.length - 1]! ^= 1;
    const { code, report, said } = await open([data[0]!, changed, data[2]!]);
    assert.deepEqual(
      [code, report.opened, report.error?.code, report.error?.index],
      [1, false, 'session-decryption', 2],
    );
    assert.deepEqual(said, ['reader: request 1', 'device: response 1']);
    assert.equal((await open([Uint8Array.of(1)])).report.error?.code, 'session-message');
    assert.equal((await open([data[2]!])).report.error?.code, 'session-decryption', 'a message is missing before it');
  });

  it('says so when the key is another, or the handover', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const another = await open(data, ['--device-key', der(privateKey)]);
    assert.deepEqual([another.code, another.report.error?.code], [1, 'session-key']);
    const nfc = await open(
      data,
      ['--reader-key', der(reader.privateKey)],
      '--handover',
      hex(encode([new Uint8Array(1), null])),
    );
    assert.deepEqual([nfc.code, nfc.report.error?.code, nfc.report.error?.index], [1, 'session-decryption', 0]);
  });

  it('ends with 2 for arguments that cannot be used', async () => {
    const key = ['--device-key', der(phone.privateKey)];
    const own = ['--engagement', hex(engagement), '--establishment', hex(establishment)];
    for (const args of [
      [],
      ['close'],
      ['open'],
      ['open', ...own],
      ['open', ...own, ...key, '--reader-key', 'hex:00'],
      ['open', ...own, ...own, ...key],
      ['open', ...own, '--device-key', 'hex:00'],
      ['open', ...own, ...key, '--data', '/no/such/file'],
      ['open', ...own, ...key, '--nonsense'],
      ['open', '--engagement', 'mdoc:', '--establishment', hex(establishment), ...key],
    ]) {
      const { code, err } = await run(args, {}, sessionCommand);
      assert.equal(code, 2, args.join(' ').slice(0, 80));
      assert.doesNotMatch(err, /\n\s+at /);
    }
    const { code, out } = await run(['--help'], {}, sessionCommand);
    assert.deepEqual([code, out.includes('tegata session open')], [0, true]);
  });
});

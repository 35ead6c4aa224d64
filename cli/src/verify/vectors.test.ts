import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decode, type Encoded, encode } from '@tegata/cbor';
import { parseSign1, x5chain } from '@tegata/cose';
import { parseDeviceResponse } from '@tegata/mdoc';
import { sessionCommand } from '../session/command.ts';
import { checksThat, hex, run } from './samples-for-tests.ts';

const root = process.env['TEGATA_VECTORS'] ?? '';
const skip = root && existsSync(join(root, 'iso18013-5-annex-d')) ? false : 'TEGATA_VECTORS names no vectors folder';
const at = '2021-03-01T00:00:00Z';
const vector = (name: string) => join(root, 'iso18013-5-annex-d', `${name}.hex`);
const text = (name: string) => readFileSync(vector(name), 'utf8').trim();
const handover = () => {
  const whole = decode(Buffer.from(text('session_transcript_bytes'), 'hex')) as Encoded;
  return hex(encode((decode(whole.content) as unknown[])[2] as never));
};

describe('ISO/IEC 18013-5 Annex D on the command line', { skip }, () => {
  const args = () => [
    ...['--json', '--response', vector('device_response'), '--trust-signer', vector('ds_cert'), '--at', at],
    ...['--reader-key', vector('ephemeral_reader_key_d')],
  ];
  const asked = {
    docType: 'org.iso.18013.5.1.mDL',
    nameSpaces: {
      'org.iso.18013.5.1': [
        'family_name',
        'document_number',
        'driving_privileges',
        'issue_date',
        'expiry_date',
        'portrait',
      ],
    },
  };

  it('verifies with the transcript as printed, and with the one that is computed from engagement and handover', async () => {
    for (const transcript of [
      ['--transcript', vector('session_transcript_bytes')],
      ['--engagement', vector('device_engagement'), '--handover', handover()],
    ]) {
      const { code, result } = await run([...args(), ...transcript, '--requested', JSON.stringify(asked)]);
      assert.deepEqual([code, checksThat('failed', result)], [0, []]);
      const elements = result.documents[0]?.elements['org.iso.18013.5.1'];
      assert.equal(elements?.['family_name'], 'Doe');
      assert.equal(elements?.['issue_date'], '2019-10-20');
      const portrait = Buffer.from(text('device_response_portrait_data'), 'hex').toString('base64url');
      assert.equal(elements?.['portrait'], portrait);
      assert.match(String(elements?.['driving_privileges']), /^\[\{"issue_date": 1004\("2018-08-09"\)/);
    }
  });

  it('fails in another session, and without the reader’s key for the device MAC', async () => {
    const { result } = await run([...args(), '--engagement', vector('device_engagement')]);
    assert.deepEqual(checksThat('failed', result), ['device-auth: mac-invalid']);
    const keyless = [...args().slice(0, -2), '--transcript', vector('session_transcript_bytes')];
    assert.deepEqual(checksThat('failed', (await run(keyless)).result), ['device-auth: reader-key-needed']);
  });

  it('opens the recorded session with either key: request, response, termination', async () => {
    const recording = [
      ...['open', '--engagement', vector('device_engagement'), '--establishment', vector('session_establishment')],
      ...['--data', vector('session_data'), '--data', vector('session_termination'), '--handover', handover()],
    ];
    for (const key of ['device', 'reader']) {
      const keyArgs = [`--${key}-key`, vector(`ephemeral_${key}_key_d`)];
      const { code, out } = await run([...recording, ...keyArgs, '--json'], {}, sessionCommand);
      assert.equal(code, 0);
      const report = JSON.parse(out) as { opened: boolean; transcript: string; messages: Record<string, unknown>[] };
      const bytes = (name: string) => Buffer.from(text(name), 'hex').toString('base64url');
      assert.deepEqual(report.messages, [
        { from: 'reader', kind: 'device-request', bytes: bytes('device_request') },
        { from: 'device', kind: 'device-response', bytes: bytes('device_response') },
        { from: 'reader', status: 20 },
      ]);
      assert.deepEqual([report.opened, report.transcript], [true, bytes('session_transcript_bytes')]);
      const human = await run([...recording, ...keyArgs], {}, sessionCommand);
      assert.match(human.out, /reader → phone: device-request[\s\S]*phone → reader: device-response/);
      assert.ok(human.out.includes(`hex:${text('device_request')}\n`));
    }
  });
});

describe('ISO/IEC 18013-7 Annex C on the command line', { skip }, () => {
  it('verifies with the transcript that is computed from encryptionInfo and origin', async () => {
    const json = (name: string) => JSON.parse(readFileSync(join(root, 'iso18013-7-annex-c', name), 'utf8'));
    const { origin, data } = json('request.json');
    const response = join(root, 'iso18013-7-annex-c', 'device_response_plaintext.hex');
    const [document] = parseDeviceResponse(Buffer.from(readFileSync(response, 'utf8').trim(), 'hex')).documents;
    // No root is published for this example either: its signer is pinned.
    const [signer] = x5chain(parseSign1(document?.issuerAuth));
    const { code, result } = await run([
      ...['--json', '--response', response, '--at', at, '--trust-signer', hex(signer as Uint8Array)],
      ...['--encryption-info', data.encryptionInfo, '--origin', origin],
    ]);
    assert.deepEqual([code, checksThat('failed', result)], [0, []]);
    assert.deepEqual(result.documents[0]?.elements['org.iso.18013.5.1'], {
      family_name: 'Doe',
      document_number: '123456789',
    });
  });
});

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { buildDeviceEngagement } from '../device-engagement.ts';
import { bleRetrieval, readBleRetrieval } from '../engagement/ble-retrieval.ts';
import { nfcRetrieval } from '../engagement/nfc-retrieval.ts';
import { MdocError } from '../error.ts';
import { encodeBleOob, parseBleOob } from './ble-oob.ts';
import { NfcEngagementTag, type TagCommand } from './engagement-tag.ts';
import {
  buildHandoverRequest,
  buildHandoverSelect,
  readHandoverRequest,
  readHandoverSelect,
} from './handover-message.ts';
import { parseNdef, writeNdef } from './ndef.ts';
import { readServiceParameter, readTnepStatus, tnepWaitingTime, writeServiceSelect } from './tnep.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const root = process.env['TEGATA_VECTORS'] ?? '';
const skip = root && existsSync(join(root, 'nfc')) ? false : 'TEGATA_VECTORS names no vectors folder';
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const refuses = (run: () => unknown, rule: string) =>
  assert.throws(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], ['handover', rule]);
    return true;
  });

interface Step {
  c?: { cla: number; ins: number; p1: number; p2: number; data: string; le: number };
  r?: { sw: string; data: string };
}
const steps = (name: string): Step[] => JSON.parse(readFileSync(join(root, 'nfc', `${name}.apdu.json`), 'utf8'));

const UUID = bytes('b3d52ac4a1b64b51a22e78ee55ef6eb6');
const ble = (roles: { peripheralServer: boolean; centralClient: boolean }) =>
  bleRetrieval({
    ...roles,
    ...(roles.peripheralServer ? { peripheralServerUuid: UUID } : {}),
    ...(roles.centralClient ? { centralClientUuid: UUID } : {}),
  });
const both = ble({ peripheralServer: true, centralClient: true });
const central = ble({ peripheralServer: false, centralClient: true });
const peripheral = ble({ peripheralServer: true, centralClient: false });
const nfc = nfcRetrieval({ maxCommandLength: 0xffff, maxResponseLength: 0x1_0000 });
const engagement = (key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey) =>
  buildDeviceEngagement({ eDeviceKey: key });

describe('NFC engagement of the published recordings', { skip }, () => {
  // The key is the one of the last response; everything else follows from it.
  const eDeviceKey = () => {
    const x = Buffer.from('7104f7e2c2e95ca76482c0c963d454b7e5d053c5b59ce89d00ff7c7d7ab6ff7d', 'hex').toString(
      'base64url',
    );
    const y = Buffer.from('f442821292c2453ec67c75233ea56e1734c211ae26b259fdf232b5b3d82b1ba2', 'hex').toString(
      'base64url',
    );
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  };
  const replay = (name: string, tag: NfcEngagementTag) => {
    const recorded = steps(name);
    assert.ok(recorded.length > 10);
    for (let at = 0; at < recorded.length; at += 2) {
      const { data, le, ...head } = recorded[at]!.c!;
      const response = tag.transmit({ ...head, data: bytes(data), ...(le === 0 ? {} : { le }) });
      const expected = recorded[at + 1]!.r!;
      assert.deepEqual([response.sw.toString(16), hex(response.data)], [expected.sw, expected.data], `step ${at}`);
    }
    assert.equal(tag.state, 'handed-over');
    return { recorded, handover: tag.handover! };
  };

  it('answers a static handover byte for byte', () => {
    const tag = new NfcEngagementTag({
      deviceEngagement: engagement(eDeviceKey()),
      handover: { static: [both, nfc] },
    });
    const { recorded, handover } = replay('testStaticHandover', tag);
    assert.equal(handover.handoverRequest, null);
    assert.equal(hex(handover.handoverSelect), recorded.at(-1)!.r!.data);
    const select = readHandoverSelect(handover.handoverSelect);
    assert.ok(select.engagement.eDeviceKey.equals(eDeviceKey()));
    assert.deepEqual(select.retrievalMethods, [both, nfc]);
    assert.deepEqual(select.carriers, [
      { power: 1, carrier: '0', auxiliary: ['mdoc'] },
      { power: 1, carrier: 'nfc', auxiliary: ['mdoc'] },
    ]);
  });

  it('answers a negotiated handover byte for byte', () => {
    let seen: unknown;
    const tag = new NfcEngagementTag({
      deviceEngagement: engagement(eDeviceKey()),
      handover: {
        negotiated: (offered) => {
          seen = offered;
          return central;
        },
      },
    });
    const { recorded, handover } = replay('testNegotiatedHandover', tag);
    assert.deepEqual(seen, [both, nfc]);
    const sent = recorded
      .filter(({ c }) => c?.ins === 0xd6)
      .at(-1)!
      .c!.data.slice(4);
    assert.equal(hex(handover.handoverRequest!), sent);
    const request = readHandoverRequest(handover.handoverRequest!);
    assert.equal(hex(request.readerEngagement!), 'a10063312e30');
    // The phone is central and sent no UUID: the reader's own holds.
    assert.deepEqual(readHandoverSelect(handover.handoverSelect, request).retrievalMethods, [central]);
    assert.deepEqual(readBleRetrieval(readHandoverSelect(handover.handoverSelect).retrievalMethods[0]!), {
      peripheralServer: false,
      centralClient: true,
    });
  });

  it('makes the reader’s Handover Request byte for byte', () => {
    const sent = steps('testNegotiatedHandover')
      .filter(({ c }) => c?.ins === 0xd6)
      .at(-1)!
      .c!.data.slice(4);
    assert.equal(hex(buildHandoverRequest({ retrievalMethods: [both, nfc] })), sent);
  });

  it('reads the TNEP records of the recording', () => {
    const tp = steps('testNegotiatedHandover').find(({ r }) => r?.data.startsWith('d1021a'))!.r!.data;
    const service = readServiceParameter(parseNdef(bytes(tp))[0]!)!;
    assert.deepEqual(service, {
      version: 0x10,
      service: 'urn:nfc:sn:handover',
      mode: 0,
      waitingTime: 0,
      waits: 15,
      maxMessageBytes: 0xffff,
    });
    assert.equal(tnepWaitingTime(service.waitingTime), 0.5);
    assert.equal(tnepWaitingTime(63), 2 ** 14.75);
    assert.equal(readTnepStatus(parseNdef(bytes('d10201546500'))[0]!), 0);
    const select = steps('testNegotiatedHandover')
      .filter(({ c }) => c?.ins === 0xd6)[0]!
      .c!.data.slice(4);
    assert.equal(hex(writeNdef([writeServiceSelect('urn:nfc:sn:handover')])), select);
  });
});

describe('NfcEngagementTag', () => {
  const command = (ins: number, p1: number, p2: number, data = '', le?: number): TagCommand => ({
    cla: 0,
    ins,
    p1,
    p2,
    data: bytes(data),
    ...(le === undefined ? {} : { le }),
  });
  const negotiated = () =>
    new NfcEngagementTag({ deviceEngagement: engagement(), handover: { negotiated: (offered) => offered[0]! } });
  const sw = (tag: NfcEngagementTag, sent: TagCommand) => tag.transmit(sent).sw.toString(16);
  const open = (tag: NfcEngagementTag) => {
    assert.equal(sw(tag, command(0xa4, 4, 0, 'd2760000850101')), '9000');
    assert.equal(sw(tag, command(0xa4, 0, 12, 'e104')), '9000');
    return tag;
  };
  const message = (tag: NfcEngagementTag) => {
    const { data } = tag.transmit(command(0xb0, 0, 0, '', 2));
    return tag.transmit(command(0xb0, 0, 2, '', (data[0]! << 8) | data[1]!)).data;
  };
  const select = writeNdef([writeServiceSelect('urn:nfc:sn:handover')]);
  const withLength = (value: Uint8Array) => value.length.toString(16).padStart(4, '0') + hex(value);

  it('takes a message in one piece, in three steps, and in pieces of any size', () => {
    const request = buildHandoverRequest({ retrievalMethods: [both] });
    for (const size of [1, 2, 3, 7, 64, 500]) {
      const tag = open(negotiated());
      for (const sent of [select, request]) {
        assert.equal(sw(tag, command(0xd6, 0, 0, '0000')), '9000');
        for (let at = 0; at < sent.length; at += size) {
          const offset = 2 + at;
          assert.equal(sw(tag, command(0xd6, offset >> 8, offset & 255, hex(sent.subarray(at, at + size)))), '9000');
        }
        assert.equal(sw(tag, command(0xd6, 0, 0, withLength(sent).slice(0, 4))), '9000');
        message(tag);
      }
      assert.equal(tag.state, 'handed-over');
      assert.equal(hex(tag.handover!.handoverRequest!), hex(request));
    }
    const tag = open(negotiated());
    assert.equal(sw(tag, command(0xd6, 0, 0, withLength(select))), '9000');
    assert.equal(sw(tag, command(0xd6, 0, 0, withLength(request))), '9000');
    assert.equal(hex(message(tag)), hex(tag.handover!.handoverSelect));
  });

  it('refuses what is out of place with the status word for it', () => {
    const tag = negotiated();
    assert.equal(sw(tag, { ...command(0xa4, 4, 0), cla: 0x80 }), '6e00');
    assert.equal(sw(tag, command(0xca, 0, 0)), '6d00');
    assert.equal(sw(tag, command(0xa4, 4, 0, 'a0000002480400')), '6a82');
    assert.equal(sw(tag, command(0xa4, 0, 12, 'e104')), '6a82');
    assert.equal(sw(tag, command(0xb0, 0, 0, '', 2)), '6986');
    assert.equal(sw(tag, command(0xd6, 0, 0, '0000')), '6986');
    open(tag);
    assert.equal(sw(tag, command(0xa4, 0, 12, 'e105')), '6a82');
    assert.equal(sw(tag, command(0xa4, 0, 0, 'e104')), '6a86');
    assert.equal(sw(tag, command(0xa4, 0, 12, 'e1')), '6700');
    assert.equal(sw(tag, command(0xb0, 0x7f, 0xff, '', 2)), '6b00');
    assert.equal(sw(tag, command(0xd6, 0, 1, '00')), '6b00');
    assert.equal(sw(tag, command(0xd6, 0, 9, '00')), '6b00');
    assert.equal(sw(tag, command(0xd6, 0, 0, '00')), '6b00');
    assert.equal(sw(tag, command(0xd6, 0x7f, 0xfe, '0000')), '6700');
    const fixed = open(new NfcEngagementTag({ deviceEngagement: engagement(), handover: { static: [both] } }));
    assert.equal(sw(fixed, command(0xd6, 0, 0, '0000')), '6982');
  });

  it('fails for good on another service, a carrier that it does not know, or a broken message', () => {
    const other = writeNdef([writeServiceSelect('urn:nfc:sn:other')]);
    const cases: [string, Uint8Array[]][] = [
      ['service', [other]],
      ['truncated', [select.subarray(0, 5)]],
      ['handover-record', [select, select]],
      ['carrier-reference', [select, bytes('d1020a487215d10204616301013000')]],
    ];
    for (const [rule, messages] of cases) {
      const tag = open(negotiated());
      const words = messages.map((sent) => sw(tag, command(0xd6, 0, 0, withLength(sent))));
      assert.equal(words.at(-1), '6a80', rule);
      assert.equal(tag.state, 'failed');
      assert.equal(tag.failure?.context['rule'], rule);
      assert.equal(tag.handover, undefined);
      assert.equal(sw(tag, command(0xd6, 0, 0, withLength(select))), '6982');
    }
  });

  it('meets any row of commands without throwing', () => {
    const any = fc.record({
      cla: fc.constantFrom(0, 0, 0, 0x80),
      ins: fc.constantFrom(0xa4, 0xb0, 0xd6, 0xd6, 0x00),
      p1: fc.constantFrom(0, 0, 4, 0x7f, 0xff),
      p2: fc.constantFrom(0, 2, 12, 255),
      data: fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(bytes('e103'), bytes('e104'), bytes(withLength(select))),
      ),
      le: fc.option(fc.integer({ min: 1, max: 65536 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (commands) => {
        const tag = open(negotiated());
        for (const one of commands) {
          const response = tag.transmit(one as TagCommand);
          assert.ok(response.data.length <= (one.le ?? 256));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('Handover messages', () => {
  it('name the role of their sender: the mdoc’s own, or the other one for the reader', () => {
    const request = (method: typeof both) => readHandoverRequest(buildHandoverRequest({ retrievalMethods: [method] }));
    const selected = (method: typeof both) =>
      readHandoverSelect(buildHandoverSelect({ deviceEngagement: engagement(), retrievalMethods: [method] }));
    for (const method of [both, central, peripheral]) {
      assert.deepEqual(request(method).retrievalMethods, [method]);
      assert.deepEqual(selected(method).retrievalMethods, [method]);
    }
    const roleOf = (message: Uint8Array) => parseBleOob(parseNdef(message).find(({ id }) => id === '0')!.payload).role;
    assert.equal(roleOf(request(central).bytes), 0);
    assert.equal(roleOf(selected(central).bytes), 1);
  });

  it('send the UUID in negotiated handover only from the side that is peripheral', () => {
    const message = (method: typeof both) =>
      buildHandoverSelect({ deviceEngagement: engagement(), retrievalMethods: [method], negotiated: true });
    const uuid = (sent: Uint8Array) => parseBleOob(parseNdef(sent).find(({ id }) => id === '0')!.payload).uuid;
    assert.equal(uuid(message(central)), undefined);
    assert.equal(hex(uuid(message(peripheral))!), hex(UUID));
  });

  it('refuse what they cannot carry', () => {
    const build = (method: typeof both) => () => buildHandoverRequest({ retrievalMethods: [method] });
    refuses(build({ type: 3, version: 1, options: new Map() }), 'carrier-unknown');
    refuses(build(bleRetrieval({ peripheralServer: false, centralClient: false })), 'role');
    const two = { peripheralServerUuid: UUID, centralClientUuid: new Uint8Array(16) };
    refuses(build(bleRetrieval({ peripheralServer: true, centralClient: true, ...two })), 'uuid');
    refuses(() => buildHandoverRequest({ retrievalMethods: [] }), 'carrier-missing');
    refuses(() => readHandoverSelect(buildHandoverRequest({ retrievalMethods: [both] })), 'handover-record');
  });

  it('leave carriers alone that are not known here', () => {
    const sent = parseNdef(buildHandoverRequest({ retrievalMethods: [both, nfc] }));
    const wifi = sent.map((record) => (record.id === '0' ? { ...record, type: 'application/vnd.wfa.nan' } : record));
    assert.deepEqual(readHandoverRequest(writeNdef(wifi)).retrievalMethods, [nfc]);
  });
});

describe('Bluetooth out-of-band records', () => {
  it('turn the bytes of UUID and address round, and keep other structures', () => {
    const oob = {
      role: 2,
      uuid: UUID,
      address: bytes('0102030405aa'),
      addressKind: 1,
      others: [{ type: 0x16, data: bytes('01ff00') }],
    };
    const payload = encodeBleOob(oob);
    assert.equal(hex(payload), `021c021107${hex(Uint8Array.from(UUID).reverse())}081baa050403020101041601ff00`);
    assert.deepEqual(parseBleOob(payload), oob);
  });

  it('refuse what is cut short, has no role, or two', () => {
    refuses(() => parseBleOob(bytes('')), 'role');
    refuses(() => parseBleOob(bytes('021c04')), 'role');
    refuses(() => parseBleOob(bytes('021c00021c00')), 'role');
    refuses(() => parseBleOob(bytes('021c')), 'truncated');
    refuses(() => parseBleOob(bytes('00')), 'truncated');
    refuses(() => parseBleOob(bytes('021c000307aabb')), 'uuid');
    refuses(() => parseBleOob(bytes('021c00021baa')), 'address');
  });
});

describe('NDEF', () => {
  it('comes back as it was written', () => {
    const latin = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((value) => Buffer.from(value).toString('latin1'));
    const record = fc.record(
      { tnf: fc.constantFrom(1, 2, 3, 4), type: latin, id: latin, payload: fc.uint8Array({ maxLength: 300 }) },
      { requiredKeys: ['tnf', 'type', 'payload'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), (records) => {
        assert.deepEqual(parseNdef(writeNdef(records)), records);
      }),
      { numRuns: 100 },
    );
  });

  it('is read strictly', () => {
    refuses(() => parseNdef(bytes('')), 'truncated');
    refuses(() => parseNdef(bytes('d10201546500ff')), 'trailing-bytes');
    refuses(() => parseNdef(bytes('510201546500')), 'begin-flag');
    refuses(() => parseNdef(bytes('910201546500d10201546500')), 'begin-flag');
    refuses(() => parseNdef(bytes('f10201546500')), 'chunked');
    refuses(() => parseNdef(bytes('d702015465ff')), 'type-name-format');
    refuses(() => parseNdef(bytes('d10001aa')), 'type-length');
    refuses(() => parseNdef(bytes('d00001aa')), 'type-length');
    refuses(() => parseNdef(bytes('c102ffffffff5465')), 'truncated');
    refuses(() => parseNdef(new Uint8Array(0x8000)), 'too-large');
    const many = Array.from({ length: 65 }, () => ({ tnf: 5, type: '', payload: bytes('') }));
    refuses(() => parseNdef(writeNdef(many)), 'too-many');
  });

  it('and everything in it meet arbitrary bytes with the package’s own error', () => {
    const select = buildHandoverSelect({ deviceEngagement: engagement(), retrievalMethods: [both, nfc] });
    const own = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        assert.ok(error instanceof MdocError, String(error));
      }
    };
    const changed = fc
      .tuple(fc.integer({ min: 0, max: select.length - 1 }), fc.integer({ min: 0, max: 255 }))
      .map(([at, value]) => Uint8Array.from(select).fill(value, at, at + 1));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), changed), (input) => {
        own(() => readHandoverSelect(input));
        own(() => readHandoverRequest(input));
        own(() => parseBleOob(input));
      }),
      { numRuns: 500 },
    );
  });
});

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { openPcsc } from './pcsc.ts';
import { loadPcscMini, type PcscMini } from './pcsc-mini.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const PRESENT = 0x20;
const EMPTY = 0x10;

/** A service with readers as `pcsc-mini` shows them, and what happened to the card in the first one with a card. */
function service(
  readers: Record<string, number>,
  transmit: (command: Uint8Array) => Promise<Uint8Array> = async () => hex('9000'),
) {
  const happened: string[] = [];
  const card = {
    transmit: (command: Uint8Array, room: ArrayBuffer) => {
      happened.push(`transmit into ${room.byteLength}`);
      return transmit(command);
    },
    transaction: async () => {
      happened.push('transaction');
      return { end: async (then: number) => void happened.push(`end ${then}`) };
    },
    state: async () => ({ atr: hex('3BE000FF8131FE4514') }),
    disconnect: async (then: number) => void happened.push(`disconnect ${then}`),
  };
  const all = new Map<string, EventEmitter>();
  class Client extends EventEmitter {
    start() {
      setImmediate(() => {
        for (const [name, raw] of Object.entries(readers)) {
          const reader = Object.assign(new EventEmitter(), {
            name: () => name,
            connect: async (mode: number) => {
              happened.push(`connect ${name} ${mode}`);
              return card;
            },
          });
          all.set(name, reader);
          this.emit('reader', reader);
          reader.emit('change', { raw });
        }
      });
    }
    stop() {
      happened.push('stop');
    }
  }
  return { happened, all, load: async () => ({ Client }) as unknown as PcscMini };
}

describe('PC/SC', () => {
  it('says how to install its package where it is not, and nothing is loaded before', async () => {
    await assert.rejects(loadPcscMini('/nonexistent'), {
      code: 'pcsc-missing',
      message: /npm i --no-save --no-package-lock pcsc-mini@0\.1\.3/,
    });
  });

  it('lists readers and whether a card is in them', async () => {
    const { load } = service({ 'Virtual PCD 00 00': PRESENT, 'Virtual PCD 00 01': EMPTY });
    const pcsc = await openPcsc({ load });
    const readers = await pcsc.readers();
    assert.deepEqual(
      readers.map(({ name, present }) => [name, present]),
      [
        ['Virtual PCD 00 00', true],
        ['Virtual PCD 00 01', false],
      ],
    );
  });

  it('takes the card for itself, gives room for an extended answer, and leaves the card reset', async () => {
    const { load, happened } = service({ A: EMPTY, B: PRESENT });
    const pcsc = await openPcsc({ load });
    const card = await pcsc.card();
    assert.deepEqual([...card.atr], [...hex('3BE000FF8131FE4514')]);
    assert.deepEqual(await card.transmit(hex('00840000')), hex('9000'));
    await card.close();
    await card.close();
    pcsc.close();
    await assert.rejects(card.transmit(hex('00840000')), { code: 'card-removed' });
    assert.deepEqual(happened, ['connect B 2', 'transaction', 'transmit into 65538', 'end 1', 'disconnect 1', 'stop']);
  });

  it('finds a reader by a part of its name, and refuses a name that fits none or several', async () => {
    const readers = { 'Virtual PCD 00 00': PRESENT, 'Virtual PCD 00 01': PRESENT };
    const pcsc = await openPcsc(service(readers));
    await assert.rejects(pcsc.card({ reader: 'SONY' }), { code: 'reader-unknown' });
    await assert.rejects(pcsc.card({ reader: 'Virtual' }), { code: 'reader-ambiguous' });
    await assert.rejects(pcsc.card(), { code: 'reader-ambiguous' });
    assert.ok(await pcsc.card({ reader: '00 01' }));
  });

  it('waits for a card, and says when none came', async () => {
    const { load, all } = service({ A: EMPTY });
    const pcsc = await openPcsc({ load });
    await assert.rejects(pcsc.card({ timeoutMs: 20 }), { code: 'no-card' });
    const waiting = pcsc.card({ timeoutMs: 5000 });
    setImmediate(() => all.get('A')?.emit('change', { raw: PRESENT }));
    assert.equal((await waiting).atr.length, 9);
  });

  it('tells a card that left from a service that refuses and from a card that is silent, and quotes nobody', async () => {
    const failing = (code: string) =>
      service({ A: PRESENT }, async () => {
        throw Object.assign(new Error('SCardTransmit 00 20 00 91 04 31 32 33 34'), { code });
      });
    for (const [given, code] of [
      ['RemovedCard', 'card-removed'],
      ['ResetCard', 'card-removed'],
      ['SharingViolation', 'pcsc-unavailable'],
    ] as const) {
      const card = await (await openPcsc(failing(given))).card();
      await assert.rejects(card.transmit(hex('00200091')), (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.doesNotMatch(error.message, /31/);
        return true;
      });
    }
    const silent = service({ A: PRESENT }, () => new Promise(() => {}));
    const card = await (await openPcsc({ ...silent, commandTimeoutMs: 20 })).card();
    await assert.rejects(card.transmit(hex('00840000')), { code: 'card-timeout' });
  });

  it('says that no service answers', async () => {
    const load = async () => ({
      Client: class extends EventEmitter {
        start() {
          setImmediate(() => this.emit('error', Object.assign(new Error('no'), { code: 'NoService' })));
        }
        stop() {}
      } as unknown as PcscMini['Client'],
    });
    const pcsc = await openPcsc({ load });
    await assert.rejects(pcsc.readers(), { code: 'pcsc-unavailable' });
  });
});

import type { DeviceRetrievalMethod } from '../device-engagement.ts';
import { MdocError } from '../error.ts';
import { buildHandoverSelect, readHandoverRequest } from './handover-message.ts';
import { MAX_NDEF_BYTES, parseNdef, writeNdef } from './ndef.ts';
import { HANDOVER_SERVICE, readServiceSelect, writeServiceParameter, writeTnepStatus } from './tnep.ts';

/** A command to the tag, in the form of `@tegata/apdu`. */
export interface TagCommand {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** Absent: no Le. */
  readonly le?: number;
}

/** What the tag answers. */
export interface TagResponse {
  readonly sw: number;
  readonly data: Uint8Array;
}

/** What a completed handover leaves: the raw messages for the SessionTranscript, and what was agreed on. */
export interface NfcHandover {
  readonly handoverSelect: Uint8Array;
  /** Null in static handover. */
  readonly handoverRequest: Uint8Array | null;
  readonly retrievalMethods: readonly DeviceRetrievalMethod[];
}

/** How the phone hands over: it lists its methods, or picks one of those that the reader offers. */
export type HandoverChoice =
  | { readonly static: readonly DeviceRetrievalMethod[] }
  | { readonly negotiated: (offered: readonly DeviceRetrievalMethod[]) => DeviceRetrievalMethod };

const NDEF_APPLICATION = 'd2760000850101';
const FILE = { capabilities: 0xe103, ndef: 0xe104 } as const;
const INS = { select: 0xa4, read: 0xb0, update: 0xd6 } as const;
const SW = {
  ok: 0x9000,
  wrongLength: 0x6700,
  denied: 0x6982,
  noFile: 0x6986,
  badData: 0x6a80,
  notFound: 0x6a82,
  wrongParameters: 0x6a86,
  wrongOffset: 0x6b00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const;
const NOTHING = new Uint8Array(0);
/** TNEP 1.0 with no waiting beyond the shortest, asked for 15 times at most. */
const SERVICE = {
  version: 0x10,
  service: HANDOVER_SERVICE,
  mode: 0,
  waitingTime: 0,
  waits: 15,
  maxMessageBytes: 0xffff,
} as const;

type TagState = 'idle' | 'expect-service-select' | 'expect-handover-request' | 'handed-over' | 'failed';

/**
 * The phone's side of NFC engagement (ISO/IEC 18013-5 §8.2.2.1): a type 4 tag with one NDEF file, for static or negotiated handover.
 * Commands go in, responses come out; which radio carries them is another matter.
 * @example
 * const tag = new NfcEngagementTag({ deviceEngagement, handover: { static: [bleRetrieval(options)] } });
 * const { sw, data } = tag.transmit(command);
 */
export class NfcEngagementTag {
  private readonly deviceEngagement: Uint8Array;
  private readonly choice: HandoverChoice;
  private file: number | undefined;
  private selected = false;
  /** The content of the NDEF file: two bytes of length, then the message. */
  private content: Uint8Array = Uint8Array.of(0, 0);
  private incoming = Buffer.alloc(0);
  /** How far the message that is being written reaches without a gap. */
  private written = 0;
  private current: TagState = 'idle';
  private handedOver: NfcHandover | undefined;
  private error: MdocError | undefined;

  constructor(options: { deviceEngagement: Uint8Array; handover: HandoverChoice }) {
    this.deviceEngagement = options.deviceEngagement;
    this.choice = options.handover;
  }

  /** Where the handover stands. */
  get state(): TagState {
    return this.current;
  }

  /** The handover, once the reader can know of it. */
  get handover(): NfcHandover | undefined {
    return this.handedOver;
  }

  /** Why the handover failed, in the state `failed`. */
  get failure(): MdocError | undefined {
    return this.error;
  }

  /** Answers one command; whatever the reader sends, it never throws. */
  transmit(command: TagCommand): TagResponse {
    if (command.cla !== 0) return answer(SW.unknownClass);
    switch (command.ins) {
      case INS.select:
        return this.select(command);
      case INS.read:
        return this.read(command);
      case INS.update:
        return this.update(command);
      default:
        return answer(SW.unknownInstruction);
    }
  }

  private select({ p1, p2, data }: TagCommand): TagResponse {
    if (p1 === 0x04 && p2 === 0x00) {
      if (Buffer.from(data).toString('hex') !== NDEF_APPLICATION) return answer(SW.notFound);
      this.selected = true;
      this.file = undefined;
      return answer(SW.ok);
    }
    if (p1 !== 0x00 || p2 !== 0x0c) return answer(SW.wrongParameters);
    if (data.length !== 2) return answer(SW.wrongLength);
    const file = ((data[0] as number) << 8) | (data[1] as number);
    if (!this.selected || (file !== FILE.capabilities && file !== FILE.ndef)) return answer(SW.notFound);
    this.file = file;
    if (file === FILE.ndef && this.current === 'idle') this.begin();
    return answer(SW.ok);
  }

  private begin(): void {
    if ('static' in this.choice) {
      const { deviceEngagement } = this;
      const retrievalMethods = this.choice.static;
      const handoverSelect = buildHandoverSelect({ deviceEngagement, retrievalMethods });
      this.handedOver = { handoverSelect, handoverRequest: null, retrievalMethods };
      this.current = 'handed-over';
      this.show(handoverSelect);
    } else {
      this.current = 'expect-service-select';
      this.show(writeNdef([writeServiceParameter(SERVICE)]));
    }
  }

  private show(message: Uint8Array): void {
    this.content = new Uint8Array(Buffer.concat([Uint8Array.of(message.length >> 8, message.length & 0xff), message]));
  }

  private read({ p1, p2, le = 256 }: TagCommand): TagResponse {
    if (this.file === undefined) return answer(SW.noFile);
    const offset = (p1 << 8) | p2;
    const file = this.file === FILE.capabilities ? this.capabilities() : this.content;
    const size = this.file === FILE.capabilities ? file.length : MAX_NDEF_BYTES;
    if (offset >= size) return answer(SW.wrongOffset);
    // Behind the message the file goes on with zeros up to the size that the capabilities name.
    const data = new Uint8Array(Math.min(le, size - offset));
    data.set(file.subarray(offset, offset + data.length));
    return answer(SW.ok, data);
  }

  /** Mapping 2.0, read and write of 32,767 bytes, and the access of the NDEF file: static handover is read-only. */
  private capabilities(): Uint8Array {
    const writable = 'negotiated' in this.choice ? 0x00 : 0xff;
    return Uint8Array.of(0, 0x0f, 0x20, 0x7f, 0xff, 0x7f, 0xff, 4, 6, 0xe1, 0x04, 0x7f, 0xff, 0, writable);
  }

  private update({ p1, p2, data }: TagCommand): TagResponse {
    if (this.file === undefined) return answer(SW.noFile);
    if (this.file !== FILE.ndef || 'static' in this.choice) return answer(SW.denied);
    if (this.current === 'handed-over' || this.current === 'failed') return answer(SW.denied);
    const offset = (p1 << 8) | p2;
    if (data.length === 0 || offset + data.length > MAX_NDEF_BYTES) return answer(SW.wrongLength);
    // The length is written in one piece, and what follows leaves no gap.
    if (offset === 0 ? data.length < 2 : offset < 2 || offset > this.written) return answer(SW.wrongOffset);
    const end = offset + data.length;
    if (this.incoming.length < end) {
      const grown = Buffer.alloc(Math.min(MAX_NDEF_BYTES, Math.max(end, 2 * this.incoming.length)));
      this.incoming.copy(grown);
      this.incoming = grown;
    }
    this.incoming.set(data, offset);
    const length = this.incoming.readUInt16BE(0);
    // A zero as length says that a new message begins; alone and above zero it says that the message is complete.
    if (offset === 0 && (length === 0 || data.length > 2)) this.written = end;
    else this.written = Math.max(this.written, end);
    if (length === 0 || this.written < 2 + length) return answer(SW.ok);
    this.written = 0;
    return this.receive(Uint8Array.from(this.incoming.subarray(2, 2 + length)));
  }

  private receive(message: Uint8Array): TagResponse {
    try {
      this.show(this.reply(message));
      return answer(SW.ok);
    } catch (error) {
      if (!(error instanceof MdocError)) throw error;
      this.error = error;
      this.current = 'failed';
      this.show(NOTHING);
      return answer(SW.badData);
    }
  }

  private reply(message: Uint8Array): Uint8Array {
    if (this.current === 'expect-service-select') {
      const [record, second] = parseNdef(message);
      if (!record || second || readServiceSelect(record) !== HANDOVER_SERVICE) {
        throw new MdocError('handover', 'The reader selected another service than handover.', { rule: 'service' });
      }
      this.current = 'expect-handover-request';
      return writeNdef([writeTnepStatus(0)]);
    }
    if (!('negotiated' in this.choice)) throw new MdocError('handover', 'A static tag is not written to.');
    const { retrievalMethods: offered } = readHandoverRequest(message);
    if (offered.length === 0) {
      throw new MdocError('handover', 'The reader offers no carrier that is known here.', { rule: 'carrier-missing' });
    }
    const retrievalMethods = [this.choice.negotiated(offered)];
    const { deviceEngagement } = this;
    const handoverSelect = buildHandoverSelect({ deviceEngagement, retrievalMethods, negotiated: true });
    this.handedOver = { handoverSelect, handoverRequest: message, retrievalMethods };
    this.current = 'handed-over';
    return handoverSelect;
  }
}

function answer(sw: number, data: Uint8Array = NOTHING): TagResponse {
  return { sw, data };
}

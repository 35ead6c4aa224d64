import { MdocError } from '../error.ts';
import { latin1, type NdefRecord, TNF } from './ndef.ts';

/** Service over which negotiated handover runs. */
export const HANDOVER_SERVICE = 'urn:nfc:sn:handover';

/** Service Parameter record `Tp` (Tag NDEF Exchange Protocol §4.1): what the tag offers. */
export interface TnepService {
  /** Major and minor version in one byte; 0x10 is 1.0. */
  readonly version: number;
  readonly service: string;
  /** 0: one message is answered by one message. */
  readonly mode: number;
  /** WT_INT, 0 to 63: see `tnepWaitingTime`. */
  readonly waitingTime: number;
  /** How often the reader waits so long before it gives up (N_wait). */
  readonly waits: number;
  readonly maxMessageBytes: number;
}

const fail = (rule: string, why: string): never => {
  throw new MdocError('handover', `The TNEP record is malformed: ${why}.`, { rule });
};

/** How long a reader waits before it reads again, in milliseconds: 2^(WT_INT/4 − 1). */
export function tnepWaitingTime(waitingTime: number): number {
  return 2 ** (waitingTime / 4 - 1);
}

/** Writes a Service Parameter record. */
export function writeServiceParameter(service: TnepService): NdefRecord {
  const { version, mode, waitingTime, waits, maxMessageBytes } = service;
  const name = Buffer.from(service.service, 'latin1');
  const tail = [mode, waitingTime, waits, maxMessageBytes >> 8, maxMessageBytes & 0xff];
  return { tnf: TNF.wellKnown, type: 'Tp', payload: Uint8Array.from([version, name.length, ...name, ...tail]) };
}

/** Reads a record `Tp`; undefined for records of another type. @throws {MdocError} `handover` */
export function readServiceParameter(record: NdefRecord): TnepService | undefined {
  if (record.tnf !== TNF.wellKnown || record.type !== 'Tp') return undefined;
  const { payload } = record;
  const length = payload[1] ?? fail('truncated', 'it is cut short');
  const tail = Buffer.from(payload.subarray(2 + length));
  if (length === 0 || tail.length !== 5) fail('truncated', 'it has a name and five more bytes');
  const waits = tail[2] as number;
  // The range of N_wait is 0 to 15, that of WT_INT 0 to 63: beyond it a reader could be kept waiting without end.
  if (waits > 15 || (tail[1] as number) > 63) fail('waiting', 'its waiting times are out of range');
  return {
    version: payload[0] as number,
    service: latin1(payload.subarray(2, 2 + length)),
    mode: tail[0] as number,
    waitingTime: tail[1] as number,
    waits,
    maxMessageBytes: tail.readUInt16BE(3),
  };
}

/** Service Select record `Ts`. */
export function writeServiceSelect(service: string): NdefRecord {
  const name = Buffer.from(service, 'latin1');
  return { tnf: TNF.wellKnown, type: 'Ts', payload: Uint8Array.from([name.length, ...name]) };
}

/** The service that a record `Ts` selects; undefined for records of another type. @throws {MdocError} `handover` */
export function readServiceSelect(record: NdefRecord): string | undefined {
  if (record.tnf !== TNF.wellKnown || record.type !== 'Ts') return undefined;
  const name = record.payload.subarray(1);
  if (name.length !== record.payload[0]) fail('truncated', 'the name has not the length that it says');
  return latin1(name);
}

/** Status record `Te`: 0 success, anything else a protocol error. */
export function writeTnepStatus(status: number): NdefRecord {
  return { tnf: TNF.wellKnown, type: 'Te', payload: Uint8Array.of(status) };
}

/** The status of a record `Te`; undefined for records of another type. @throws {MdocError} `handover` */
export function readTnepStatus(record: NdefRecord): number | undefined {
  if (record.tnf !== TNF.wellKnown || record.type !== 'Te') return undefined;
  return record.payload.length === 1 ? record.payload[0] : fail('truncated', 'a status has one byte');
}

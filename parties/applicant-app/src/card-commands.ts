import {
  ApduError,
  type CommandFields,
  objectLength,
  type Response,
  SW,
  type Transport,
  transceive,
  triesLeft,
} from '@tegata/apdu';
import { ApplicantAppError } from './error.ts';

/** Applications of the card by their full identifiers (card.md §2). */
export const AID = {
  jpki: 'D392F000260100000001',
  text: 'D3921000310001010408',
  surface: 'D3921000310001010402',
  common: 'D3921000310001010100',
  resident: 'D3921000310001010401',
} as const;

/** Key files by short identifier, as VERIFY and the retry query name them (card.md §3). */
export const KEY = { textPin: 0x91, surfaceCodeA: 0x93, signaturePassword: 0x9b } as const;

/** The error of an answer that no My Number Card gives: one that is none at all looks the same from here. */
export function unexpected(what: string, sw: number): ApplicantAppError {
  return new ApplicantAppError(
    'card-hostile',
    `The card does not answer as a My Number Card: ${what}. Use another card.`,
    {
      during: what,
      sw: sw.toString(16).toUpperCase().padStart(4, '0'),
    },
  );
}

/** Sends a command; what the card answers out of form is the card's fault. */
export async function send(card: Transport, command: CommandFields): Promise<Response> {
  try {
    return await transceive(card, command);
  } catch (error) {
    if (error instanceof ApduError && ['response-malformed', 'tlv-malformed', 'tlv-limit'].includes(error.code)) {
      throw new ApplicantAppError('card-hostile', 'The card answers what no card answers. Use another card.', {
        rule: error.code,
      });
    }
    throw error;
  }
}

/** Selects an application by its whole AID: the chip would take a prefix too, and another application for it. */
export async function selectApplication(card: Transport, aid: keyof typeof AID): Promise<void> {
  if (!(await hasApplication(card, aid))) throw unexpected(`select ${aid}`, SW.fileNotFound);
}

/** Selects an application where the card has it. @returns whether it has */
export async function hasApplication(card: Transport, aid: keyof typeof AID): Promise<boolean> {
  const data = new Uint8Array(Buffer.from(AID[aid], 'hex'));
  const { sw } = await send(card, { cla: 0, ins: 0xa4, p1: 0x04, p2: 0x0c, data });
  if (sw !== SW.ok && sw !== SW.fileNotFound) throw unexpected(`select ${aid}`, sw);
  return sw === SW.ok;
}

/** Selects a file of the selected application. */
export async function selectFile(card: Transport, file: number): Promise<void> {
  const { sw } = await send(card, { cla: 0, ins: 0xa4, p1: 0x02, p2: 0x0c, data: Uint8Array.of(0, file) });
  if (sw !== SW.ok) throw unexpected(`select file ${file}`, sw);
}

/**
 * Reads a whole file as stored, filler included: the first 256 bytes by short identifier, the rest by offset.
 * @throws {ApplicantAppError} `card-hostile` when it cannot be read or is longer than `maxBytes`
 */
export async function readFile(card: Transport, file: number, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const [p1, p2] = at === 0 ? [0x80 | file, 0] : [at >> 8, at & 0xff];
    const { data, sw } = await send(card, { cla: 0, ins: 0xb0, p1, p2, le: 256 });
    const ended = sw === SW.endOfFile || (sw === SW.offsetPastEnd && at > 0);
    if (sw !== SW.ok && !ended) throw unexpected(`read file ${file}`, sw);
    at += data.length;
    if (data.length > 256 || at > maxBytes) throw unexpected(`file ${file} is too long`, sw);
    parts.push(data);
    if (ended || data.length < 256) return new Uint8Array(Buffer.concat(parts));
    // Offsets above 7FFF would be read as short identifiers.
    if (at > 0x7fff) throw unexpected(`file ${file} is too long`, sw);
  }
}

/**
 * Reads the data object at the beginning of a file and nothing behind it.
 * @param refusals status words of the first command for which `undefined` comes back
 * @throws {ApplicantAppError} `card-hostile` when it cannot be read, is no object, ends early or is longer than `maxBytes`
 */
export async function readObject(
  card: Transport,
  file: number,
  maxBytes: number,
  refusals: readonly number[] = [],
): Promise<Uint8Array | undefined> {
  const first = await send(card, { cla: 0, ins: 0xb0, p1: 0x80 | file, p2: 0, le: 256 });
  if (refusals.includes(first.sw)) return undefined;
  if (first.sw !== SW.ok && first.sw !== SW.endOfFile) throw unexpected(`read file ${file}`, first.sw);
  const length = lengthOf(first.data, file);
  if (length > maxBytes) throw unexpected(`file ${file} is too long`, first.sw);
  const parts = [first.data];
  let at = first.data.length;
  while (at < length) {
    const wanted = Math.min(256, length - at);
    const { data, sw } = await send(card, { cla: 0, ins: 0xb0, p1: at >> 8, p2: at & 0xff, le: wanted });
    if (sw !== SW.ok && sw !== SW.endOfFile) throw unexpected(`read file ${file}`, sw);
    if (data.length === 0 || data.length > wanted) throw unexpected(`file ${file} is not as long as it says`, sw);
    parts.push(data);
    at += data.length;
  }
  return new Uint8Array(Buffer.concat(parts)).subarray(0, length);
}

function lengthOf(bytes: Uint8Array, file: number): number {
  try {
    const length = bytes.length <= 256 ? objectLength(bytes) : undefined;
    if (length !== undefined) return length;
  } catch (error) {
    if (!(error instanceof ApduError)) throw error;
  }
  throw unexpected(`file ${file} holds no data object`, SW.ok);
}

/** Asks how many tries a key has left; `undefined` = no limit. It costs no try (card.md §3). */
export async function queryTries(card: Transport, key: number): Promise<number | undefined> {
  const { sw } = await send(card, { cla: 0, ins: 0x20, p1: 0, p2: key });
  const left = triesLeft(sw);
  if (left !== undefined) return left;
  if (sw === SW.ok || sw === SW.verificationFailed) return undefined;
  throw unexpected('query of tries', sw);
}

/** Shows a secret to the card, once. @returns the tries left when it was wrong, `undefined` when it was right */
export async function verify(card: Transport, key: number, secret: Uint8Array): Promise<number | undefined> {
  const { sw } = await send(card, { cla: 0, ins: 0x20, p1: 0, p2: key, data: secret });
  if (sw === SW.ok) return undefined;
  const left = triesLeft(sw);
  if (left === undefined) throw unexpected('verify', sw);
  return left;
}

/** Asks for a signature. */
export async function computeSignature(card: Transport, command: Uint8Array | CommandFields): Promise<Uint8Array> {
  const { data, sw } = await (command instanceof Uint8Array ? transceive(card, command) : send(card, command));
  if (sw !== SW.ok || data.length < 64 || data.length > 512) throw unexpected('signature', sw);
  return new Uint8Array(data);
}

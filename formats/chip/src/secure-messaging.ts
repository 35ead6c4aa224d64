import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type Command, encodeTlv, parseResponse, SW } from '@tegata/apdu';
import { readBinary } from './read-binary.ts';
import { select } from './select.ts';
import { type Instruction, type SecureChannel, type Session, status, success } from './session.ts';
import { verify } from './verify.ts';

const CIPHERTEXT = 0x86;
const EXPECTED_LENGTH = 0x96;
const PADDED = 0x01;
const BLOCK = 16;
const WITHOUT_CHECKSUM = 0x08;
const WITH_CHECKSUM = 0x0c;

/**
 * A command whose class asks for secure messaging (card.md §12). There is confidentiality and no checksum: the only thing that shows a wrong
 * counter is a padding that does not come out, and that ends the session.
 */
export function answerSecurely(session: Session, instruction: Instruction, command: Command): Uint8Array {
  const protection = command.cla & 0x0c;
  const known = instruction === select || instruction === verify || instruction === readBinary;
  if (!known || protection === 0x04 || (command.cla & 0xf0) !== instruction.cla) {
    return status(SW.secureMessagingNotSupported);
  }
  const { channel } = session;
  if (!channel) {
    return status(instruction === select ? SW.secureMessagingNotSupported : SW.noSecureMessagingSession);
  }
  // With a checksum there would have to be one, and this session has no key for it.
  if (protection === WITH_CHECKSUM || command.data.length === 0) return status(SW.secureMessagingObjectsMissing);
  const opened = instruction === readBinary ? expectedLength(command) : decrypted(channel, command);
  if (!opened) {
    session.channel = undefined;
    return status(SW.secureMessagingObjectsWrong);
  }
  const n = channel.counter++;
  const answer = instruction.run(session, { ...opened, cla: command.cla & ~WITHOUT_CHECKSUM, extended: false });
  return instruction === readBinary ? encrypted(channel, n, command, answer) : answer;
}

type Opened = Omit<Command, 'cla' | 'extended'>;

function expectedLength({ ins, p1, p2, data }: Command): Opened | undefined {
  const value = onlyObject(data, EXPECTED_LENGTH);
  if (value?.length !== 3 || value[0] !== 0x00) return undefined;
  return { ins, p1, p2, data: new Uint8Array(0), le: (value[1]! << 8) | value[2]! || 65_536 };
}

function decrypted(channel: SecureChannel, { ins, p1, p2, data }: Command): Opened | undefined {
  const value = onlyObject(data, CIPHERTEXT);
  if (!value || value[0] !== PADDED || value.length < 1 + BLOCK || (value.length - 1) % BLOCK !== 0) return undefined;
  const cipher = createDecipheriv('aes-128-cbc', channel.key, iv(channel, channel.counter)).setAutoPadding(false);
  const padded = Buffer.concat([cipher.update(value.subarray(1)), cipher.final()]);
  let end = padded.length - 1;
  while (end > 0 && padded[end] === 0x00) end--;
  if (padded[end] !== 0x80) return undefined;
  return { ins, p1, p2, data: new Uint8Array(padded.subarray(0, end)) };
}

function encrypted(channel: SecureChannel, n: number, command: Command, answer: Uint8Array): Uint8Array {
  const { data, sw } = parseResponse(answer);
  if (data.length === 0 || (sw !== SW.ok && sw !== SW.endOfFile)) return answer;
  const padded = new Uint8Array((Math.floor(data.length / BLOCK) + 1) * BLOCK);
  padded.set(data);
  padded[data.length] = 0x80;
  const cipher = createCipheriv('aes-128-cbc', channel.key, iv(channel, n)).setAutoPadding(false);
  const object = encodeTlv(CIPHERTEXT, Uint8Array.of(PADDED), cipher.update(padded), cipher.final());
  return object.length > (command.le ?? 0) ? status(SW.wrongLength) : success(object);
}

/** The initialisation vector of both directions: the counter, 16 bytes big endian, encrypted with the session key. */
function iv({ key }: SecureChannel, n: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.writeUInt32BE(n, BLOCK - 4);
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** The value when `data` is exactly one object of this tag. Unlike the files' TLV, `81` is taken for short lengths too, as the card does. */
function onlyObject(data: Uint8Array, tag: number): Uint8Array | undefined {
  const form = data[1] ?? 0x80;
  const bytes = form < 0x80 ? 0 : form - 0x80;
  if (data[0] !== tag || form === 0x80 || bytes > 2) return undefined;
  const start = 2 + bytes;
  let length = form < 0x80 ? form : 0;
  for (let i = 2; i < start; i++) length = (length << 8) | (data[i] ?? 0);
  return start + length === data.length ? data.subarray(start) : undefined;
}

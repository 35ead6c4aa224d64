import { ApduError } from './error.ts';

/** The control bytes of vpcd: payloads of length 1 from the reader. Only `atr` is answered. */
export const CONTROL = { off: 0, on: 1, reset: 2, atr: 4 } as const;

/**
 * A vpcd frame: u16 length, big endian, then the payload, in one buffer so that it leaves in one write.
 * @throws {ApduError} `frame-malformed` above 65,535 bytes
 */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > 65535) {
    throw new ApduError('frame-malformed', 'A frame carries at most 65,535 bytes.', { length: payload.length });
  }
  const out = new Uint8Array(2 + payload.length);
  out[0] = payload.length >> 8;
  out[1] = payload.length & 255;
  out.set(payload, 2);
  return out;
}

/**
 * Cuts a byte stream into payloads. Each byte is copied once, however the stream is chopped.
 * @example
 * const decoder = new FrameDecoder();
 * socket.on('data', (chunk) => decoder.push(chunk).forEach(handle));
 */
export class FrameDecoder {
  #length = -1;
  #high = -1;
  #body = new Uint8Array(0);
  #filled = 0;

  /** Takes the next piece of the stream and returns the payloads that it completes. */
  push(chunk: Uint8Array): Uint8Array[] {
    const done: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#length < 0) {
        const byte = chunk[at++]!;
        if (this.#high < 0) {
          this.#high = byte;
          continue;
        }
        this.#length = (this.#high << 8) | byte;
        this.#high = -1;
        this.#body = new Uint8Array(this.#length);
        this.#filled = 0;
      } else {
        const taken = chunk.subarray(at, at + this.#length - this.#filled);
        this.#body.set(taken, this.#filled);
        this.#filled += taken.length;
        at += taken.length;
      }
      if (this.#filled === this.#length) {
        done.push(this.#body);
        this.#length = -1;
      }
    }
    return done;
  }
}

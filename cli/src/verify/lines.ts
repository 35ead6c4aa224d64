/** What one line of a batch holds at most. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** A line without its end, or `too-long` in place of one that is larger than allowed: its bytes are skipped, not kept. */
export type Line = Uint8Array | 'too-long';

const LINE_FEED = 0x0a;

/** Cuts a stream into lines and keeps no more of it than the line at hand. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (part: Uint8Array) => {
    size += part.length;
    if (size <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const line = (): Line => {
    const whole: Line = size > MAX_LINE_BYTES ? 'too-long' : Buffer.concat(parts);
    parts = [];
    size = 0;
    return whole;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, at));
      yield line();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (size > 0) yield line();
}

import { type Happening, happening } from './answers.ts';

/** The server replays the current run at once; a silence of this many ms after a connection ends the replay … */
const silence = 200;

/** … and so does this much time, should the run go on without a pause. */
const longestReplay = 2_000;

/**
 * Listens to the run as it happens; reconnects by itself. `replayed` tells a past event from one happening now; `caughtUp` is
 * called once, after the first replay.
 * Returns a function that stops listening.
 *
 * @example
 * const stop = listen({ happened: (event) => console.log(event.type), connected: () => {}, caughtUp: () => {} });
 */
export function listen(on: {
  happened: (event: Happening, replayed: boolean) => void;
  connected: (open: boolean) => void;
  caughtUp: () => void;
}): () => void {
  const source = new EventSource('/api/events');
  let replayUntil = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first = true;
  const end = () => {
    clearTimeout(timer);
    replayUntil = 0;
    if (first) on.caughtUp();
    first = false;
  };
  source.onopen = () => {
    replayUntil = performance.now() + longestReplay;
    timer = setTimeout(end, silence);
    on.connected(true);
  };
  source.onerror = () => on.connected(false);
  source.onmessage = ({ data }: { data: unknown }) => {
    const replayed = replayUntil > 0;
    if (replayed) {
      clearTimeout(timer);
      timer = setTimeout(end, Math.min(silence, Math.max(0, replayUntil - performance.now())));
    }
    const event = read(data);
    if (event) on.happened(event, replayed);
  };
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** One malformed event must not end the picture: it is left out and named in the browser's console. */
function read(data: unknown): Happening | undefined {
  try {
    return happening(JSON.parse(String(data)));
  } catch (error) {
    console.warn(error instanceof Error ? error.message : 'An event could not be read.');
    return undefined;
  }
}

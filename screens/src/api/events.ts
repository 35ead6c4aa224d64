import { type Happening, happening } from './answers.ts';

/** What arrives within this time of a connection is the server's replay of the current run, not something new. */
const replayWindow = 300;

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
  let opened = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  source.onopen = () => {
    opened = performance.now();
    on.connected(true);
    timer ??= setTimeout(on.caughtUp, replayWindow);
  };
  source.onerror = () => on.connected(false);
  source.onmessage = ({ data }: { data: unknown }) => {
    const event = read(data);
    if (event) on.happened(event, performance.now() - opened < replayWindow);
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

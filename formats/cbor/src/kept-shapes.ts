import { CborCursor } from './cursor.ts';
import { Encoded } from './decode.ts';
import { DateTime, FullDate, Raw } from './value.ts';

/**
 * One object of each class that every message makes and drops. V8 throws compiled code away when a full collection finds no object alive of the
 * shapes that the code was compiled for, as between two messages: a server would run at a third of its speed after each such collection.
 */
export const keptShapes: readonly object[] = [
  new CborCursor(new Uint8Array(0)),
  new Raw(new Uint8Array(0)),
  Encoded.received(new Uint8Array(0)),
  new DateTime('1970-01-01T00:00:00Z'),
  new FullDate('1970-01-01'),
];

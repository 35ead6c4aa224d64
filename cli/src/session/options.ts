import { parseArgs } from 'node:util';
import { ArgumentError } from '../verify/argument-error.ts';

/** What `tegata session open` is told. */
export interface SessionOptions {
  readonly engagement: string;
  readonly establishment: string;
  readonly data: readonly string[];
  readonly deviceKey?: string;
  readonly readerKey?: string;
  readonly handover?: string;
  readonly json: boolean;
  readonly unmask: boolean;
}

const OPTIONS = {
  engagement: { type: 'string', multiple: true },
  establishment: { type: 'string', multiple: true },
  data: { type: 'string', multiple: true },
  'device-key': { type: 'string', multiple: true },
  'reader-key': { type: 'string', multiple: true },
  handover: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  unmask: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** How to call it. */
export const SESSION_USAGE = `tegata session open --engagement FILE --establishment FILE --data FILE… (--device-key FILE | --reader-key FILE)
                    [--handover FILE] [--json] [--unmask]
    Opens the messages of a recorded session with one of its ephemeral private keys. FILE is a path, - (standard input), hex:…, b64:…
    or b64u:…; the engagement may be its mdoc: text. --data in the order in which the messages passed. --handover is the CBOR of the
    handover where it was not a QR code, [Hs, Hr] for NFC. Keys: PEM, JWK, COSE_Key, DER or the bare scalar.
Exit: 0 everything was opened, 1 something could not be, 2 the arguments cannot be used.
`;

/**
 * Reads the arguments behind `tegata session`.
 * @throws {ArgumentError} `usage`
 */
export function readSessionOptions(args: readonly string[]): SessionOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'open') usage('The command is "tegata session open".');
  const one = (name: 'engagement' | 'establishment' | 'device-key' | 'reader-key' | 'handover'): string | undefined => {
    const given = values[name];
    if (given !== undefined && given.length > 1) usage(`--${name} is given ${given.length} times.`);
    return given?.[0];
  };
  const [engagement, establishment, deviceKey, readerKey, handover] = [
    one('engagement'),
    one('establishment'),
    one('device-key'),
    one('reader-key'),
    one('handover'),
  ];
  if (engagement === undefined || establishment === undefined) {
    return usage('--engagement FILE and --establishment FILE are needed.');
  }
  if ((deviceKey === undefined) === (readerKey === undefined)) {
    return usage('One of --device-key FILE and --reader-key FILE is needed.');
  }
  return {
    engagement,
    establishment,
    data: values.data ?? [],
    ...(deviceKey === undefined ? {} : { deviceKey }),
    ...(readerKey === undefined ? {} : { readerKey }),
    ...(handover === undefined ? {} : { handover }),
    json: values.json === true,
    unmask: values.unmask === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    return usage(error instanceof Error ? error.message : 'The arguments cannot be read.');
  }
}

function usage(message: string): never {
  throw new ArgumentError('usage', message);
}

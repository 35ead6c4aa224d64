import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CliError } from './error.ts';

const USAGE = `tegata: My Number Card functions on a phone, in the open (TEST ONLY)

  tegata up [--db URL] [--data DIR] [--port N] [--no-open] [--persona DIR]…
      Starts every party and the figure in the browser, and runs one journey at once.
  tegata up PARTY --config FILE
      Runs one party as a process of its own (smp, iaca, jpki, card, applicant-app, wallet-provider, wallet, verifier).
  tegata journey [--persona ID|DIR] [--db URL] [--json]
      Card → phone → age check, headless. Exit 0: the age check is green; 1: refused; 2: bad arguments.
  tegata inspect FILE|- [--json] [--unmask]
      Decodes an mdoc, MSO, DeviceResponse, certificate, CMS, OCSP, APDU trace … (hex, base64, base64url, PEM, DER, CBOR).
  tegata verify (--response FILE TRANSCRIPT | --issued FILE | --batch FILE) --trust FILE… [--json] …
      Verifies an mdoc by named checks; "tegata verify --help" lists its options. Exit 0: all valid; 1: not; 2: bad arguments.
  tegata session open --engagement FILE --establishment FILE --data FILE… (--device-key FILE | --reader-key FILE)
      Opens the messages of a recorded session.
  tegata x509 check --profile P --cert FILE [--chain FILE…] --trust FILE… [--crl FILE…] [--at TIME] [--json]
  tegata crl check --crl FILE --cert FILE --trust FILE… [--at TIME] [--json]
  tegata ocsp check --response FILE --request FILE --cert FILE --issuer FILE [--at TIME] [--require-nonce] [--json]
  tegata cms verify --cms FILE [--content FILE] --trust FILE… [--signer FILE] [--at TIME] [--json]
      Certificates, their status, and signed messages, each by named checks; all take --batch FILE and the exit codes of verify.
  tegata ocsp query|serve …    tegata crl make …    tegata cms sign …
      Asks a responder, is one, makes CRLs and signs files; "tegata ocsp --help" and so on list their options.
  tegata jpki issue|renew|revoke|suspend|resume|list … --data DIR
      The certificate service for cards and phones; "tegata jpki --help" lists what each takes.
  tegata card read|sign|status|pin|readers|serve|new …
      Reads a card in a PC/SC reader or one of our own, puts our own into a virtual reader, and makes new ones; "tegata card --help" lists them.
  tegata fsck --db URL [--data DIR]
      Checks the invariants of the issuance rows.
  tegata personas [--json]
      Lists the test cards: what each is good for, and how a journey with it ends.
`;

type Command = (args: string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  async up(args) {
    const [party] = args;
    if (party !== undefined && !party.startsWith('-')) {
      const { values } = parse(args.slice(1), { config: { type: 'string' } });
      const { upParty } = await import('./up-party.ts');
      return upParty(party, values.config);
    }
    const { values } = parse(args, {
      db: { type: 'string' },
      data: { type: 'string' },
      port: { type: 'string' },
      'no-open': { type: 'boolean' },
      persona: { type: 'string', multiple: true },
    });
    const { up } = await import('./up.ts');
    return up({
      db: values.db,
      data: values.data,
      port: portNumber(values.port),
      open: !values['no-open'],
      personas: values.persona ?? [],
    });
  },
  async journey(args) {
    const { values } = parse(args, {
      persona: { type: 'string' },
      db: { type: 'string' },
      json: { type: 'boolean' },
    });
    const { journey } = await import('./journey.ts');
    return journey({ persona: values.persona ?? 'adult', db: values.db, json: values.json ?? false });
  },
  async inspect(args) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' }, unmask: { type: 'boolean' } }, 1);
    const { inspect } = await import('./inspect-command.ts');
    return inspect({ file: positionals[0] as string, json: values.json ?? false, unmask: values.unmask ?? false });
  },
  async verify(args) {
    const { verifyCommand } = await import('./verify/command.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return verifyCommand(args, terminalIo());
  },
  async session(args) {
    const { sessionCommand } = await import('./session/command.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return sessionCommand(args, terminalIo());
  },
  async x509(args) {
    const { x509Command } = await import('./x509/command.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return x509Command(args, terminalIo());
  },
  async crl(args) {
    const { crlCommand } = await import('./crl/command.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return crlCommand(args, terminalIo());
  },
  async ocsp(args) {
    const { ocspCommand } = await import('./ocsp/command.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return ocspCommand(args, terminalIo());
  },
  async cms(args) {
    const { cmsCommand } = await import('./cms/command.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return cmsCommand(args, terminalIo());
  },
  async jpki(args) {
    const { jpkiGroup } = await import('./jpki/command.ts');
    const { runSubcommand } = await import('./subcommand.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return runSubcommand(jpkiGroup, args, terminalIo());
  },
  async card(args) {
    const { cardGroup } = await import('./card/command.ts');
    const { runSubcommand } = await import('./subcommand.ts');
    const { terminalIo } = await import('./verify/terminal-io.ts');
    return runSubcommand(cardGroup, args, terminalIo());
  },
  async fsck(args) {
    const { values } = parse(args, { db: { type: 'string' }, data: { type: 'string' } });
    const { fsck } = await import('./fsck.ts');
    return fsck({ db: values.db, data: values.data });
  },
  async personas(args) {
    const { values } = parse(args, { json: { type: 'boolean' } });
    const { listPersonas } = await import('./personas.ts');
    return listPersonas({ json: values.json ?? false });
  },
  async help() {
    process.stdout.write(USAGE);
    return 0;
  },
  async version() {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    process.stdout.write(`${version}\n`);
    return 0;
  },
};

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse<const O extends Options>(args: string[], options: O, positionals = 0) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    if (parsed.positionals.length !== positionals) {
      throw new CliError(
        'usage',
        positionals === 0
          ? `"${parsed.positionals[0]}" is not expected here.`
          : 'Name one file, or - for standard input.',
      );
    }
    return parsed;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('usage', error instanceof Error ? error.message : 'The arguments cannot be read.');
  }
}

function portNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new CliError('usage', '--port takes a number from 0 to 65535.');
  return port;
}

/**
 * Runs a command line.
 * @returns the exit code: 0 all is well, 1 something was refused or failed, 2 the arguments cannot be used
 */
export async function main(argv: string[]): Promise<number> {
  const [name = 'help', ...args] = argv;
  const wanted = ({ '--help': 'help', '-h': 'help', '--version': 'version' } as Record<string, string>)[name] ?? name;
  const command = Object.hasOwn(commands, wanted) ? commands[wanted] : undefined;
  if (!command) {
    process.stderr.write(`There is no command "${name}".\n\n${USAGE}`);
    return 2;
  }
  // Whoever reads our output may stop reading (`tegata inspect … | head`): that ends the writing, and is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  try {
    return await command(args);
  } catch (error) {
    if (error instanceof CliError && error.code === 'usage') {
      process.stderr.write(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      process.stderr.write(`${error.code}: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

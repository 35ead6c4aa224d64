import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildRustProgram, withoutCargo } from './rust-program.ts';

const CARGO = `[package]
name = "tegata-isomdl"
version = "0.0.0"
edition = "2021"
publish = false

[dependencies]
anyhow = "1"
ciborium = "0.2"
coset = "0.3"
hex = "0.4"
isomdl = "=0.2.0"
p256 = "0.13"
serde_json = "1"
signature = "2"
time = { version = "0.3", features = ["parsing"] }
`;

/** Why these tests cannot run here, or false: they build a Rust program, so they wait to be asked. */
export function isomdlMissing(): string | false {
  if (!peersAreAsked()) return 'run npm run interop:peers';
  return withoutCargo();
}

/** Whether the tests with libraries of other languages were asked for. */
export function peersAreAsked(): boolean {
  return process.env['npm_lifecycle_event'] === 'interop:peers';
}

let program = '';

/** Builds the program once; later runs find it built. */
export function buildIsomdl(): void {
  program = buildRustProgram('isomdl', CARGO, { 'src/main.rs': join(import.meta.dirname, '../isomdl/main.rs') });
}

/** A running program that takes an order per line and gives an answer per line. */
export class LineProcess {
  private readonly name: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(name: string, command: string, options: readonly string[] = []) {
    this.name = name;
    this.child = spawn(command, options);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async order(order: Record<string, unknown>): Promise<Record<string, unknown>> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} has ended`);
    const answer = JSON.parse(value as string) as Record<string, unknown>;
    if (answer['error'] !== undefined) throw new Error(`${this.name}: ${String(answer['error'])}`);
    return answer;
  }

  stop(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}

/** The program over the library. */
export const startIsomdl = () => new LineProcess('isomdl', program);

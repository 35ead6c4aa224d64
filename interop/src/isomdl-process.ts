import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/tegata/isomdl');

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
  return spawnSync('cargo', ['--version']).error ? 'cargo is not at hand' : false;
}

/** Whether the tests with libraries of other languages were asked for. */
export function peersAreAsked(): boolean {
  return process.env['npm_lifecycle_event'] === 'interop:peers';
}

/** Builds the program once; later runs find it built. */
export function buildIsomdl(): void {
  mkdirSync(join(FOLDER, 'src'), { recursive: true });
  writeFileSync(join(FOLDER, 'Cargo.toml'), CARGO);
  copyFileSync(join(import.meta.dirname, '../isomdl/main.rs'), join(FOLDER, 'src/main.rs'));
  execFileSync('cargo', ['build', '--quiet'], { cwd: FOLDER, stdio: ['ignore', 'inherit', 'inherit'] });
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
export const startIsomdl = () => new LineProcess('isomdl', join(FOLDER, 'target/debug/tegata-isomdl'));

import type { Measured } from './measure.ts';

/** Prints results for people: one block per bench, rates with their spread, how they stand to the ceiling and to us. */
export function table(results: readonly Measured[]): string {
  const lines: string[] = [];
  for (const bench of new Set(results.map((result) => result.bench))) {
    const block = results.filter((result) => result.bench === bench);
    const own = block.find(({ variant }) => variant === 'tegata');
    lines.push('', bench.padEnd(28) + head('per CPU-second', '[min', 'max]', 'of ceiling', 'tegata is'));
    for (const { variant, opsPerSec, min, max, ofCeiling } of block) {
      const ratio =
        own && variant !== 'tegata' && variant !== 'ceiling' ? `${(own.opsPerSec / opsPerSec).toFixed(1)} ×` : '';
      const share = ofCeiling === undefined ? '' : ofCeiling.toFixed(3);
      lines.push(`  ${variant}`.padEnd(28) + head(count(opsPerSec), `[${count(min)}`, `${count(max)}]`, share, ratio));
    }
  }
  return `${lines.join('\n')}\n`;
}

const head = (...columns: string[]) => columns.map((column) => column.padStart(15)).join('');
const count = (rate: number) => rate.toLocaleString('en-US', { maximumFractionDigits: rate < 100 ? 1 : 0 });

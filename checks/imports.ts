/**
 * Claims: no party imports another; imports run one way; everything resolves. A check that looks at nothing passes too,
 * so this one counts what it saw and first proves itself on violations that were planted for it.
 */

import { createRequire } from 'node:module';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const look = async (folders: string[]): Promise<ICruiseResult> => {
  const { output } = await cruise(folders, { ...configuration.options, ruleSet: configuration, validate: true });
  if (typeof output === 'string') throw new Error('the cruiser gave text');
  return output;
};
const fail = (message: string): never => {
  process.stderr.write(`imports: ${message}\n`);
  process.exit(1);
};

const planted = await look(['checks/planted']);
const found = new Set(planted.summary.violations.map((violation) => violation.rule.name));
for (const rule of ['everything-resolves', 'peers-are-for-interop-and-bench', 'no-cycles']) {
  if (!found.has(rule)) fail(`the planted violation of "${rule}" was not found: the check sees nothing`);
}

const rooms = ['ground', 'formats', 'parties', 'sdk', 'screens/src', 'cli', 'journeys', 'faults', 'interop', 'bench'];
const house = await look(rooms);
const { totalCruised, totalDependenciesCruised = 0 } = house.summary;
const crossPackage = house.modules
  .flatMap((module) => module.dependencies.map((dependency) => ({ from: module.source, to: dependency.resolved })))
  .filter(({ from, to }) => from.startsWith('parties/') && to.startsWith('formats/')).length;
for (const { rule, from, to } of house.summary.violations)
  process.stderr.write(`imports: ${rule.name}: ${from} → ${to}\n`);
if (house.summary.violations.length > 0) process.exit(1);
if (totalCruised < 150 || totalDependenciesCruised < 300 || crossPackage < 30) {
  fail(
    `only ${totalCruised} modules, ${totalDependenciesCruised} dependencies, ${crossPackage} from parties to formats were seen`,
  );
}
process.stdout.write(`imports: ${totalCruised} modules, ${totalDependenciesCruised} dependencies, no violation\n`);

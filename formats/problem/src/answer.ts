import type { Log } from '@tegata/log';
import { type Random, randomUuid } from '@tegata/random';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

/**
 * The last stop of every error of a server: a problem for the caller, a line for the log. An error of ours is logged by its code;
 * an unexpected one by its class and the top of its stack, under an incident id that the answer carries too, never by its message.
 * @example
 * serve({ app, onError: problemAnswer({ log, random }) });
 */
export function problemAnswer(options: { log: Log; random: Random }) {
  return (error: unknown): { status: number; contentType: string; body: string } => {
    const incident = randomUuid(options.random);
    const problem = toProblem(error, incident);
    if (problem.code === 'internal') {
      const known = error instanceof Error ? error : new Error('not an error');
      const code = 'code' in known && typeof known.code === 'string' ? known.code : 'none';
      const at = (known.stack ?? '').split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
      options.log.error('unexpected-error', { incident, class: known.name, code, at: at.trim() });
    } else {
      options.log.info('problem-answered', { code: problem.code, status: problem.status });
    }
    return { status: problem.status, contentType: PROBLEM_TYPE, body: JSON.stringify(problem) };
  };
}

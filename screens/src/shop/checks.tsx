import type { NamedCheck } from '../api/answers.ts';
import { Icon } from '../frame/icon.tsx';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';

const looks = {
  passed: { sign: 'passed', colour: 'text-ok' },
  failed: { sign: 'failed', colour: 'text-no' },
  warning: { sign: 'warning', colour: 'text-wait' },
  not_performed: { sign: 'idle', colour: 'text-muted' },
} as const;

/** The verifier's report: each named check with its result; what was not done is listed too. */
export function Checks({ checks, open }: { checks: readonly NamedCheck[]; open: boolean }) {
  const words = useWords().shop;
  const counts = (Object.keys(looks) as (keyof typeof looks)[])
    .map((result) => ({ result, n: checks.filter((check) => check.result === result).length }))
    .filter(({ n }) => n > 0);
  return (
    <details class="group" open={open} data-testid={testIds.checks}>
      <summary class="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        <span class="flex items-center gap-1.5 font-bold text-accent">
          <Icon sign="next" class="size-4 transition-transform group-open:rotate-90" />
          {words.checks(checks.length)}
        </span>
        {counts.map(({ result, n }) => (
          <span key={result} class={`flex items-center gap-1 ${looks[result].colour}`}>
            <Icon sign={looks[result].sign} class="size-4" />
            {words.results[result]} {n}
          </span>
        ))}
      </summary>
      <table class="mt-3 w-full text-left text-sm">
        <thead class="text-xs text-muted">
          <tr>
            <th scope="col" class="py-1.5 pr-4 font-normal">
              {words.checkResult}
            </th>
            <th scope="col" class="py-1.5 pr-4 font-normal">
              {words.checkName}
            </th>
            <th scope="col" class="hidden py-1.5 font-normal sm:table-cell">
              {words.checkClause}
            </th>
          </tr>
        </thead>
        <tbody class="divide-y divide-line border-t border-line">
          {checks.map(({ id, result, code, detail, clause }, index) => (
            <tr key={`${id}-${index}`} class="align-top" data-testid={testIds.check(id)} data-result={result}>
              <td class={`py-2 pr-4 whitespace-nowrap ${looks[result].colour}`}>
                <span class="flex items-center gap-1.5">
                  <Icon sign={looks[result].sign} class="size-4" />
                  {words.results[result]}
                </span>
              </td>
              <td class="py-2 pr-4">
                <span class="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{id}</span>
                {code && <span class="ml-2 font-mono text-xs text-no">{code}</span>}
                {detail && <p class="text-xs text-muted [overflow-wrap:anywhere]">{detail}</p>}
                {clause && <p class="text-xs text-muted sm:hidden">{clause}</p>}
              </td>
              <td class="hidden py-2 text-xs text-muted sm:table-cell">{clause}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

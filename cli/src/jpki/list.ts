import { ArgumentError } from '../verify/argument-error.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { type Asked, askService } from './ask-service.ts';
import { WHERE_USAGE } from './service.ts';
import { givenSubject, SUBJECT, SUBJECT_USAGE, type SubjectOf } from './subject.ts';

const USAGE = `tegata jpki list [SUBJECT] [--limit N] …
tegata jpki list --batch FILE [defaults]                 JSON lines with these options as keys, and "id"
    Lists all certificates of a person, or those that were issued last.

${WHERE_USAGE}
SUBJECT is one of:
${SUBJECT_USAGE}
  --limit N         without SUBJECT: how many (default 50, at most 1000)
  --json            one JSON object: {ok, person?, certificates: [{ca, serial, device, state, issuedAt, notAfter?, revokedAt?, reason?, phone?,
                    platform?, boundTo?, person?}], error?}

Exit: 0 done, 1 refused, 2 the arguments cannot be used.
`;

/** A certificate as the service knows it. */
interface Listed {
  readonly ca: 'sign' | 'auth';
  readonly serial: string;
  readonly device: 'card' | 'phone';
  readonly state: string;
  readonly issuedAt: string;
  readonly notAfter?: string;
  readonly reason?: string;
  readonly phone?: string;
  readonly platform?: string;
}

/** What the service lists. */
export interface ListAnswer extends Partial<Asked> {
  readonly person?: string;
  readonly certificates: readonly Listed[];
}

/** `tegata jpki list`. @returns the exit code; it never throws */
export function jpkiList(args: readonly string[], io: CommandIo): Promise<number> {
  const options = { ...SUBJECT, limit: 'one' } as const;
  return askService<typeof options, ListAnswer>(
    {
      usage: USAGE,
      options,
      async work({ limit = '50', ...given }, { files, service }) {
        if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000) {
          throw new ArgumentError('usage', '--limit is a number from 1 to 1000.', { option: 'limit' });
        }
        const of = givenSubject(given, files);
        const path = of ? pathOf(of) : `/certificates?limit=${limit}`;
        return (await (await service()).ask('GET', path)) as ListAnswer;
      },
      render,
    },
    args,
    io,
  );
}

function pathOf(of: SubjectOf): string {
  if ('ca' in of) return `/certificates/${of.ca}/${of.serial}`;
  const [kind, id] = 'person' in of ? ['persons', of.person] : ['phones', of.phone];
  return `/${kind}/${encodeURIComponent(id)}/certificates`;
}

function render({ person, certificates }: ListAnswer): string {
  const head = person === undefined ? '' : `person ${person}\n`;
  const rows = certificates.map(({ ca, serial, device, platform, state, reason, issuedAt, notAfter }) =>
    [
      ca.padEnd(4),
      serial.padEnd(8),
      `${device}${platform === undefined ? '' : ` ${platform}`}`.padEnd(13),
      `${state}${reason === undefined ? '' : ` ${reason}`}`.padEnd(28),
      `${issuedAt.slice(0, 10)} – ${notAfter?.slice(0, 10) ?? ''}`,
    ]
      .join('  ')
      .trimEnd(),
  );
  return `${head}${rows.join('\n')}${rows.length > 0 ? '\n' : 'no certificates\n'}`;
}

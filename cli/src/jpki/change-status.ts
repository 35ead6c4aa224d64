import { randomUuid, systemRandom } from '@tegata/random';
import { ArgumentError } from '../verify/argument-error.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { type Asked, askService } from './ask-service.ts';
import { WHERE_USAGE } from './service.ts';
import { neededSubject, SUBJECT, SUBJECT_USAGE } from './subject.ts';

const REQUEST_USAGE = `  --request ID      the same request under the same id is answered alike, and done once; default: a new one
  --json            one JSON object: {ok, certificates: [{ca, serial, state, since, reason}], error?}
`;

const REVOKE_USAGE = `tegata jpki revoke SUBJECT (--reason R | --event E) [--only sign|auth] [--request ID] …
tegata jpki revoke --batch FILE [defaults]               JSON lines with these options as keys, and "id"
    Ends certificates for good. What hangs on a card's certificate in a phone ends with it.

${WHERE_USAGE}
SUBJECT is one of:
${SUBJECT_USAGE}
  --reason R        ends the one certificate that --cert or --serial names: keyCompromise, affiliationChanged (a change of name,
                    birth date, sex or address), superseded, cessationOfOperation
  --event E         ends what the event ends: attributes-changed, death, moved-abroad, card-lost, card-withdrawn, card-reissued,
                    phone-lost, phone-withdrawn, phone-replaced
  --only CA         of an event: only the signature (sign) or the authentication (auth) certificates
${REQUEST_USAGE}
Exit: 0 done, 1 refused, 2 the arguments cannot be used.
`;

const holdUsage = (verb: string, what: string) => `tegata jpki ${verb} SUBJECT [--device card|phone] [--request ID] …
tegata jpki ${verb} --batch FILE [defaults]              JSON lines with these options as keys, and "id"
    ${what}

${WHERE_USAGE}
SUBJECT is one of:
${SUBJECT_USAGE}
  --device D        the certificates of the card, or of the phones; default: phone with --phone, card otherwise
${REQUEST_USAGE}
Exit: 0 done, 1 refused, 2 the arguments cannot be used.
`;

/** A certificate whose status changed. */
interface Changed {
  readonly ca: 'sign' | 'auth';
  readonly serial: string;
  readonly state: string;
  readonly since: string | null;
  readonly reason: string | null;
}

/** What changed; empty where everything was so already. */
export interface ChangeAnswer extends Partial<Asked> {
  readonly certificates: readonly Changed[];
}

function render({ certificates }: ChangeAnswer): string {
  if (certificates.length === 0) return 'nothing changed\n';
  return certificates
    .map(({ ca, serial, state, reason }) => `${ca} ${serial} ${state}${reason === null ? '' : ` ${reason}`}\n`)
    .join('');
}

/** `tegata jpki revoke`. @returns the exit code; it never throws */
export function jpkiRevoke(args: readonly string[], io: CommandIo): Promise<number> {
  const options = { ...SUBJECT, reason: 'one', event: 'one', only: 'one', request: 'one' } as const;
  return askService<typeof options, ChangeAnswer>(
    {
      usage: REVOKE_USAGE,
      options,
      async work({ reason, event, only, request = randomUuid(systemRandom), ...given }, { files, service }) {
        const of = neededSubject(given, files);
        if ((reason === undefined) === (event === undefined)) {
          throw new ArgumentError('usage', 'Give one: --reason R for a certificate, or --event E.', {
            option: 'event',
          });
        }
        if (event !== undefined) {
          const asked = { request, event, of, ...(only === undefined ? {} : { only }) };
          return (await (await service()).ask('POST', '/revocations', asked)) as ChangeAnswer;
        }
        if (!('ca' in of) || only !== undefined) {
          throw new ArgumentError('usage', '--reason ends one certificate: --cert FILE, or --ca with --serial.', {
            option: 'reason',
          });
        }
        const ended = (await (await service()).ask('POST', '/revocations', { request, ...of, reason })) as {
          revokedAt: string;
          reason: string;
        };
        return { certificates: [{ ...of, state: 'revoked', since: ended.revokedAt, reason: ended.reason }] };
      },
      render,
    },
    args,
    io,
  );
}

function hold(path: string, usage: string, args: readonly string[], io: CommandIo): Promise<number> {
  const options = { ...SUBJECT, device: 'one', request: 'one' } as const;
  return askService<typeof options, ChangeAnswer>(
    {
      usage,
      options,
      async work({ device, request = randomUuid(systemRandom), ...given }, { files, service }) {
        const of = neededSubject(given, files);
        const which = device ?? ('phone' in of ? 'phone' : 'card');
        if (which !== 'card' && which !== 'phone') {
          throw new ArgumentError('usage', '--device is card or phone.', { option: 'device' });
        }
        return (await (await service()).ask('POST', path, { request, of, device: which })) as ChangeAnswer;
      },
      render,
    },
    args,
    io,
  );
}

/** `tegata jpki suspend`. @returns the exit code; it never throws */
export function jpkiSuspend(args: readonly string[], io: CommandIo): Promise<number> {
  return hold(
    '/suspensions',
    holdUsage('suspend', 'Puts the certificates of a card or a phone on hold (一時利用停止).'),
    args,
    io,
  );
}

/** `tegata jpki resume`. @returns the exit code; it never throws */
export function jpkiResume(args: readonly string[], io: CommandIo): Promise<number> {
  return hold('/resumptions', holdUsage('resume', 'Lifts a hold; what has ended for good stays so.'), args, io);
}

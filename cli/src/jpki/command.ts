import type { CommandGroup } from '../subcommand.ts';

const USAGE = `tegata jpki issue --profile sign|auth|phone-sign|phone-auth (--key FILE | --csr FILE | --new-key FILE) … --data DIR
tegata jpki renew --cert FILE (--key FILE | --csr FILE | --new-key FILE) … --data DIR
tegata jpki revoke (--cert FILE | --ca CA --serial HEX | --person ID | --phone ID) (--reason R | --event E) --data DIR
tegata jpki suspend | resume (--cert FILE | --ca CA --serial HEX | --person ID | --phone ID) [--device card|phone] --data DIR
tegata jpki list [--cert FILE | --ca CA --serial HEX | --person ID | --phone ID] --data DIR
    The certificate service (TEST ONLY), over the folder of "tegata up --data DIR" or a service at --url URL.
    All take --json and --batch FILE; "tegata jpki issue --help" and so on say more.
`;

/** `tegata jpki …`. */
export const jpkiGroup: CommandGroup = {
  name: 'jpki',
  usage: USAGE,
  subcommands: {
    issue: async (args, io) => (await import('./issue.ts')).jpkiIssue(args, io),
    renew: async (args, io) => (await import('./renew.ts')).jpkiRenew(args, io),
    revoke: async (args, io) => (await import('./change-status.ts')).jpkiRevoke(args, io),
    suspend: async (args, io) => (await import('./change-status.ts')).jpkiSuspend(args, io),
    resume: async (args, io) => (await import('./change-status.ts')).jpkiResume(args, io),
    list: async (args, io) => (await import('./list.ts')).jpkiList(args, io),
  },
};

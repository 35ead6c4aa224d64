import type { Clock } from '@tegata/clock';
import { z } from 'zod';
import type { WalletFile } from './wallet-file.ts';

const words = z.object({ what: z.string().max(400), next: z.string().max(400) });
const code = z.string().regex(/^[a-z0-9-]{1,60}$/);

/** `PUT /provisional/:reference`: the true state of an application, as the SMP gave it. */
export const provisionalRequest = z.object({
  status: z.string().regex(/^[a-z]{1,20}$/),
  /** What was applied for; absent: the card. */
  wants: z
    .string()
    .regex(/^[a-z-]{1,30}$/)
    .optional(),
  since: z.iso.datetime().optional(),
  waiting: code.nullish(),
  refusal: code.nullish(),
  ja: words.nullish(),
  en: words.nullish(),
});

/** What a provisional card shows: a state, no data and no keys. */
export type Provisional = z.infer<typeof provisionalRequest> & { readonly reference: string };

/** The form of a reference. */
export const referenceForm = z.string().regex(/^[\w-]{4,40}$/);

/** Keeps the state of an application. */
export function putProvisional(
  file: WalletFile,
  reference: string,
  shown: z.infer<typeof provisionalRequest>,
  clock: Clock,
): void {
  file.db
    .prepare(
      `insert into provisional (reference, shown, changed_at) values (?, ?, ?)
       on conflict (reference) do update set shown = excluded.shown, changed_at = excluded.changed_at`,
    )
    .run(reference, JSON.stringify(shown), clock.now().toISOString());
}

/** The state of one application, or of the one for a card that was made last. */
export function provisionalOf(file: WalletFile, reference?: string): Provisional | undefined {
  const row = (
    reference === undefined
      ? file.db
          .prepare(
            `select reference, shown from provisional where shown ->> '$.wants' is not 'certificates'
             order by rowid desc limit 1`,
          )
          .get()
      : file.db.prepare('select reference, shown from provisional where reference = ?').get(reference)
  ) as { reference: string; shown: string } | undefined;
  return row && { ...(JSON.parse(row.shown) as z.infer<typeof provisionalRequest>), reference: row.reference };
}

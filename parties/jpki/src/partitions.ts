import type { Tx } from './requests.ts';

/** The number of the municipality whose CRL will speak of a certificate; from now on the generation has a CRL for it. */
export async function partitionOf(
  tx: Tx,
  issuer: string,
  { prefecture, municipality }: { readonly prefecture: string; readonly municipality: string },
): Promise<number> {
  const find = () =>
    tx
      .selectFrom('jpki.partition')
      .leftJoin('jpki.partition_use', (join) =>
        join.onRef('partition', '=', 'id').on('jpki.partition_use.issuer', '=', issuer),
      )
      .select(['id', 'issuer'])
      .where('prefecture', '=', prefecture)
      .where('municipality', '=', municipality)
      .executeTakeFirst();
  let known = await find();
  if (!known) {
    await tx
      .insertInto('jpki.partition')
      .values({ prefecture, municipality })
      .onConflict((conflict) => conflict.columns(['prefecture', 'municipality']).doNothing())
      .execute();
    known = (await find()) as NonNullable<typeof known>;
  }
  if (known.issuer === null) {
    await tx
      .insertInto('jpki.partition_use')
      .values({ issuer, partition: known.id })
      .onConflict((conflict) => conflict.columns(['issuer', 'partition']).doNothing())
      .execute();
  }
  return known.id;
}

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { OcspStatus } from '@tegata/x509-build';
import { keptAnswers } from './kept-answers.ts';

const start = new Date('2026-04-01T00:00:00Z').getTime();
const HOUR = 3_600_000;

/** Kept answers whose rows and signer are counted. */
function counted(limit?: number) {
  const kept = keptAnswers(limit);
  const counts = { looked: 0, signed: 0 };
  const rows = new Map<string, OcspStatus>();
  const ask = async (certificate: string, seconds = 0, form = 'sha256') => {
    const now = new Date(start + seconds * 1000);
    return kept.answer({
      certificate,
      certId: Buffer.from(form),
      now,
      look: async () => {
        counts.looked++;
        return rows.get(certificate) ?? { status: 'good' };
      },
      sign: async () => {
        const body = Buffer.from(`${certificate} ${form} ${counts.signed++}`);
        return { body, thisUpdate: now, nextUpdate: new Date(now.getTime() + HOUR) };
      },
    });
  };
  return { kept, counts, rows, ask };
}

it('an answer is signed once and given to many, and the rows are asked again each minute', async () => {
  const { counts, ask } = counted();
  const first = await ask('a');
  for (const seconds of [1, 59, 60, 61, 119, 1799]) assert.deepEqual(await ask('a', seconds), first);
  assert.deepEqual(counts, { looked: 3, signed: 1 });
});

it('an answer is signed anew when half of its life is over, or when the clock was set back', async () => {
  const { counts, ask } = counted();
  await ask('a');
  await ask('a', 1800);
  assert.equal(counts.signed, 2);
  await ask('a', -5);
  assert.equal(counts.signed, 3);
});

it('a status that another process changed is seen within a minute, one that was changed here at once', async () => {
  const { rows, kept, ask } = counted();
  await ask('a');
  rows.set('a', { status: 'revoked', revokedAt: new Date(start), reason: 'superseded' });
  assert.equal((await ask('a', 59)).status.status, 'good');
  assert.equal((await ask('a', 60)).status.status, 'revoked');
  rows.delete('a');
  kept.forget('a');
  assert.equal((await ask('a', 60)).status.status, 'good');
});

it('an answer is not kept when the status changed while it was looked up', async () => {
  const kept = keptAnswers();
  const certificate = 'a';
  const statuses: OcspStatus[] = [{ status: 'good' }, { status: 'revoked', revokedAt: new Date(start) }];
  const ask = (during: () => void) =>
    kept.answer({
      certificate,
      certId: Buffer.from('sha256'),
      now: new Date(start),
      look: async () => {
        during();
        return statuses.shift() as OcspStatus;
      },
      sign: async () => ({ body: Buffer.from(''), thisUpdate: new Date(start), nextUpdate: new Date(start + HOUR) }),
    });
  await ask(() => kept.forget(certificate));
  assert.equal((await ask(() => {})).status.status, 'revoked');
});

it('there is room for so many certificates, and those that were asked for of late stay', async () => {
  const { kept, counts, ask } = counted(100);
  for (let number = 0; number < 100; number++) await ask(`certificate ${number}`);
  await ask('certificate 0', 1);
  for (let number = 100; number < 199; number++) await ask(`certificate ${number}`, 2);
  assert.equal(kept.size, 100);
  const { signed } = counts;
  await ask('certificate 0', 3);
  assert.equal(counts.signed, signed);
  await ask('certificate 1', 3);
  assert.equal(counts.signed, signed + 1);
});

it('a flood of numbers that were never handed out takes no room', async () => {
  const { kept, rows, ask } = counted(10);
  await ask('mine');
  for (let number = 0; number < 1000; number++) {
    rows.set(`made up ${number}`, { status: 'unknown' });
    await ask(`made up ${number}`);
  }
  assert.equal(kept.size, 1);
});

it('CertIDs that are written in many ways take no more room than four', async () => {
  const { counts, ask } = counted();
  for (let number = 0; number < 100; number++) await ask('a', 0, `form ${number}`);
  await ask('a', 1, 'form 99');
  assert.equal(counts.signed, 100);
  await ask('a', 1, 'form 1');
  assert.equal(counts.signed, 101);
});

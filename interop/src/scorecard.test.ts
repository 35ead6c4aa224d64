import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { loadCase, readManifest } from './corpus-cases.ts';
import { animo } from './scorecard-animo.ts';
import { auth0 } from './scorecard-auth0.ts';
import { owf } from './scorecard-owf.ts';
import { outcomeOf, type Peer } from './scorecard-peer.ts';
import { printScorecard } from './scorecard-print.ts';
import { tegata } from './scorecard-tegata.ts';

const { cases } = readManifest();
const caseOf = (id: string) => cases.find((entry) => entry.id === id) as (typeof cases)[number];

describe('the scorecard', () => {
  it('tells accepting, refusing and crashing apart', async () => {
    const one = loadCase(caseOf('valid-mnc'));
    const peer = (accepts: Peer['accepts']): Peer => ({ name: 'x', kinds: [], notAsked: [], accepts });
    const throws = (error: Error) => peer(() => Promise.reject(error));
    assert.equal(
      await outcomeOf(
        peer(async () => true),
        one,
      ),
      'accepts',
    );
    assert.equal(
      await outcomeOf(
        peer(async () => false),
        one,
      ),
      'refuses',
    );
    assert.equal(await outcomeOf(throws(new Error('not signed')), one), 'refuses');
    assert.equal(await outcomeOf(throws(new TypeError('undefined is not a function')), one), 'crashes');
  });

  it('counts right verdicts by check, leaves out what was not asked, and names the rest', () => {
    const entries = ['valid-mnc', 'digest-boolean', 'digest-text', 'status-10'].map(caseOf);
    const outcomes = new Map([
      ['valid-mnc', 'accepts'],
      ['digest-boolean', 'refuses'],
      ['digest-text', 'crashes'],
    ] as const);
    const text = printScorecard(entries, [{ name: 'a-library', outcomes }]);
    assert.match(text, /^valid +1\/1$/m);
    assert.match(text, /^digest +1\/2$/m);
    assert.match(text, /^status +–$/m);
    assert.match(text, /^all +2\/3$/m);
    assert.match(text, /crashes \(1\): digest-text$/m);
    assert.doesNotMatch(text, /accepts, though/);
  });

  it('calls each library so that it accepts a plain good document, and refuses a changed signature', async () => {
    const good = loadCase(caseOf('valid-mnc'));
    // One of them asks the machine for the time.
    mock.timers.enable({ apis: ['Date'], now: good.at });
    try {
      for (const peer of [tegata, owf, animo, auth0]) assert.equal(await outcomeOf(peer, good), 'accepts', peer.name);
    } finally {
      mock.timers.reset();
    }
    for (const peer of [tegata, owf, animo, auth0]) {
      assert.equal(await outcomeOf(peer, loadCase(caseOf('signature-bit'))), 'refuses', peer.name);
    }
  });
});

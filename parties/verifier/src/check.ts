import type { Clock } from '@tegata/clock';
import type { Log } from '@tegata/log';
import type { Tap } from '@tegata/tap';
import { inspectAnswer } from './inspect.ts';
import { deviceRequest, questionOf } from './request.ts';
import { askPhone } from './session.ts';
import { noAnswerVerdict, type Verdict, verdictOn } from './verdict.ts';

/** What a check needs. */
export interface Checking {
  readonly clock: Clock;
  readonly log: Log;
  readonly tap: Tap;
  /** IACA roots (DER). */
  readonly trust: readonly Uint8Array[];
  readonly legalBasis?: string | undefined;
  readonly answerMs: number;
}

/**
 * Step 9: asks the phone behind a QR code one question and gives the verdict. Nothing of it is kept or logged but the colour and the code.
 * @throws {VerifierError} `bad-request`, `legal-basis-required`, before anything is sent
 */
export async function check(checking: Checking, order: { engagement: string; ask: string }): Promise<Verdict> {
  const { tap, log } = checking;
  const question = questionOf(order.ask);
  const request = deviceRequest(question, checking.legalBasis);
  tap.step({ step: 9, state: 'started' });
  let verdict: Verdict;
  try {
    const answer = await askPhone({ qr: order.engagement, request, tap, answerMs: checking.answerMs });
    verdict =
      'failed' in answer
        ? noAnswerVerdict(answer)
        : verdictOn(question, inspectAnswer({ answer, question, trust: checking.trust, now: checking.clock.now() }));
  } catch (error) {
    tap.step({ step: 9, state: 'failed', code: 'internal' });
    throw error;
  }
  const { code } = verdict;
  tap.step({
    step: 9,
    state: verdict.verdict === 'green' ? 'passed' : 'failed',
    ...(code === undefined ? {} : { code }),
  });
  log.info('check', { verdict: verdict.verdict, ...(code === undefined ? {} : { code }) });
  return verdict;
}

import { ApplicantAppError } from '@tegata/applicant-app';
import type { CardIo } from './card-io.ts';

/**
 * Does something with a PIN; before the last remaining try it asks the person, and without a person it stops.
 * @param yes the person has said on the command line that the last try may be used
 * @throws {ApplicantAppError} `last-try`
 */
export async function beforeLastTry<T>(
  io: CardIo,
  yes: boolean,
  work: (confirmLastTry: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await work(yes);
  } catch (error) {
    const stopped = error instanceof ApplicantAppError && error.code === 'last-try';
    if (!stopped || !io.person) throw error;
    const question =
      'One try is left. Another mistake locks it, and only the municipal office unlocks it. Go on? (yes/no) ';
    if (!(await io.person.yes(question))) throw error;
    return work(true);
  }
}

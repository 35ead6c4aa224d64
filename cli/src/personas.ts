import { type KnownPersona, loadPersona, PERSONA_IDS } from '@tegata/card';
import { languageOf } from './terminal.ts';

/** How a journey with this card ends, in one word: `ok`, or the code of the refusal. */
const outcome = ({ expect }: KnownPersona): string => (expect.ok ? 'ok' : expect.code);

/**
 * Prints the test cards, one a line: id, how a journey with it ends, whose it is and what it is good for. With `json` each line is an object with
 * both languages.
 */
export async function listPersonas({ json }: { json: boolean }): Promise<number> {
  const language = languageOf(process.env);
  const personas = PERSONA_IDS.map(loadPersona);
  if (json) {
    for (const { id, group, ja, en, expect } of personas) {
      process.stdout.write(`${JSON.stringify({ id, group, expect, ja, en })}\n`);
    }
    return 0;
  }
  const longest = Math.max(...personas.map((persona) => outcome(persona).length));
  for (const persona of personas) {
    const { title, name, note } = persona[language];
    const columns = [persona.id.padEnd(26), outcome(persona).padEnd(longest), `${title} (${name}): ${note}`];
    process.stdout.write(`${columns.join(' ')}\n`);
  }
  return 0;
}

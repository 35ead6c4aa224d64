import { loadPersona, PERSONA_IDS } from '@tegata/card';
import { languageOf } from './terminal.ts';

/** Prints the test cards, one a line. */
export async function listPersonas(): Promise<number> {
  const language = languageOf(process.env);
  for (const id of PERSONA_IDS) {
    const { name, note } = loadPersona(id)[language];
    process.stdout.write(`${id.padEnd(20)} ${name}: ${note}\n`);
  }
  return 0;
}

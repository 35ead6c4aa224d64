// Draws the portraits of the personas that have none yet: node parties/card/src/make-portraits.ts [--all]
// Drawing takes half a second each, so that the JP2 files lie in the repository.
import { existsSync, writeFileSync } from 'node:fs';
import { loadPersona, PERSONA_IDS, personaFolder } from './persona.ts';
import { portraitFile } from './portraits/portrait-file.ts';

for (const id of PERSONA_IDS) {
  const path = `${personaFolder(id)}portrait.jp2`;
  if (process.argv.includes('--all') || !existsSync(path))
    writeFileSync(path, await portraitFile(loadPersona(id).look));
}

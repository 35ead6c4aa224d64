// Makes the RSA keys of the personas' cards that have none yet: node parties/card/src/make-test-keys.ts
// A card's six keys cost a second and more, so that they lie in the repository. They follow from the persona's id and protect nothing and nobody.
import { existsSync, writeFileSync } from 'node:fs';
import { makeCardKeys } from './card-keys.ts';
import { PERSONA_IDS, personaFolder } from './persona.ts';

for (const id of PERSONA_IDS) {
  const path = `${personaFolder(id)}keys.json`;
  if (!existsSync(path)) writeFileSync(path, makeCardKeys(id));
}

// Sets the personas' names and addresses as 1-bit pictures, as the surface AP holds them, where they are missing:
// CHROMIUM=/usr/bin/chromium node parties/card/src/make-face-texts.ts [--all]
// Needs a browser and a Japanese font with the rare characters, so that the pictures lie in the repository.
import { existsSync, writeFileSync } from 'node:fs';
import { withBrowserType } from './face-texts/set-in-browser.ts';
import { ADDRESS_IMAGE, NAME_IMAGE } from './face-texts/size.ts';
import { loadPersona, PERSONA_IDS, personaFolder } from './persona.ts';

await withBrowserType(process.env['CHROMIUM'] ?? '/usr/bin/chromium', async (set) => {
  for (const id of PERSONA_IDS) {
    const { name, address } = loadPersona(id);
    for (const [file, text, size] of [
      ['name.png', name, NAME_IMAGE],
      ['address.png', address, ADDRESS_IMAGE],
    ] as const) {
      const path = `${personaFolder(id)}${file}`;
      if (process.argv.includes('--all') || !existsSync(path)) writeFileSync(path, await set(text, size));
    }
  }
});

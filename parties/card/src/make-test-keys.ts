// Makes the RSA keys of the personas' cards, once: node parties/card/src/make-test-keys.ts
// A fresh key costs 200 ms and a card needs six, so that they lie in the repository. They protect nothing and nobody.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { generateSoftwareKey } from '@tegata/keys';
import { PERSONA_IDS } from './persona.ts';
import { CARD_KEYS, keyPath } from './test-keys.ts';

for (const persona of PERSONA_IDS) {
  for (const name of CARD_KEYS) {
    const path = keyPath(persona, name);
    if (existsSync(path)) continue;
    mkdirSync(new URL('.', path), { recursive: true });
    const pem = (await generateSoftwareKey('RSA-2048')).export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(path, `TEST ONLY / 見本: the key "${name}" of the invented card "${persona}". It is public.\n${pem}`);
  }
}

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PersonaId } from './persona.ts';

/** The keys of a card: JPKI-AP 0017 and 001A, text AP 0013 and 0006, surface AP 001A, common AP 0019. */
export const CARD_KEYS = ['jpki-auth', 'jpki-sign', 'text', 'text-session', 'surface', 'common'] as const;

/** The name of a card key. */
export type CardKeyName = (typeof CARD_KEYS)[number];

/** Where the key lies. */
export function keyPath(persona: PersonaId, name: CardKeyName): URL {
  return new URL(`../test-keys/${persona}/${name}.pem`, import.meta.url);
}

/** The six keys of a persona's card, marked TEST ONLY. */
export function loadTestKeys(persona: PersonaId): Record<CardKeyName, KeyObject> {
  const load = (name: CardKeyName) => createPrivateKey(readFileSync(keyPath(persona, name), 'utf8'));
  return Object.fromEntries(CARD_KEYS.map((name) => [name, load(name)])) as Record<CardKeyName, KeyObject>;
}

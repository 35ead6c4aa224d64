import { parseJsonObject } from '@tegata/jose';

/**
 * Parses JSON in which no object has a name twice: of two values for one name another reader might take the other.
 * @throws {SyntaxError} when it is not JSON
 * @throws {JoseError} when a name stands there twice, or it is nested more deeply than anything that is read here
 */
export function parseJsonText(text: string): unknown {
  // By itself first: what is JSON alone is one value inside of an object too.
  JSON.parse(text);
  return parseJsonObject(Buffer.from(`{"value":${text}}`))['value'];
}

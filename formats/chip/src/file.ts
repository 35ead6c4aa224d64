import type { Access, SecretFile, SecretForm, TransparentFile } from './application.ts';

/**
 * A transparent EF.
 * @example
 * new Map([[0x04, transparentFile(withFiller(cvc), 'anyone')]]);
 */
export function transparentFile(content: Uint8Array, read: Access): TransparentFile {
  return { kind: 'transparent', content, read };
}

/**
 * A secret EF with a value of ASCII characters. With `null` nobody set one: it is blocked for ever.
 * @example
 * new Map([[0x18, secretFile('1234', 3, 'four-digits')]]);
 */
export function secretFile(value: string | null, tries: number, change?: SecretForm): SecretFile {
  return {
    kind: 'secret',
    value: new Uint8Array(Buffer.from(value ?? '', 'latin1')),
    tries: value === null ? 0 : tries,
    ...(change && { change }),
  };
}

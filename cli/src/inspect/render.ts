import type { Inspection } from './inspect-input.ts';

/** An inspection as text for a terminal: a line that says what it is, then each section under its title. */
export function renderInspection(inspection: Inspection): string {
  const { form, kind, size, masked, sections } = inspection;
  const parts = [`${kind}, ${size} bytes (read as ${form})`];
  for (const { title, text, note, clause } of sections) {
    parts.push([`── ${title}${clause ? `  [${clause}]` : ''}`, text, ...(note ? [`   ${note}`] : [])].join('\n'));
  }
  if (masked) parts.push('Secrets are masked and long byte strings cut. --unmask shows everything.');
  return `${parts.join('\n\n').replaceAll(UNPRINTABLE, '\uFFFD')}\n`;
}

// Text of the input must not move the cursor, change colours or set the title of a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be replaced
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

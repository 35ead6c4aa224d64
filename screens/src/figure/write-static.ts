/** Writes the figure of both languages for the documents: `node src/figure/write-static.ts` → docs/figure.{ja,en}.svg. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { en } from '../words/en.ts';
import { ja } from '../words/ja.ts';
import { figureSvg } from './static.ts';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
await mkdir(docs, { recursive: true });
for (const words of [ja, en]) await writeFile(`${docs}figure.${words.lang}.svg`, figureSvg(words));

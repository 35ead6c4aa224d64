import { readFileSync } from 'node:fs';
import { loadPersona } from '@tegata/card';
import { systemClock } from '@tegata/clock';
import { systemRandom } from '@tegata/random';
import { buildScreens } from '@tegata/screens';
import { openDataFolder } from './data-folder.ts';
import { Hub } from './figure/hub.ts';
import { runsOver } from './figure/runs.ts';
import { serveFigure } from './figure/server.ts';
import { Refused } from './hands.ts';
import { inOrder, stepTimer } from './journey.ts';
import { tellRunning } from './jpki/running-file.ts';
import { stderrLogs } from './logs.ts';
import { openBrowser } from './open-browser.ts';
import { ownPersonas, personaOf, secretsOf } from './persona-argument.ts';
import { demoCertificates, startStack } from './stack.ts';
import { explain, languageOf, stepLine } from './terminal.ts';

const words = {
  en: {
    first: 'A first journey, from the card to the shop:',
    figure: 'The figure',
    stop: 'Ctrl-C stops everything.',
    memory: 'Everything is in memory: nothing survives Ctrl-C. Use --db (PostgreSQL) and --data to keep it.',
    pglite:
      'The rows lie in a PGlite folder: they survive a crash of this process, not a power cut. Use --db for anything that must last.',
    stopping: 'Stopping …',
  },
  ja: {
    first: '最初の旅:カードから店まで',
    figure: '図のアドレス',
    stop: 'Ctrl-C ですべて止まります。',
    memory: 'すべてメモリーの中にあります。Ctrl-C で消えます。残すには --db(PostgreSQL)と --data を使ってください。',
    pglite:
      '記録は PGlite のフォルダーにあります。このプロセスの異常終了には耐えますが、停電には耐えません。大切なものには --db を使ってください。',
    stopping: '止めています …',
  },
};

/**
 * Starts every party and the figure, runs one journey at once, then serves until it is interrupted.
 * @returns the exit code
 */
export async function up(options: {
  db?: string;
  data?: string;
  port?: number;
  open: boolean;
  /** Folders of personas besides ours; the first of them makes the first journey. */
  personas: readonly string[];
}): Promise<number> {
  const own = ownPersonas(options.personas.map(personaOf));
  const language = languageOf(process.env);
  const say = words[language];
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const line = (text = '') => process.stdout.write(`${text}\n`);
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };

  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const logs = stderrLogs(process.env);
  const clock = systemClock;
  const hub = new Hub(clock);
  let first = true;
  const shown = new Set<string>();
  const ordered = inOrder((step) => {
    if (!first || (step.state === 'waiting' && shown.has(`${step.step}${step.code}`))) return;
    shown.add(`${step.step}${step.code}`);
    line(stepLine(step, language, colour));
  });
  const timer = stepTimer((step) => ordered.step(step));

  line(`手形 Tegata ${version}  見本 / TEST ONLY`);
  const folder = options.data ?? (options.db === undefined ? undefined : '.tegata');
  // The screens are built while the parties start; both take seconds.
  const [screens, stack] = await Promise.all([
    buildScreens(),
    startStack({
      db: options.db,
      data: openDataFolder(folder, systemRandom, process.env),
      clock,
      random: systemRandom,
      logs,
      ownPersonas: own,
      tap: {
        message: (message) => hub.message(message),
        step: (step) => {
          hub.step(step);
          timer.step(step);
        },
      },
    }),
  ]);
  const untell =
    folder === undefined
      ? () => {}
      : tellRunning(folder, { url: stack.urls['jpki'] as string, secret: stack.secrets.toJpki });
  const runs = runsOver({
    hands: stack.hands,
    hub,
    phonePin: stack.demo.phonePin,
    certificates: demoCertificates,
  });
  const figure = await serveFigure({
    hub,
    runs,
    clock,
    random: systemRandom,
    log: logs('figure'),
    screens,
    port: options.port,
    info: { db: stack.storeKind, version, demo: stack.demo },
  }).catch(async (error: unknown) => {
    untell();
    await stack.close();
    throw error;
  });
  try {
    line(`${say.figure}: ${figure.url}`);
    line();
    line(say.first);
    await Promise.race([interrupted, firstJourney()]);
    first = false;
    line();
    line(`${say.figure}: ${figure.url}`);
    if (stack.storeKind !== 'postgres') line(stack.storeKind === 'pglite' ? say.pglite : say.memory);
    line(say.stop);
    if (options.open) openBrowser(figure.url, process.env, process.platform);
    await interrupted;
    line(say.stopping);
    return 0;
  } finally {
    untell();
    runs.close();
    await figure.close();
    await stack.close();
  }

  async function firstJourney(): Promise<void> {
    try {
      const persona = own[0] ?? loadPersona('adult');
      await runs.start({ persona: persona.id, ...secretsOf(persona) });
      await runs.settled();
      const { qr } = await stack.hands.engage({ consent: 'allow', phonePin: stack.demo.phonePin });
      await stack.hands.askAge(qr);
      ordered.flush();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      line(explain(error.code, language, '  '));
    }
  }
}

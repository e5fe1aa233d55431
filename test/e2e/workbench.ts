/** What a person does in the workbench: opening files, pressing buttons, looking into webviews. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';
import { choose, runCommand } from '../support/vscode';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shots = join(root, 'build', 'shots', 'vscode');

/** As the theme picker names them, with the class that the workbench then has. */
const THEMES = {
  dark: { title: 'Dark Modern', className: 'vs-dark' },
  light: { title: 'Light Modern', className: 'vs' },
  hc: { title: 'Dark High Contrast', className: 'hc-black' },
} as const;
type ThemeName = keyof typeof THEMES;

/** Opens a file by its name, as Ctrl+P does. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+P');
  await choose(page, name, name);
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

/** The training panel. */
export function trainingPanel(page: Page): Promise<Frame> {
  return webview(page, 'body[data-view="training"] .view-name');
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

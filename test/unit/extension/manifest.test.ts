/** package.json and the code name the same commands, views, settings and types. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { COMMANDS, VIEWS, VIEW_TYPES } from '../../../src/extension/commands/ids';
import {
  CONFIG_SUFFIX,
  EVALUATION_SUFFIX,
  TASK_SUFFIX,
} from '../../../src/extension/config/configFiles';
import { SETTINGS } from '../../../src/extension/settings';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const menuItem = z.object({ command: z.string(), when: z.string().optional() });
const manifest = z
  .object({
    activationEvents: z.array(z.string()),
    icon: z.string(),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string() })),
      menus: z.record(z.string(), z.array(menuItem)),
      keybindings: z.array(menuItem),
      views: z.object({ velo: z.array(z.object({ id: z.string() })) }),
      viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
      customEditors: z.array(z.object({ viewType: z.string() })),
      walkthroughs: z.array(
        z.object({
          id: z.string(),
          steps: z.array(
            z.object({
              description: z.string(),
              media: z.record(z.string(), z.string()),
              completionEvents: z.array(z.string()),
            }),
          ),
        }),
      ),
      configuration: z.object({
        properties: z.record(
          z.string(),
          z.object({
            default: z.unknown(),
            markdownDescription: z.string(),
            scope: z.string(),
            order: z.number(),
          }),
        ),
      }),
      jsonValidation: z.array(z.object({ fileMatch: z.string(), url: z.string() })),
      languages: z.array(z.object({ id: z.string(), filenamePatterns: z.array(z.string()) })),
      problemMatchers: z.array(z.object({ pattern: z.object({ regexp: z.string() }) })),
    }),
  })
  .parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
const { contributes } = manifest;

const SUFFIXES = [CONFIG_SUFFIX, EVALUATION_SUFFIX, TASK_SUFFIX];
const commandIds = Object.keys(COMMANDS).sort();
const palette = new Map(contributes.menus['commandPalette']?.map((item) => [item.command, item]));

it('contributes exactly the commands of the table', () => {
  expect(contributes.commands.map(({ command }) => command).sort()).toEqual(commandIds);
});

it('hides the commands that need an argument from the palette, and no others', () => {
  const hidden = [...palette.values()].filter(({ when }) => when === 'false');
  const needy = Object.entries(COMMANDS).filter(([, kind]) => kind === 'argument');
  expect(hidden.map(({ command }) => command).sort()).toEqual(needy.map(([id]) => id).sort());
});

it('gives each command the category VeLO and a title in title case', () => {
  for (const { title, category } of contributes.commands) {
    expect(category).toBe('VeLO');
    expect(title).toMatch(/^[A-Z][A-Za-z]*…?( ([A-Z]|a|of|in|this|with)[A-Za-z-]*…?)*$/);
  }
});

it('uses known commands in menus, keybindings, welcome texts and the walkthrough', () => {
  const texts = [
    ...contributes.viewsWelcome.map(({ contents }) => contents),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map((step) => step.description)),
  ].join('\n');
  const linked = [...texts.matchAll(/command:(velo\.[a-zA-Z.]+)/g)].map(([, id]) => id ?? '');
  const events = contributes.walkthroughs
    .flatMap(({ steps }) => steps.flatMap((step) => step.completionEvents))
    .flatMap((event) => /^onCommand:(.*)/.exec(event)?.[1] ?? []);
  const inMenus = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
  const focus = Object.values(VIEWS).map((view) => `${view}.focus`);
  const used = [...linked, ...events, ...inMenus.map(({ command }) => command)];
  expect(linked.length).toBeGreaterThan(4);
  expect(used.filter((id) => !commandIds.includes(id) && !focus.includes(id))).toEqual([]);
});

it('contributes exactly the views of the code, each with a welcome text', () => {
  const ids = contributes.views.velo.map(({ id }) => id);
  expect(ids).toEqual(Object.values(VIEWS));
  expect([...new Set(contributes.viewsWelcome.map(({ view }) => view))]).toEqual(ids);
});

it('contributes exactly the settings that are read, with the defaults of the code', () => {
  const { properties } = contributes.configuration;
  const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  expect(Object.keys(properties)).toEqual(names.map((name) => `velo.${name}`));
  for (const name of names) {
    const setting = properties[`velo.${name}`];
    expect(SETTINGS[name].parse(undefined)).toBe(setting?.default);
    expect(setting?.markdownDescription).toMatch(/\.$/);
  }
});

it('is activated for the panels that VS Code restores, and has the custom editor', () => {
  const { training, comparison, optimizer, speedup } = VIEW_TYPES;
  expect(manifest.activationEvents).toContain(`onWebviewPanel:${training}`);
  expect(manifest.activationEvents).toContain(`onWebviewPanel:${comparison}`);
  expect(manifest.activationEvents).toContain(`onWebviewPanel:${speedup}`);
  for (const suffix of SUFFIXES)
    expect(manifest.activationEvents).toContain(`workspaceContains:**/*${suffix}`);
  expect(contributes.customEditors.map(({ viewType }) => viewType)).toEqual([optimizer]);
});

it('reads each kind of JSON file with comments, and checks it against its schema', () => {
  const patterns = SUFFIXES.map((suffix) => `*${suffix}`);
  expect(contributes.languages).toEqual([{ id: 'jsonc', filenamePatterns: patterns }]);
  expect(contributes.jsonValidation.map(({ fileMatch }) => fileMatch)).toEqual(patterns);
  for (const { url } of contributes.jsonValidation) {
    const schema = JSON.parse(readFileSync(root + url.replace('./', ''), 'utf8')) as object;
    expect(schema).toMatchObject({ allowComments: true, type: 'object' });
  }
});

it('names only files that are there', () => {
  const media = contributes.walkthroughs.flatMap(({ steps }) =>
    steps.flatMap(({ media: files }) =>
      Object.entries(files).flatMap(([kind, file]) => (kind === 'altText' ? [] : file)),
    ),
  );
  for (const file of [...media, manifest.icon]) expect(existsSync(root + file), file).toBe(true);
});

it('finds file, line, column and message in what the command line prints', () => {
  const [matcher] = contributes.problemMatchers;
  const pattern = new RegExp(matcher?.pattern.regexp ?? '');
  const line = 'error: sub/bad.velo.json:3:19: optimizer.learningRate must be > 0, got -1';
  expect(pattern.exec(line)?.slice(1)).toEqual([
    'sub/bad.velo.json',
    '3',
    '19',
    'optimizer.learningRate must be > 0, got -1',
  ]);
  const other = 'error: /a/net.velo-task.json:1:2: data is missing';
  expect(pattern.exec(other)?.slice(1, 3)).toEqual(['/a/net.velo-task.json', '1']);
});

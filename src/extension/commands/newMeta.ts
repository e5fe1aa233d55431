/** "VeLO: New Meta-Training…": asks for time, start, tasks and name, and writes NAME.velo.json. */
import { ThemeIcon, Uri, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { configPath, freeName, nameProblem, writeNewFile } from '../config/configFiles';
import { relativePath } from '../config/newConfig';
import { META_TIMES, newMetaText } from '../metas/newMeta';
import type { Services } from '../services';
import { chooseFolder, optimizerItems } from './newRun';

const TITLE = 'New Meta-Training';

/** @returns the config that was written, or undefined where the user left */
export async function newMeta(services: Services): Promise<Uri | undefined> {
  const folder = await chooseFolder();
  if (folder === undefined) return undefined;
  const budget = await pickTime();
  if (budget === undefined) return undefined;
  const start = await pickStart(services, folder);
  if (start === undefined) return undefined;
  const tasks = await pickTasks();
  if (tasks === undefined) return undefined;
  const name = await window.showInputBox({
    title: `${TITLE}: Name`,
    prompt: 'The config is written to NAME.velo.json, and the meta-training begins',
    value: freeName(`metatrain-${budget}`, folder),
    validateInput: (text) => nameProblem(text, folder),
  });
  if (name === undefined) return undefined;
  const path = configPath(folder, name.trim());
  await writeNewFile(path, newMetaText({ start, tasks, budget }));
  return Uri.file(path);
}

type Item<T> = QuickPickItem & { readonly value?: T };

async function pick<T>(
  items: readonly Item<T>[] | Promise<Item<T>[]>,
  what: string,
  placeHolder: string,
): Promise<T | undefined> {
  const options = { title: `${TITLE}: ${what}`, placeHolder, matchOnDescription: true };
  return (await window.showQuickPick(items, options))?.value;
}

function pickTime(): Promise<string | undefined> {
  const items = META_TIMES.map(({ budget, label, words }) => ({
    ...{ label, description: words, value: budget },
    iconPath: new ThemeIcon('clock'),
  }));
  return pick(items, 'Time', 'How long it may take; it can be stopped and go on at any time');
}

const MADE: readonly Item<string>[] = [
  {
    label: 'Clock',
    description: 'made by hand, with units that count steps: the fastest way to something good',
    iconPath: new ThemeIcon('watch'),
    value: 'clock',
  },
  {
    label: 'Fresh',
    description: 'random weights: everything is learned',
    iconPath: new ThemeIcon('sparkle'),
    value: 'fresh',
  },
];

/** What is made, or learned weights, of which a run could be trained with. */
function pickStart({ engines }: Services, folder: string): Promise<string | undefined> {
  const items = optimizerItems(engines.get(folder)).then((all) => {
    const weights = all.flatMap(({ value, ...item }): Item<string>[] => {
      if (value === undefined || value.source === 'baseline') return [];
      const { source, name, path } = value;
      const isShipped = source === 'shipped' || path === undefined;
      return [{ ...item, value: isShipped ? name : relativePath(path, folder) }];
    });
    return [...MADE, ...weights];
  });
  return pick(items, 'Start', 'What its weights are at first');
}

function pickTasks(): Promise<string | undefined> {
  const items = [
    {
      label: 'recipe',
      description: 'small perceptrons on two data sets: the cheapest, for minutes and hours',
      value: 'recipe',
    },
    {
      label: 'wide',
      description: 'also convolutions, other losses and sizes: for hours and nights',
      value: 'wide',
    },
    {
      label: 'general',
      description:
        'every family, also tasks that train an optimizer: to go on from learned weights',
      value: 'general',
    },
    {
      label: 'hard',
      description: 'the same, with more of what is hard: for VeLO with orthogonal steps',
      value: 'hard',
    },
  ];
  return pick(items, 'Tasks', 'What it is trained on');
}

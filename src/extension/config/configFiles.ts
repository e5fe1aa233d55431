/** Texts and names of new `*.velo.json` files: written to be read, and never over a file that is there. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { UserError, messageOf } from '../../base/index';

export const CONFIG_SUFFIX = '.velo.json';
export const EVALUATION_SUFFIX = '.velo-eval.json';
export const TASK_SUFFIX = '.velo-task.json';

/** What a name for a file and a run must be; undefined when it is fine. */
export function nameProblem(
  name: string,
  folder: string,
  suffix = CONFIG_SUFFIX,
): string | undefined {
  if (name.trim() === '') return 'A name is needed.';
  if (name.trim().length > 80) return 'At most 80 characters.';
  if (/[\\/:*?"<>|]/.test(name) || name.startsWith('.')) {
    return 'A file cannot be called that: leave out \\ / : * ? " < > | and a dot at the beginning.';
  }
  if (existsSync(configPath(folder, name.trim(), suffix))) {
    return `${name.trim()}${suffix} is there already; choose another name.`;
  }
  return undefined;
}

/** `fashion`, or the first of `fashion-2`, `fashion-3`, … that is free. */
export function freeName(wanted: string, folder: string, suffix = CONFIG_SUFFIX): string {
  const plain =
    wanted
      .replace(/[\\/:*?"<>|\s]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 70) || 'run';
  const stem = plain.replace(/-\d{1,3}$/, '');
  const isFree = (name: string): boolean => !existsSync(configPath(folder, name, suffix));
  if (isFree(plain)) return plain;
  for (let number = 2; ; number++) {
    if (isFree(`${stem}-${number}`)) return `${stem}-${number}`;
  }
}

export function configPath(folder: string, name: string, suffix = CONFIG_SUFFIX): string {
  return join(folder, `${name}${suffix}`);
}

/** Writes a new file. @throws UserError('disk') where one is there, or the disk refuses */
export async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (thrown) {
    throw new UserError('disk', `${path} could not be written: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** JSON as people write it: two spaces, short lists on one line. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  const oneLine = text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (whole, items: string) => {
    const line = `[${items.replace(/\s*\n\s*/g, ' ')}]`;
    return line.length <= 70 ? line : whole;
  });
  return `${oneLine}\n`;
}

/** The text of a copy of a run's config: under another name, with paths relative to its new folder where they are inside. */
export function duplicatedConfig(configText: string, name: string, folder: string): string {
  const config = JSON.parse(configText) as Record<string, unknown>;
  const copy = mapStrings(config, (text) => {
    if (!isAbsolute(text)) return text;
    const path = relative(folder, text);
    return path.startsWith('..') || isAbsolute(path) ? text : `./${path.split(sep).join('/')}`;
  }) as Record<string, unknown>;
  return formatJson({ ...copy, name });
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]);
  return Object.fromEntries(entries) as unknown;
}

/** A folder for files and a cache, fresh for each test. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { addData } from '../../../../src/engine/data/add';
import type { AddOptions } from '../../../../src/engine/data/add';
import { readCached } from '../../../../src/engine/data/cache';
import type {
  DataContent,
  ImageContent,
  TableContent,
  TextContent,
} from '../../../../src/engine/data/content';

export interface Workbench {
  readonly folder: () => string;
  readonly cache: () => string;
  /** Writes a file below the folder; returns its path. */
  readonly put: (name: string, content: Uint8Array | string) => string;
  /** Adds a path of the folder as `own`. */
  readonly add: (name: string, options?: Partial<AddOptions>) => ReturnType<typeof addData>;
  /** What the cache has of `own` after it was added. */
  readonly images: (name: string, options?: Partial<AddOptions>) => Promise<ImageContent>;
  readonly text: (name: string, options?: Partial<AddOptions>) => Promise<TextContent>;
  readonly table: (name: string, options?: Partial<AddOptions>) => Promise<TableContent>;
}

export function workbench(): Workbench {
  const root = fs.mkdtempSync(join(tmpdir(), 'velo-data-'));
  afterAll(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });
  let made = 0;
  const folder = () => join(root, `case${made}`, 'files');
  const cache = () => join(root, `case${made}`, 'cache');
  beforeEach(() => {
    made++;
    fs.mkdirSync(folder(), { recursive: true });
  });
  const add: Workbench['add'] = (name, options = {}) =>
    addData(join(folder(), name), { cache: cache(), name: 'own', ...options });
  const through = async (name: string, options: Partial<AddOptions> = {}): Promise<DataContent> => {
    await add(name, options);
    return readCached(cache(), options.name ?? 'own');
  };
  const ofKind =
    <K extends DataContent['kind']>(kind: K) =>
    async (name: string, options?: Partial<AddOptions>) => {
      const content = await through(name, options);
      if (content.kind !== kind) throw new Error(`it is a ${content.kind}`);
      return content as Extract<DataContent, { kind: K }>;
    };
  return {
    folder,
    cache,
    put(name, content) {
      const path = join(folder(), name);
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(path, content);
      return path;
    },
    add,
    images: ofKind('images'),
    text: ofKind('text'),
    table: ofKind('table'),
  };
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  diagnoseMetaConfigText,
  diagnoseRunConfigText,
  isMetaConfigText,
  parseMetaConfigText,
  parseRunConfigText,
} from '../../../src/protocol/index';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.velo.json'));

describe('the examples', () => {
  it('are the ones that the documentation names', () => {
    expect(files.sort()).toEqual([
      'digits.velo.json',
      'fashion-adam.velo.json',
      'fashion.velo.json',
      'metatrain-2-minutes.velo.json',
      'metatrain-20-minutes.velo.json',
      'metatrain-3-hours.velo.json',
      'metatrain-gradient.velo.json',
      'metatrain-one-night.velo.json',
      'mnist.velo.json',
      'rosenbrock.velo.json',
    ]);
  });

  it.each(files)('%s parses, and is named by its file', (file) => {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const isMeta = isMetaConfigText(text);
    expect(isMeta).toBe(file.startsWith('metatrain-'));
    const diagnose = isMeta ? diagnoseMetaConfigText : diagnoseRunConfigText;
    expect(diagnose(text)).toEqual([]);
    const { name } = isMeta
      ? parseMetaConfigText(text, path)
      : parseRunConfigText(text, { fileName: path });
    expect(name).toBe(file.replace('.velo.json', ''));
  });

  it('compare VeLO with Adam on the same task', () => {
    const read = (file: string) => parseRunConfigText(readFileSync(join(folder, file), 'utf8'));
    const [velo, adam] = [read('fashion.velo.json'), read('fashion-adam.velo.json')];
    expect({ ...velo, optimizer: null }).toEqual({ ...adam, optimizer: null });
    expect(adam.optimizer).toMatchObject({ name: 'adam', learningRate: 1e-3 });
  });
});

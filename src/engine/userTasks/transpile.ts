/** TypeScript and ES modules to what a function body can be, line by line: a stack trace names the lines of the file. */
import type { transform } from 'sucrase';
import { UserError, messageOf } from '../../base/index';

let loaded: typeof transform | undefined;

/** Reads the transpiler, which nobody needs who has no task of their own. */
export async function loadTranspiler(): Promise<void> {
  loaded ??= (await import('sucrase')).transform;
}

/**
 * @param path  absolute; what it ends with says what it is
 * @throws UserError('config') with line and column where the text cannot be read
 */
export function transpile(path: string, text: string): string {
  if (path.endsWith('.json')) return text;
  if (loaded === undefined) throw new Error('the transpiler was not loaded');
  const isTypeScript = /\.m?ts$/.test(path);
  try {
    const { code } = loaded(text, {
      transforms: isTypeScript ? ['typescript', 'imports'] : ['imports'],
      filePath: path,
      production: true,
      disableESTransforms: true,
    });
    return code;
  } catch (thrown) {
    const { loc } = thrown as { loc?: { line: number; column: number } };
    const place = loc === undefined ? path : `${path}:${loc.line}:${loc.column}`;
    const message = messageOf(thrown)
      .replace(/^Error transforming .*?: /, '')
      .replace(/ \(\d+:\d+\)$/, '');
    throw new UserError('config', `${place}: ${message}`, {
      remedy: 'Mend the syntax there; an editor underlines it.',
      cause: thrown,
    });
  }
}

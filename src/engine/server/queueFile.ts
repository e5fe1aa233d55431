/** `.velo/queue.json`: which runs wait, in their order, so that an engine that starts again goes on with them. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, veloDirectory, writeFileAtomic } from '../../storage/index';

const queueSchema = z.object({ runIds: z.array(z.string()) });

export class QueueFile {
  readonly #path: string;

  constructor(root: string) {
    this.#path = join(veloDirectory(root), 'queue.json');
  }

  /** Nothing where the file is missing or broken: runs that wait also say so themselves. */
  read(): readonly string[] {
    try {
      return queueSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8'))).runIds;
    } catch {
      return [];
    }
  }

  /** @throws UserError('disk'), after which the file is as before */
  write(runIds: readonly string[]): void {
    if (runIds.length > 0) {
      writeFileAtomic(this.#path, `${JSON.stringify({ runIds }, null, 2)}\n`);
      return;
    }
    try {
      rmSync(this.#path, { force: true });
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
    }
  }
}

/** The meta-trainings of the workspace: started, resumed and ended, listed and watched. */
import { Emitter } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EngineResult } from '../../protocol/index';
import type { MetaEntry, MetaUpdate } from '../../protocol/live/index';
import {
  metaPaths,
  metaTrainingIds,
  metaTrainingsDirectory,
  readMetaValidationTasks,
} from '../../storage/index';
import { FolderJobs } from './folderJobs';
import type { FolderJobsPlace } from './folderJobs';
import { metaAbout, metaPlan } from './metaAbout';
import { metaEntry, readDiskMeta } from './metaEntries';
import type { DiskMeta } from './metaEntries';

/** How long one may take to obey a stop: a round of inner trainings is given up, and a checkpoint written. */
const PATIENCE_MS = 30_000;

export class Metas extends FolderJobs<DiskMeta, MetaEntry> {
  readonly #news = new Emitter<string>();

  constructor(place: FolderJobsPlace) {
    super(place, {
      kind: 'metatrain',
      noun: 'meta-training',
      patienceMs: PATIENCE_MS,
      paths: metaPaths,
      parent: metaTrainingsDirectory(place.root),
      ids: () => metaTrainingIds(place.root),
      logs: (directory) => {
        const { iterations, validations } = metaPaths(directory);
        return [iterations, validations];
      },
      last: (directory) => metaPaths(directory).summary,
      read: readDiskMeta,
      entry: (disk, _, standing) => metaEntry(disk, standing),
    });
    this.index.onRead((id) => {
      this.#news.emit(id);
    });
    this.index.onChange(({ changed }) => {
      for (const { metaId } of changed) this.#news.emit(metaId);
    });
    this.followJobs();
  }

  /** Called with the id of a meta-training of which there may be something new. */
  onNews(listener: (id: string) => void): Disposable {
    return this.#news.on(listener);
  }

  /** @throws UserError('disk') */
  list(): EngineResult<'metas.list'> {
    const { entries, warnings } = this.index.list();
    return { metas: entries, warnings };
  }

  /** What it is and how far, besides its logs. */
  now(id: string): Pick<MetaUpdate, 'entry' | 'plan' | 'about' | 'tasks'> | undefined {
    const entry = this.index.get(id);
    if (entry === undefined) return undefined;
    const { record } = this.index.require(id);
    return {
      entry,
      plan: metaPlan(record.config),
      about: metaAbout(record),
      tasks: validationTasksOf(record),
    };
  }
}

/** What thetas are compared on, empty until it is known. @throws UserError('run' | 'disk') */
export function validationTasksOf({ directory }: DiskMeta['record']): MetaUpdate['tasks'] {
  return readMetaValidationTasks(directory).map(({ name, family, length, start, baseline }) => ({
    name,
    family,
    length,
    start: start ?? NaN,
    ...(baseline === undefined
      ? {}
      : {
          baseline: {
            name: baseline.name,
            learningRate: baseline.learningRate,
            loss: baseline.loss ?? NaN,
          },
        }),
  }));
}

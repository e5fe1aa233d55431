/** A worker thread that goes back through inner trainings. */
import { worker } from 'workerpool';
import { toEngineError } from '../../../protocol/index';
import { activateCpu } from '../../devices/tfjsBackends';
import { loadRunner } from '../../userTasks/userTask';
import type { UnrollJob, UnrollReply } from './messages';
import { unrollTraining } from './unrollTraining';

export function serveUnrolls(): void {
  worker({
    unroll: async (job: UnrollJob): Promise<UnrollReply> => {
      try {
        // The same numbers whatever device the trainings of the validation run on.
        await activateCpu();
        if (job.dataset !== undefined && 'modules' in job.dataset) await loadRunner();
        return unrollTraining(job);
      } catch (thrown) {
        return { error: toEngineError(thrown) };
      }
    },
  });
}

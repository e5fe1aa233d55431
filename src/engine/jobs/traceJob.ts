/** From a config's `trace` to a recorder, and the trace in the run's folder that it fills. */
import { createTraceRecorder, traceSchedule } from '../../core/index';
import type { Device, Task, TraceRecorder } from '../../core/index';
import type { RunConfig } from '../../protocol/index';
import type { RunWriter } from '../../storage/index';
import type { PreparedOptimizer } from './createOptimizer';

export interface TraceJob {
  readonly recorder: TraceRecorder;
  /** What of an earlier trace was lost, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Begins the trace of a run, or goes on with it.
 * @param step  the first step that is to come
 * @returns undefined where the config wants none
 * @throws UserError('disk'), UserError('device') where the kernels have no memory left
 */
export function beginTrace(
  { trace: { every }, numSteps }: RunConfig,
  parts: {
    readonly task: Task;
    readonly prepared: PreparedOptimizer;
    readonly device: Device;
  },
  run: RunWriter,
  step: number,
): TraceJob | undefined {
  if (every === 0) return undefined;
  const { params } = parts.task;
  const { optimizer, accumulate } = parts.prepared;
  const { recurrent } = optimizer;
  const { kernels } = parts.device;
  const recorder = createTraceRecorder({
    specs: params,
    schedule: traceSchedule({ numSteps, accumulate, every }),
    ...(recurrent === undefined ? {} : { recurrent }),
    ...(kernels === undefined ? {} : { kernels }),
  });
  const tensors = params.map(({ name, shape }) => ({ name, shape: [...shape] }));
  const { hidden = 0, networks = 0 } = recurrent ?? {};
  return { recorder, warnings: run.openTrace({ tensors, hidden, networks }, step) };
}

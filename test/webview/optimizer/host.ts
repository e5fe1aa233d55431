/** A host that answers the optimizer editor from a theta file, by the engine's own functions. */
import { inspectOptimizer, networkResponse, readMatrix } from '../../../src/engine/inspect/inspect';
import { optimizerViewMessageSchema } from '../../../src/protocol/live/index';
import type {
  MultiplierCurve,
  OptimizerHostMessage,
  OptimizerViewMessage,
} from '../../../src/protocol/live/index';
import type { OpenView, OpenedView, ViewOptions } from '../support/views';

const SHIPPED = 'media/weights/velo-handmade-1.safetensors';

const TENSORS = ['layer0/w', 'layer0/b', 'layer1/w', 'layer1/b'];

function curveOf(runId: string): MultiplierCurve {
  const steps = Uint32Array.from({ length: 101 }, (_, i) => i * 10);
  const multipliers = Float32Array.from({ length: steps.length * TENSORS.length }, (_, i) => {
    const share = Math.floor(i / TENSORS.length) / 100;
    return 20 * (1 + Math.cos(Math.PI * share)) - 0.4 + 0.5 * (i % TENSORS.length);
  });
  return { runId, name: runId, tensors: TENSORS, numSteps: 1000, steps, multipliers };
}

export interface HostOptions extends ViewOptions {
  readonly path?: string;
  /** Names of runs that used the weights. */
  readonly usedBy?: readonly string[];
}

function answerTo(
  message: OptimizerViewMessage,
  { path = SHIPPED, usedBy = ['fashion', 'digits'] }: HostOptions,
): OptimizerHostMessage | undefined {
  switch (message.type) {
    case 'ready':
    case 'resync': {
      const runs = usedBy.map((name) => ({ runId: name, name }));
      return { type: 'inspection', inspection: inspectOptimizer(path, runs) };
    }
    case 'matrix':
      return { type: 'matrix', matrix: readMatrix(path, message.name) };
    case 'response':
      return {
        type: 'response',
        response: networkResponse(path, message.network, message.feature),
      };
    case 'multipliers':
      return { type: 'multipliers', curve: curveOf(message.runId) };
    case 'copy':
    case 'error':
    case 'save':
    case 'trainWithIt':
      return undefined;
  }
}

/** Opens the editor on a theta file; the host answers whatever it asks. */
export async function openEditor(
  openView: OpenView,
  options: HostOptions = {},
): Promise<OpenedView> {
  const view = await openView('optimizer', options);
  await view.page.exposeFunction('tellHost', async (text: string) => {
    const message = optimizerViewMessageSchema.safeParse(JSON.parse(text));
    const answer = message.success ? answerTo(message.data, options) : undefined;
    if (answer !== undefined) await view.send(answer);
  });
  await view.page.evaluate(() => {
    const { tellHost } = window as unknown as { tellHost: (text: string) => void };
    window.veloAnswer = (message) => {
      tellHost(JSON.stringify(message));
    };
    tellHost(JSON.stringify({ type: 'ready' }));
  });
  return view;
}

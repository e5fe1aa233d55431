/** The speedup chart of an evaluation: forwards each new overview, and curves and sweeps as they are asked for. */
import { commands, workspace } from 'vscode';
import { speedupViewMessageSchema } from '../../protocol/live/index';
import type { SpeedupHostMessage, SpeedupViewMessage } from '../../protocol/live/index';
import { VIEW_TYPES } from '../commands/ids';
import { refOf } from '../evaluations/evaluationStore';
import type { EvaluationRef } from '../evaluations/evaluationStore';
import { sameEvaluation } from '../evaluations/evaluationStore';
import { openTaskConfig } from '../evaluations/taskConfig';
import type { Services } from '../services';
import { FolderPanel, viewerOf } from './folderPanel';
import type { FolderPanelKind, FolderPanelOptions } from './folderPanel';
import { FolderPanels } from './folderPanels';
import type { OwnMessage } from './webviewHost';

export type SpeedupPanels = FolderPanels<EvaluationRef>;
type Kind = FolderPanelKind<EvaluationRef, SpeedupHostMessage, OwnMessage<SpeedupViewMessage>>;

/** A large evaluation is read and scored before the first answer. */
const PATIENCE = { timeoutMs: 120_000 };

export function createSpeedupPanels(services: Services): SpeedupPanels {
  return new FolderPanels({
    viewType: VIEW_TYPES.speedup,
    title: 'Speedup Chart',
    refOf,
    isSame: sameEvaluation,
    create: (panel, ref) => createSpeedupPanel(services, { panel, ref }),
  });
}

export function createSpeedupPanel(
  services: Services,
  options: FolderPanelOptions<EvaluationRef>,
): FolderPanel<EvaluationRef, SpeedupHostMessage, OwnMessage<SpeedupViewMessage>> {
  return new FolderPanel(services, options, kindOf(services));
}

function kindOf(services: Services): Kind {
  return {
    view: 'speedup',
    icon: 'graph-scatter',
    schema: speedupViewMessageSchema as Kind['schema'],
    idOf: ({ evaluationId }) => evaluationId,
    stateOf: ({ root, evaluationId }) => ({ root, evaluationId }),
    store: services.evaluations,
    nothing: (canControl) => ({ type: 'noEvaluation', canControl }),
    newCommand: { message: 'newEvaluation', id: 'velo.evaluation.new' },
    watch: (engine, { watchId, ref: { evaluationId } }, post) => ({
      updates: engine.on('evaluation.update', ({ watchId: id, overview }) => {
        if (id === watchId) post({ type: 'evaluation', overview, canControl: workspace.isTrusted });
      }),
      begin: () => engine.request('evaluation.watch', { watchId, evaluationId }, PATIENCE),
    }),
    act: (message, ref, post) => act(services, message, { ref, post }),
  };
}

async function act(
  services: Services,
  message: OwnMessage<SpeedupViewMessage>,
  { ref, post }: { readonly ref: EvaluationRef; readonly post: (m: SpeedupHostMessage) => void },
): Promise<void> {
  const { root, evaluationId } = ref;
  switch (message.type) {
    case 'curves': {
      const params = { evaluationId, task: message.task };
      const engine = viewerOf(services, root);
      post({ type: 'curves', curves: await engine.request('evaluation.curves', params, PATIENCE) });
      break;
    }
    case 'sweep': {
      const { task } = message;
      const params = task === undefined ? { evaluationId } : { evaluationId, task };
      const engine = viewerOf(services, root);
      post({ type: 'sweep', sweep: await engine.request('evaluation.sweep', params, PATIENCE) });
      break;
    }
    case 'control':
      await commands.executeCommand(`velo.evaluation.${message.action}`, ref);
      break;
    case 'trainTask':
      await openTaskConfig(services.engines.get(root), ref, message.task);
      break;
    case 'report':
      await commands.executeCommand('velo.evaluation.report', ref);
      break;
    // The panel itself answers these.
    case 'ready':
    case 'resync':
    case 'newEvaluation':
  }
}

/** The view of a meta-training, or of a config whose start is measured: forwards what is new, and does what is asked. */
import { basename } from 'node:path';
import { Uri, commands, window, workspace } from 'vscode';
import type { Disposable } from '../../base/index';
import type { Engine } from '../../client/index';
import { metaViewMessageSchema } from '../../protocol/live/index';
import type { MetaHostMessage, MetaViewMessage } from '../../protocol/live/index';
import { VIEW_TYPES } from '../commands/ids';
import { CONFIG_SUFFIX } from '../config/configFiles';
import { measuredOf, panelRefOf, samePanel } from '../metas/metaStore';
import type { MetaPanelRef } from '../metas/metaStore';
import type { Services } from '../services';
import { FolderPanel, endWatch } from './folderPanel';
import type { FolderPanelKind } from './folderPanel';
import { FolderPanels } from './folderPanels';
import type { OwnMessage } from './webviewHost';

export type MetaPanels = FolderPanels<MetaPanelRef>;
type Kind = FolderPanelKind<MetaPanelRef, MetaHostMessage, OwnMessage<MetaViewMessage>>;

export function createMetaPanels(services: Services): MetaPanels {
  return new FolderPanels({
    viewType: VIEW_TYPES.meta,
    title: 'Meta-Training',
    refOf: panelRefOf,
    isSame: samePanel,
    create: (panel, ref) => new FolderPanel(services, { panel, ref }, kindOf(services)),
  });
}

function kindOf(services: Services): Kind {
  return {
    view: 'meta',
    icon: 'circuit-board',
    schema: metaViewMessageSchema as Kind['schema'],
    idOf: (ref) =>
      'metaId' in ref ? ref.metaId : `θ of ${basename(ref.configPath, CONFIG_SUFFIX)}`,
    stateOf: (ref) => ({ root: ref.root, ...measuredOf(ref) }),
    store: services.metas,
    nothing: (canControl) => ({ type: 'noMeta', canControl }),
    newCommand: { message: 'newMeta', id: 'velo.meta.new' },
    watch,
    act: (message, ref) => act(services, message, ref),
  };
}

/** What noise does to its theta, and where it is a meta-training, that too. */
function watch(
  engine: Engine,
  { watchId, ref }: { readonly watchId: string; readonly ref: MetaPanelRef },
  post: (message: MetaHostMessage) => void,
): ReturnType<Kind['watch']> {
  const noiseId = `${watchId}-noise`;
  const canControl = workspace.isTrusted;
  const updates: Disposable[] = [
    engine.on('sensitivity.update', ({ watchId: id, state }) => {
      if (id === noiseId) post({ type: 'sensitivity', state, canControl });
    }),
    engine.on('meta.update', ({ watchId: id, seq, update }) => {
      if (id === watchId) post({ type: 'meta', seq, update, canControl });
    }),
  ];
  return {
    updates: {
      dispose: () => {
        for (const update of updates) update.dispose();
        endWatch(engine, noiseId);
      },
    },
    begin: async () => {
      if ('metaId' in ref) await engine.request('meta.watch', { watchId, metaId: ref.metaId });
      await engine.request('sensitivity.watch', { watchId: noiseId, of: measuredOf(ref) });
    },
  };
}

async function act(
  { engines }: Services,
  message: OwnMessage<MetaViewMessage>,
  ref: MetaPanelRef,
): Promise<void> {
  switch (message.type) {
    case 'control':
      await commands.executeCommand(`velo.meta.${message.action}`, ref);
      break;
    case 'openConfig':
      if ('metaId' in ref) await commands.executeCommand('velo.meta.openConfig', ref);
      else await window.showTextDocument(Uri.file(ref.configPath));
      break;
    case 'reveal':
      await commands.executeCommand('velo.meta.reveal', ref);
      break;
    case 'theta': {
      const { action, theta } = message;
      await commands.executeCommand('velo.meta.useTheta', { ...ref, action, theta });
      break;
    }
    case 'compare': {
      const { before, after } = message;
      await commands.executeCommand('velo.meta.compare', { ...ref, before, after });
      break;
    }
    case 'measure':
      if (message.action === 'start') await commands.executeCommand('velo.meta.measure', ref);
      else await engines.get(ref.root).request('sensitivity.stop', { of: measuredOf(ref) });
      break;
    case 'applyScales': {
      const { scales } = message;
      await commands.executeCommand('velo.meta.applyScales', { ...ref, scales });
      break;
    }
    // The panel itself answers these.
    case 'ready':
    case 'resync':
    case 'newMeta':
  }
}

/** The view of a meta-training: forwards what is new of it, and does with its thetas what is asked. */
import { commands, workspace } from 'vscode';
import { metaViewMessageSchema } from '../../protocol/live/index';
import type { MetaHostMessage, MetaViewMessage } from '../../protocol/live/index';
import { VIEW_TYPES } from '../commands/ids';
import { metaRefOf, sameMeta } from '../metas/metaStore';
import type { MetaRef } from '../metas/metaStore';
import type { Services } from '../services';
import { FolderPanel } from './folderPanel';
import type { FolderPanelKind } from './folderPanel';
import { FolderPanels } from './folderPanels';
import type { OwnMessage } from './webviewHost';

export type MetaPanels = FolderPanels<MetaRef>;
type Kind = FolderPanelKind<MetaRef, MetaHostMessage, OwnMessage<MetaViewMessage>>;

export function createMetaPanels(services: Services): MetaPanels {
  return new FolderPanels({
    viewType: VIEW_TYPES.meta,
    title: 'Meta-Training',
    refOf: metaRefOf,
    isSame: sameMeta,
    create: (panel, ref) => new FolderPanel(services, { panel, ref }, kindOf(services)),
  });
}

function kindOf(services: Services): Kind {
  return {
    view: 'meta',
    icon: 'circuit-board',
    schema: metaViewMessageSchema as Kind['schema'],
    idOf: ({ metaId }) => metaId,
    stateOf: ({ root, metaId }) => ({ root, metaId }),
    store: services.metas,
    nothing: (canControl) => ({ type: 'noMeta', canControl }),
    newCommand: { message: 'newMeta', id: 'velo.meta.new' },
    watch: (engine, { watchId, ref: { metaId } }, post) => ({
      updates: engine.on('meta.update', ({ watchId: id, seq, update }) => {
        if (id === watchId) post({ type: 'meta', seq, update, canControl: workspace.isTrusted });
      }),
      begin: () => engine.request('meta.watch', { watchId, metaId }),
    }),
    act,
  };
}

async function act(message: OwnMessage<MetaViewMessage>, ref: MetaRef): Promise<void> {
  switch (message.type) {
    case 'control':
      await commands.executeCommand(`velo.meta.${message.action}`, ref);
      break;
    case 'openConfig':
      await commands.executeCommand('velo.meta.openConfig', ref);
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
    // The panel itself answers these.
    case 'ready':
    case 'resync':
    case 'newMeta':
  }
}

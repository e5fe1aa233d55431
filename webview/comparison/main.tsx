/** Entry of the comparison view. */
import { render } from 'preact';
import { comparisonHostMessageSchema } from '../../src/protocol/live/index';
import type { ComparisonHostMessage, ComparisonViewMessage } from '../../src/protocol/live/index';
import { createBridge } from '../shared/bridge';
import { SaveProvider } from '../shared/save';
import { App } from './App';
import { INITIAL_MODEL, reduce } from './model';
import { readChoices } from './view';
import type { KeptState } from './view';
import '../shared/styles/base.css';
import './style.css';

let model = INITIAL_MODEL;
const bridge = createBridge<ComparisonHostMessage, ComparisonViewMessage>({
  schema: comparisonHostMessageSchema,
  onMessage: (message) => {
    const wasOutOfSync = model.outOfSync;
    model = reduce(model, message);
    if (model.outOfSync && !wasOutOfSync) bridge.post({ type: 'resync' });
    show();
  },
});
const root = document.getElementById('root') ?? document.body;
const initial = readChoices(bridge.readState());

const post = (message: ComparisonViewMessage): void => {
  bridge.post(message);
};
const keep = (state: KeptState): void => {
  bridge.writeState(state);
};

function show(): void {
  render(
    <SaveProvider value={post}>
      <App model={model} initial={initial} post={post} keep={keep} />
    </SaveProvider>,
    root,
  );
}

show();
bridge.start();

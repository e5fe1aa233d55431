/** Entry of the view of a meta-training. */
import { render } from 'preact';
import { metaHostMessageSchema } from '../../src/protocol/live/index';
import type { MetaHostMessage, MetaViewMessage } from '../../src/protocol/live/index';
import { createBridge } from '../shared/bridge';
import { SaveProvider } from '../shared/save';
import { App } from './App';
import { INITIAL_MODEL, reduce } from './model';
import { readChoices } from './view';
import type { ViewChoices } from './view';
import '../shared/styles/base.css';
import './style.css';

let model = INITIAL_MODEL;
const bridge = createBridge<MetaHostMessage, MetaViewMessage>({
  schema: metaHostMessageSchema,
  onMessage: (message) => {
    const { isTorn } = model;
    model = reduce(model, message);
    // Once for each gap: until the answer begins anew, whatever comes is dropped.
    if (model.isTorn && !isTorn) bridge.post({ type: 'resync' });
    show();
  },
});
const root = document.getElementById('root') ?? document.body;
const initial = readChoices(bridge.readState());

const post = (message: MetaViewMessage): void => {
  bridge.post(message);
};
const keep = (choices: ViewChoices): void => {
  bridge.writeState(choices);
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

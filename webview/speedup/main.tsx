/** Entry of the speedup chart. */
import { render } from 'preact';
import { speedupHostMessageSchema } from '../../src/protocol/live/index';
import type { SpeedupHostMessage, SpeedupViewMessage } from '../../src/protocol/live/index';
import { createBridge } from '../shared/bridge';
import { SaveProvider } from '../shared/save';
import { App } from './App';
import { INITIAL_MODEL, reduce } from './model';
import { readChoices } from './view';
import type { ViewChoices } from './view';
import '../shared/styles/base.css';
import './style.css';

let model = INITIAL_MODEL;
const bridge = createBridge<SpeedupHostMessage, SpeedupViewMessage>({
  schema: speedupHostMessageSchema,
  onMessage: (message) => {
    model = reduce(model, message);
    show();
  },
});
const root = document.getElementById('root') ?? document.body;
const initial = readChoices(bridge.readState());

const post = (message: SpeedupViewMessage): void => {
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

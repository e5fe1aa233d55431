/** Entry of the training view: bridge, store and components come together here. */
import { render } from 'preact';
import { trainingHostMessageSchema } from '../../src/protocol/live/index';
import type { TrainingHostMessage, TrainingViewMessage } from '../../src/protocol/live/index';
import '../shared/styles/base.css';
import { createBridge } from '../shared/bridge';
import { SaveProvider } from '../shared/save';
import { App } from './App';
import { createTrainingStore } from './store';
import './style.css';

const bridge = createBridge<TrainingHostMessage, TrainingViewMessage>({
  schema: trainingHostMessageSchema,
  onMessage: (message) => {
    store.receive(message);
  },
});
const store = createTrainingStore((message) => {
  bridge.post(message);
});
const root = document.getElementById('root') ?? document.body;
const kept = bridge.readState();

render(
  <SaveProvider value={bridge.post}>
    <App
      store={store}
      post={bridge.post}
      kept={kept}
      keep={(runId, view) => {
        bridge.writeState({ runId, view });
      }}
    />
  </SaveProvider>,
  root,
);
bridge.start();

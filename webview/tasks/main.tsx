/** Entry of the gallery of tasks. */
import { render } from 'preact';
import { tasksHostMessageSchema } from '../../src/protocol/live/index';
import type { TasksHostMessage, TasksViewMessage } from '../../src/protocol/live/index';
import { createBridge } from '../shared/bridge';
import { App } from './App';
import { INITIAL_MODEL, reduce } from './model';
import { readChoices } from './view';
import type { Choices } from './view';
import '../shared/styles/base.css';
import './style.css';

let model = INITIAL_MODEL;
const bridge = createBridge<TasksHostMessage, TasksViewMessage>({
  schema: tasksHostMessageSchema,
  onMessage: (message) => {
    model = reduce(model, message);
    show();
  },
});
const root = document.getElementById('root') ?? document.body;
const initial = readChoices(bridge.readState());

const post = (message: TasksViewMessage): void => {
  bridge.post(message);
};
const keep = (choices: Choices): void => {
  bridge.writeState(choices);
};

function show(): void {
  render(<App model={model} initial={initial} post={post} keep={keep} />, root);
}

show();
bridge.start();

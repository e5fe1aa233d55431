/** A worker thread of the engine: one training, or the requests that compute. */
import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../base/index';
import type { WorkerTask } from './messages';
import { serve } from './service';
import { train } from './train';

invariant(parentPort !== null, 'this file runs in a worker thread');
// Both ends come from one build.
const task = workerData as WorkerTask;
if (task.kind === 'train') void train(task, parentPort);
else serve(task, parentPort);

/**
 * A worker thread of the engine: one training, evaluation, meta-training or measurement, members of a population, ways back through
 * trainings, a helper of a training, or the requests that compute.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../base/index';
import type { HelperTask } from '../devices/crew';
import type { UnrollTask } from '../meta/unroll/messages';
import { serveUnrolls } from '../meta/unroll/serve';
import type { PopulationTask } from '../population/messages';
import { servePopulation } from '../population/serve';
import type { WorkerTask } from './messages';
import { evaluate } from './evaluate';
import { help } from './helper';
import { metatrain } from './metatrain';
import { measure } from './sensitivity';
import { serve } from './service';
import { train } from './train';

invariant(parentPort !== null, 'this file runs in a worker thread');
// Both ends come from one build.
const task = workerData as WorkerTask | PopulationTask | HelperTask | UnrollTask;
switch (task.kind) {
  case 'train':
    void train(task, parentPort);
    break;
  case 'evaluate':
    void evaluate(task, parentPort);
    break;
  case 'metatrain':
    void metatrain(task, parentPort);
    break;
  case 'sensitivity':
    void measure(task, parentPort);
    break;
  case 'population':
    void servePopulation(task);
    break;
  case 'unroll':
    serveUnrolls();
    break;
  case 'service':
    serve(task, parentPort);
    break;
  case 'helper':
    help(task, parentPort);
}

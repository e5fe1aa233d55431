/**
 * What the extension loads when it is first needed: the client of the engine and the checker of configs, with the
 * schemas of both. Built into a file of its own, since only a small part of the windows needs it; import it by `import()`.
 */
export { getLocation } from 'jsonc-parser';
export { createEngine } from '../client/index';
export {
  BUNDLED_DATASET_NAMES,
  BUNDLED_MIXES,
  BUNDLED_WEIGHTS,
  diagnoseEvaluationConfigText,
  diagnoseMetaConfigText,
  diagnoseRunConfigText,
  isMetaConfigText,
} from '../protocol/index';
export { createTaskFiles, taskNameProblem } from '../storage/index';
export { findingsOf, withoutDoubles } from './config/findings';
export { withScales } from './config/scalesInConfig';
export { withTask } from './config/taskInEvaluation';

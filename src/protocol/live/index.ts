/** The part of the protocol that webviews share: no run configs and nothing else that would make them heavy. */
export { RUN_ENTRY_STATES, isLive, runEntrySchema } from './runEntry';
export type { RunEntry, RunEntryState } from './runEntry';
export { isAtWork } from './jobState';
export type { JobState } from './jobState';
export { evaluationEntrySchema } from './evaluationEntry';
export type { EvaluationEntry } from './evaluationEntry';
export { metaEntrySchema } from './metaEntry';
export type { MetaEntry } from './metaEntry';
export { metaUpdateSchema } from './meta';
export { sensitivityStateSchema } from './sensitivity';
export type { MetaSensitivity, NoiseEffectEntry, SensitivityState } from './sensitivity';
export type {
  MetaAbout,
  MetaPlan,
  MetaIterations,
  MetaUpdate,
  MetaValidationEntry,
  MetaValidationTaskEntry,
} from './meta';
export { seriesUpdateSchema } from './series';
export type { SeriesUpdate } from './series';
export {
  BINS_PER_OCTAVE,
  BINS_PER_SIGN,
  FIRST_BIN_LOG2,
  HISTOGRAM_SLOTS,
  INFINITE_SLOT,
  NAN_SLOT,
  QUANTITIES,
  ZERO_SLOT,
  traceMetaSchema,
  traceSelectionSchema,
  traceUpdateSchema,
} from './trace';
export type { Quantity, TraceMeta, TraceSelection, TraceUpdate, TracedTensor } from './trace';
export {
  multiplierCurveSchema,
  networkResponseSchema,
  optimizerEntrySchema,
  optimizerInspectionSchema,
  weightMatrixSchema,
} from './optimizers';
export type {
  MultiplierCurve,
  NetworkResponse,
  OptimizerEntry,
  OptimizerInspection,
  WeightGroup,
  WeightMatrix,
} from './optimizers';
export { evaluationOverviewSchema, sweepTableSchema, taskCurvesSchema } from './speedup';
export type {
  EvaluatedOptimizer,
  EvaluatedTask,
  EvaluationOverview,
  Speedup,
  SweepTable,
  SweptOptimizer,
  SweptSetting,
  TaskCurves,
} from './speedup';
export {
  TASK_KINDS,
  readyTaskSchema,
  taskCostSchema,
  taskFamilySchema,
  taskSampleSchema,
} from './tasks';
export type {
  ReadyTask,
  TaskCostEntry,
  TaskFamilyEntry,
  TaskKind,
  TaskOption,
  TaskSampleEntry,
} from './tasks';
export {
  CELL_STATES,
  comparisonHostMessageSchema,
  comparisonViewMessageSchema,
  metaHostMessageSchema,
  metaViewMessageSchema,
  optimizerHostMessageSchema,
  optimizerViewMessageSchema,
  panelMessageSchema,
  speedupHostMessageSchema,
  speedupViewMessageSchema,
  tasksHostMessageSchema,
  tasksViewMessageSchema,
  trainingHostMessageSchema,
  trainingViewMessageSchema,
} from './views';
export type {
  ComparisonHostMessage,
  ComparisonViewMessage,
  MetaHostMessage,
  MetaViewMessage,
  OptimizerHostMessage,
  OptimizerViewMessage,
  PanelMessage,
  RunAction,
  SpeedupHostMessage,
  SpeedupViewMessage,
  ShownTask,
  ShownFamily,
  TasksHostMessage,
  TasksViewMessage,
  TrainingHostMessage,
  TrainingViewMessage,
} from './views';

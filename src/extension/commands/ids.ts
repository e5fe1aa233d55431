/** Every command of the extension, and whether it stands on its own in the command palette. */

export const COMMANDS = {
  'velo.run.new': 'palette',
  'velo.run.start': 'palette',
  'velo.run.open': 'argument',
  'velo.run.openRunning': 'palette',
  'velo.run.pause': 'argument',
  'velo.run.continue': 'argument',
  'velo.run.step': 'argument',
  'velo.run.stop': 'argument',
  'velo.run.resume': 'argument',
  'velo.run.duplicate': 'argument',
  'velo.run.delete': 'argument',
  'velo.run.export': 'argument',
  'velo.run.reveal': 'argument',
  'velo.run.openConfig': 'argument',
  'velo.run.copyId': 'argument',
  'velo.runs.compare': 'palette',
  'velo.runs.uncheckAll': 'palette',
  'velo.runs.filter': 'palette',
  'velo.runs.clearFilter': 'palette',
  'velo.runs.refresh': 'palette',
  'velo.jobs.stopAll': 'palette',
  'velo.optimizer.open': 'argument',
  'velo.optimizer.trainWith': 'argument',
  'velo.optimizers.refresh': 'argument',
  'velo.task.new': 'palette',
  'velo.task.train': 'argument',
  'velo.task.open': 'palette',
  'velo.devices.refresh': 'argument',
  'velo.device.explain': 'argument',
  'velo.example.create': 'palette',
  'velo.evaluation.new': 'palette',
  'velo.evaluation.start': 'palette',
  'velo.evaluation.open': 'palette',
  'velo.evaluation.resume': 'palette',
  'velo.evaluation.stop': 'palette',
  'velo.evaluation.delete': 'palette',
  'velo.evaluation.report': 'palette',
  'velo.evaluation.reveal': 'argument',
  'velo.log.show': 'palette',
  'velo.engine.restart': 'palette',
} as const satisfies Record<string, 'palette' | 'argument'>;

export type CommandId = keyof typeof COMMANDS;

/** View ids of package.json, in order. */
export const VIEWS = {
  runs: 'velo.runs',
  evaluations: 'velo.evaluations',
  optimizers: 'velo.optimizers',
  tasks: 'velo.tasks',
  devices: 'velo.devices',
} as const;

/** Types of the panels and of the custom editor. */
export const VIEW_TYPES = {
  training: 'velo.training',
  comparison: 'velo.comparison',
  optimizer: 'velo.optimizer',
  speedup: 'velo.speedup',
  tasks: 'velo.tasks',
} as const;

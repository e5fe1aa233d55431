/** The gallery of tasks in every state. */
import type { TasksHostMessage } from '../../../../src/protocol/live/index';
import type { Scene } from '../scenes';

type Listing = Extract<TasksHostMessage, { type: 'tasks' }>;

export function taskScenes(messages: readonly TasksHostMessage[], longName: string): Scene[] {
  const scene = (name: string, title: string, shown: readonly TasksHostMessage[]): Scene => ({
    ...{ name: `tasks-${name}`, view: 'tasks', title, messages: shown },
  });
  const listed = (change: (listing: Listing) => Listing): readonly TasksHostMessage[] =>
    messages.map((message) => (message.type === 'tasks' ? change(message) : message));
  const opened = (id: string): readonly TasksHostMessage[] => [...messages, { type: 'show', id }];
  return [
    scene('gallery', 'All families, recorded', messages),
    scene('text', 'A language model in detail', opened('rnnLm/gutenberg-small byte pairs')),
    scene('table', 'A table in detail', opened('tabularMlp/breast-cancer')),
    scene('plane', 'A function in detail', opened('rosenbrock/rosenbrock')),
    scene('spectrum', 'A quadratic in detail', opened('quadratic/quadratic steep')),
    scene('wrapped', 'A learned optimizer in detail', opened('learnedOptimizer/perceptron by PES')),
    scene(
      'waiting',
      'Listed: neither costs nor data have come',
      messages.filter(({ type }) => type === 'tasks'),
    ),
    scene(
      'no-data',
      'Data and costs that cannot be had',
      messages.map((message) => {
        const problem = `${'id' in message ? message.id : ''}: train-images has the sha256 0, expected 1`;
        if (message.type === 'sample') return { ...message, sample: { problem } };
        return message.type === 'cost' ? { ...message, cost: { problem } } : message;
      }),
    ),
    scene(
      'restricted',
      'Workspace not trusted',
      listed((listing) => ({ ...listing, canControl: false })),
    ),
    scene(
      'long-names',
      'Long names',
      listed((listing) => ({
        ...listing,
        families: listing.families.map((family) => ({
          ...family,
          tasks: family.tasks.map((task) => ({ ...task, name: `${longName} ${task.name}` })),
        })),
      })),
    ),
    scene('engine-lost', 'The engine is gone', [...messages, { type: 'engine', state: 'lost' }]),
    scene('empty', 'No task', [{ type: 'tasks', families: [], canControl: true }]),
    scene('loading', 'Loading', [{ type: 'engine', state: 'connected' }]),
    scene('problem', 'Tasks that cannot be listed', [
      {
        type: 'problem',
        message: 'MANIFEST.sha256 has no line for mnist/train-images-idx3-ubyte.gz, expected one.',
        remedy: 'Install the program again to restore its data.',
      },
    ]),
  ];
}

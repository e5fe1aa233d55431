/** The task families by name, with what a person wants to know before choosing one. */
import { ACTIVATIONS } from './activations';

export interface TaskOptionDoc {
  readonly name: string;
  /** `integer`, `number`, `text`, `list of integers`, `yes or no`, or the choices. */
  readonly type: string;
  /** As a configuration would write it; absent: the option must be given. */
  readonly default?: string;
  /** One plain sentence. */
  readonly summary: string;
}

export interface TaskFamilyDoc {
  readonly family: TaskFamily;
  readonly summary: string;
  readonly options: readonly TaskOptionDoc[];
}

export const TASK_FAMILIES = ['imageMlp', 'quadratic', 'rosenbrock', 'beale'] as const;
export type TaskFamily = (typeof TASK_FAMILIES)[number];

/** Every family with its options, in the order in which they are listed to people. */
export const TASK_FAMILY_DOCS: readonly TaskFamilyDoc[] = [
  {
    family: 'imageMlp',
    summary: 'Image classification with a multi-layer perceptron.',
    options: [
      {
        name: 'dataset',
        type: 'text',
        summary: 'Name of a bundled data set, or the path of a folder with idx files.',
      },
      {
        name: 'hidden',
        type: 'list of integers',
        default: '[128, 128]',
        summary: 'Widths of the hidden layers; an empty list gives a linear classifier.',
      },
      {
        name: 'activation',
        type: Object.keys(ACTIVATIONS).join(' | '),
        default: 'relu',
        summary: 'Function after each hidden layer.',
      },
      { name: 'batchSize', type: 'integer', default: '128', summary: 'Images in a batch.' },
      {
        name: 'imageSize',
        type: 'integer',
        default: 'as stored',
        summary: 'Side length that images are resized to.',
      },
      {
        name: 'grey',
        type: 'yes or no',
        default: 'no',
        summary: 'Average the colour channels into one.',
      },
    ],
  },
  {
    family: 'quadratic',
    summary: 'A convex quadratic in random directions; no data.',
    options: [
      { name: 'dimension', type: 'integer', default: '10', summary: 'Number of parameters.' },
      {
        name: 'condition',
        type: 'number',
        default: '10',
        summary: 'Largest curvature over the smallest, at least 1.',
      },
    ],
  },
  {
    family: 'rosenbrock',
    summary: "Rosenbrock's curved valley in two dimensions, from (-1.2, 1); no data.",
    options: [],
  },
  {
    family: 'beale',
    summary: "Beale's plateaus in two dimensions, from (1, 1); no data.",
    options: [],
  },
];

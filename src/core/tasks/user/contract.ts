/**
 * What a task file says: the types that `velo-task` exports. They are bundled with those of tfjs into one declaration file
 * that lies beside a person's task, so everything here is for their eyes.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type * as tfjsLayers from '@tensorflow/tfjs-layers';

/** Rank by the length of a shape. */
interface Ranks {
  readonly 0: tfjs.Scalar;
  readonly 1: tfjs.Tensor1D;
  readonly 2: tfjs.Tensor2D;
  readonly 3: tfjs.Tensor3D;
  readonly 4: tfjs.Tensor4D;
}
type TensorOf<S extends readonly number[]> = S['length'] extends keyof Ranks
  ? Ranks[S['length']]
  : tfjs.Tensor;

/** Random numbers for initial parameters and generated batches: the same seed gives the same ones everywhere. */
export interface NumberSource {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform whole number from 0 to bound - 1. */
  integer(bound: number): number;
  /** A random order of 0 … length - 1. */
  permutation(length: number): Int32Array;
}

/** Random tensors inside a loss (dropout, noise): new ones in each step, the same ones in a repeated run. */
export interface TensorSource {
  /** Uniform in [0, 1). */
  uniform(shape: readonly number[]): tfjs.Tensor;
  /** Standard normal. */
  normal(shape: readonly number[]): tfjs.Tensor;
}

/** How a parameter begins. The normal ones have the variance 1 / inputs, or 2 / (inputs + outputs), and are cut at two sd. */
export type ParamStart =
  | 'zeros'
  | 'ones'
  /** Normal, variance 1 / inputs. */
  | 'lecunNormal'
  /** Normal, variance 2 / inputs. */
  | 'heNormal'
  /** Uniform within ±√(6 / (inputs + outputs)). */
  | 'glorotUniform'
  /** Normal with this standard deviation. */
  | { readonly sd: number }
  /** Fills `values`, which are zeros in row-major order. */
  | ((values: Float32Array, random: NumberSource) => void);

export interface ParamSpec {
  readonly shape: readonly number[];
  /** Default: `lecunNormal` for two axes or more, else `zeros`. */
  readonly start?: ParamStart;
}

export type ParamSpecs = Readonly<Record<string, ParamSpec>>;
export type ParamsOf<P extends ParamSpecs> = {
  readonly [K in keyof P]: TensorOf<P[K]['shape']>;
};

/** Training feeds the updates; the others are held out. */
export type SplitName = 'train' | 'innerValid' | 'outerValid' | 'test';

/**
 * Numbers with a shape: a typed array (one axis), one with its shape, or nested lists (float32). Class numbers are an
 * `Int32Array` or `Uint8Array`, everything else a `Float32Array`.
 */
export type NumberArray =
  | Float32Array
  | Int32Array
  | Uint8Array
  | {
      readonly data: Float32Array | Int32Array | Uint8Array | readonly number[];
      readonly shape: readonly number[];
    }
  | NestedNumbers;
export type NestedNumbers = readonly number[] | readonly NestedNumbers[];
/** Arrays by name, all with the same number of examples along their first axis. */
export type Examples = Readonly<Record<string, NumberArray>>;

/** Labelled images: batches of `x` f32[batch, height·width·channels] in [0, 1] and `y` i32[batch]. */
export interface LabelledImages {
  /** A bundled set (`fashion-mnist`), one of the cache (`velo data list`), or the path of a folder of idx files. */
  readonly images: string;
  readonly batchSize: number;
  /** Side length that images are resized to; absent: as they are stored. */
  readonly imageSize?: number;
  /** Average the colour channels into one. */
  readonly grey?: boolean;
}

/** Labelled rows: batches of `x` f32[batch, features], standardised, and `y` i32[batch]. */
export interface LabelledRows {
  /** A bundled table (`iris`), or the path of a CSV file whose last column is the label. */
  readonly table: string;
  readonly batchSize: number;
}

/** Text: batches of `tokens` i32[batch, length + 1], the beginning of one document each, filled up with zeros. */
export interface Documents {
  /** A bundled text (`gutenberg-small`), or the path of a file. */
  readonly text: string;
  /** Tokens that are predicted in each document. */
  readonly length: number;
  readonly batchSize: number;
  /** Kinds of tokens: 259 (default) for bytes, more for byte pairs. */
  readonly vocabulary?: number;
}

/** Your own examples: shuffled once and cut 70 / 10 / 10 / 10 % into the four splits. */
export interface ExampleData {
  readonly examples: Examples;
  readonly batchSize: number;
}

/** Your own examples, cut by you; `train` must be there. */
export interface SplitData {
  readonly splits: { readonly train: Examples } & Readonly<
    Partial<Record<Exclude<SplitName, 'train'>, Examples>>
  >;
  readonly batchSize: number;
}

/** Makes batch `index` of a split. The same index with the same random numbers must give the same batch. */
export type BatchMaker = (random: NumberSource, index: number) => Examples;

/** Batches that are made as they are needed; the training split never ends. */
export interface GeneratedData {
  readonly generate:
    | BatchMaker
    | ({ readonly train: BatchMaker } & Readonly<
        Partial<Record<Exclude<SplitName, 'train'>, BatchMaker>>
      >);
  /** Batches of each held-out split, default 8. */
  readonly heldOutBatches?: number;
}

export type DataSource =
  LabelledImages | LabelledRows | Documents | ExampleData | SplitData | GeneratedData;

/** The tensors of a batch by name: `x` and `y` of images and rows, `tokens` of text, or the names in your own examples. */
export interface Batch {
  readonly x: tfjs.Tensor2D;
  readonly y: tfjs.Tensor1D;
  readonly tokens: tfjs.Tensor2D;
  readonly [name: string]: tfjs.Tensor;
}

/** What both kinds of task may say. */
export interface TaskWords {
  /** For lists and messages; default: the name of the file. */
  readonly name?: string;
  /** One plain sentence. */
  readonly summary?: string;
  /** The loss on the scale on which tasks are compared; default: the loss itself, 20 where it is not finite. */
  readonly normalize?: (loss: number) => number;
}

/** A loss of your own: tfjs operations from parameters and a batch to one number. */
export interface LossTask<P extends ParamSpecs = ParamSpecs> extends TaskWords {
  readonly params: P;
  /** Absent where the loss needs none: then the batch is empty. */
  readonly data?: DataSource;
  /** The mean loss of a batch, a scalar. Draws from `random` alone. */
  readonly loss: (params: ParamsOf<P>, batch: Batch, random: TensorSource) => tfjs.Tensor;
  /** Share of right answers in [0, 1]. */
  readonly accuracy?: (params: ParamsOf<P>, batch: Batch) => tfjs.Tensor;
}

/** A model of tf.layers. Its optimizer and its compiled loss are not used; its weights are the parameters. */
export interface LayersTask extends TaskWords {
  readonly model: tfjsLayers.LayersModel;
  readonly data: DataSource;
  /**
   * `crossEntropy`: the outputs are logits (no softmax at the end), `batch.y` are class numbers; `squaredError`: against
   * `batch.y`; or a function of your own.
   */
  readonly loss:
    'crossEntropy' | 'squaredError' | ((outputs: tfjs.Tensor, batch: Batch) => tfjs.Tensor);
  /** Which array of the batch goes in; default `x`. */
  readonly input?: string;
  readonly accuracy?: (outputs: tfjs.Tensor, batch: Batch) => tfjs.Tensor;
}

export interface TaskContext<O = Readonly<Record<string, unknown>>> {
  /** tfjs as this program has it: no install, no import. */
  readonly tf: typeof tfjs;
  /** The layers of tfjs: `layers.sequential()`, `layers.layers.dense(…)`. */
  readonly layers: typeof tfjsLayers;
  /** `task.options` of the run config. */
  readonly options: O;
}

/**
 * The reference workloads that speed is measured on: perceptrons, convolutions, a byte transformer and a byte LSTM,
 * with random data (times do not depend on it). Losses are written for tfjs's WebAssembly backend too where it has the
 * kernels.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../src/base/index';
import type { NamedArrays, NamedFloats, TensorSpec } from '../../src/base/index';
import type { Task } from '../../src/core/index';
import { createRng } from '../../src/core/index';
import type { BatchRows } from '../../src/core/tasks/task';
import { softmaxCrossEntropy } from '../../src/core/tasks/classification';

type Tensors = Readonly<Record<string, Tensor>>;
type Loss = (params: Tensors, batch: Tensors) => Tensor;

export interface Workload {
  readonly name: string;
  readonly task: Task;
  /** One fixed batch. */
  readonly batch: NamedArrays;
  /** Whether tfjs's WebAssembly backend has every kernel. */
  readonly runsOnTfjsWasm: boolean;
}

interface BatchArray {
  readonly shape: readonly number[];
  /** Integers from 0 to below. */
  readonly below?: number;
}

function workload(
  name: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  arrays: Readonly<Record<string, BatchArray>>,
  loss: Loss,
  runsOnTfjsWasm = false,
): Workload {
  const rng = createRng({ seed: 3, purpose: 'task' });
  const specs: TensorSpec[] = Object.entries(shapes).map(([key, shape]) => ({ name: key, shape }));
  const batch = Object.fromEntries(
    Object.entries(arrays).map(([key, { shape, below }]) => {
      const size = sizeOf(shape);
      const data =
        below === undefined
          ? Float32Array.from({ length: size }, () => rng.normal())
          : Int32Array.from({ length: size }, () => rng.integer(below));
      return [key, { shape, data }] as const;
    }),
  );
  const task: Task = {
    name,
    family: 'bench',
    summary: name,
    params: specs,
    batch: Object.entries(arrays).map(([key, { shape, below }]) => ({
      name: key,
      shape,
      dtype: below === undefined ? 'float32' : 'int32',
    })),
    init: (own) => initial(specs, own),
    loss: (params, data) => loss(params, data) as Scalar,
    normalize: (value) => value,
    data: {
      size: () => 1,
      trainBatch: () => batch,
      evaluationBatch: () => batch,
      evaluationBatches: () => 1,
      rows: rowsOf(batch),
    },
  };
  return { name, task, batch, runsOnTfjsWasm };
}

/** The one batch as a data set of its own, so that kernels gather it as they do a real one. */
function rowsOf(batch: NamedArrays): BatchRows {
  const batchSize = Object.values(batch)[0]!.shape[0]!;
  const rows = Int32Array.from({ length: batchSize }, (_, row) => row);
  return {
    arrays: Object.entries(batch).map(([name, { data }]) => ({
      name,
      data: Float32Array.from(data),
      rowLength: data.length / batchSize,
      divisor: 1,
    })),
    batchSize,
    writeRows: (_, out, at) => {
      out.set(rows, at);
    },
  };
}

function initial(specs: readonly TensorSpec[], rng: ReturnType<typeof createRng>): NamedFloats {
  const entries = specs.map(({ name, shape }) => {
    const data = new Float32Array(sizeOf(shape));
    const fanIn = sizeOf(shape.slice(0, -1));
    if (shape.length > 1) rng.fillNormal(data, 0, 1 / Math.sqrt(fanIn));
    if (name.endsWith('scale')) data.fill(1);
    return [name, { shape, data }] as const;
  });
  return Object.fromEntries(entries);
}

const mm = (a: Tensor, b: Tensor): Tensor => tf.matMul(a, b);

/** x @ w + b over the last axis. */
function dense(x: Tensor, w: Tensor, b: Tensor): Tensor {
  const out = tf.add(mm(tf.reshape(x, [-1, w.shape[0]]), w), b);
  return tf.reshape(out, [...x.shape.slice(0, -1), w.shape[1]!]);
}

function perceptron(name: string, widths: readonly number[], batchSize: number): Workload {
  const shapes = Object.fromEntries(
    widths.slice(1).flatMap((out, i) => [
      [`layer${i}/w`, [widths[i]!, out]],
      [`layer${i}/b`, [out]],
    ]),
  ) as Record<string, number[]>;
  const layers = widths.length - 1;
  const arrays = {
    x: { shape: [batchSize, widths[0]!] },
    y: { shape: [batchSize], below: widths.at(-1)! },
  };
  return workload(
    name,
    shapes,
    arrays,
    (p, { x, y }) => {
      let h = x!;
      for (let i = 0; i < layers; i++) {
        if (i > 0) h = tf.relu(h);
        h = tf.add(mm(h, p[`layer${i}/w`]!), p[`layer${i}/b`]!);
      }
      return softmaxCrossEntropy(h as Tensor2D, y as Tensor1D);
    },
    true,
  );
}

function convnet(name: string, stride: number): Workload {
  return workload(
    name,
    {
      'conv0/w': [3, 3, 3, 32],
      'conv0/b': [32],
      'conv1/w': [3, 3, 32, 64],
      'conv1/b': [64],
      'out/w': [64, 10],
      'out/b': [10],
    },
    { x: { shape: [32, 16, 16, 3] }, y: { shape: [32], below: 10 } },
    (p, { x, y }) => {
      const conv = (input: Tensor, layer: string, by: number): Tensor =>
        tf.relu(
          tf.add(
            tf.conv2d(input as Tensor4D, p[`${layer}/w`] as Tensor4D, by, 'same'),
            p[`${layer}/b`]!,
          ),
        );
      const features = tf.mean(conv(conv(x!, 'conv0', stride), 'conv1', 1), [1, 2]);
      const logits = dense(features, p['out/w']!, p['out/b']!);
      return softmaxCrossEntropy(logits as Tensor2D, y as Tensor1D);
    },
  );
}

function layerNorm(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
}

const GELU = Math.sqrt(2 / Math.PI);

function gelu(x: Tensor): Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), GELU);
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

/** Mean cross-entropy of bytes. */
function nextByte(logits: Tensor, y: Tensor): Tensor {
  const classes = logits.shape.at(-1)!;
  return softmaxCrossEntropy(tf.reshape(logits, [-1, classes]), tf.reshape(y, [-1]));
}

function transformer(): Workload {
  const [V, D, S, B, H] = [256, 64, 64, 8, 4];
  const block = (i: number): [string, number[]][] => [
    [`block${i}/ln0/scale`, [D]],
    [`block${i}/ln0/b`, [D]],
    [`block${i}/qkv/w`, [D, 3 * D]],
    [`block${i}/qkv/b`, [3 * D]],
    [`block${i}/proj/w`, [D, D]],
    [`block${i}/proj/b`, [D]],
    [`block${i}/ln1/scale`, [D]],
    [`block${i}/ln1/b`, [D]],
    [`block${i}/up/w`, [D, 4 * D]],
    [`block${i}/up/b`, [4 * D]],
    [`block${i}/down/w`, [4 * D, D]],
    [`block${i}/down/b`, [D]],
  ];
  const shapes = {
    embedding: [V, D],
    positions: [S, D],
    ...Object.fromEntries([...block(0), ...block(1)]),
    'final/scale': [D],
    'final/b': [D],
    'out/w': [D, V],
    'out/b': [V],
  };
  const heads = (x: Tensor): Tensor => tf.transpose(tf.reshape(x, [B, S, H, D / H]), [0, 2, 1, 3]);
  return workload(
    'tlm',
    shapes,
    { x: { shape: [B, S], below: V }, y: { shape: [B, S], below: V } },
    (p, { x, y }) => {
      const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([S, S]), -1, 0)), -1e9);
      let h = tf.add(tf.gather(p['embedding']!, x as Tensor2D), p['positions']!);
      for (const i of [0, 1]) {
        const of = (name: string): Tensor => p[`block${i}/${name}`]!;
        const norm = layerNorm(h, of('ln0/scale'), of('ln0/b'));
        const qkv = tf.split(dense(norm, of('qkv/w'), of('qkv/b')), 3, -1).map(heads);
        const [q, k, v] = qkv as [Tensor, Tensor, Tensor];
        const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(D / H));
        const mixed = tf.matMul(tf.softmax(tf.add(scores, mask)), v);
        const merged = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B, S, D]);
        h = tf.add(h, dense(merged, of('proj/w'), of('proj/b')));
        const second = layerNorm(h, of('ln1/scale'), of('ln1/b'));
        const up = gelu(dense(second, of('up/w'), of('up/b')));
        h = tf.add(h, dense(up, of('down/w'), of('down/b')));
      }
      const last = layerNorm(h, p['final/scale']!, p['final/b']!);
      return nextByte(dense(last, p['out/w']!, p['out/b']!), y!);
    },
  );
}

function lstm(): Workload {
  const [V, E, H, S, B] = [256, 128, 128, 32, 16];
  return workload(
    'lstm',
    { embedding: [V, E], w: [E + H, 4 * H], b: [4 * H], 'out/w': [H, V], 'out/b': [V] },
    { x: { shape: [B, S], below: V }, y: { shape: [B, S], below: V } },
    (p, { x, y }) => {
      let h: Tensor = tf.zeros([B, H]);
      let c: Tensor = tf.zeros([B, H]);
      const states: Tensor[] = [];
      for (const input of tf.unstack(tf.gather(p['embedding']!, x as Tensor2D), 1)) {
        const gates = tf.add(mm(tf.concat([input, h], 1), p['w']!), p['b']!);
        const [i, g, f, o] = tf.split(gates, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
        const kept = tf.mul(tf.sigmoid(tf.add(f, 1)), c);
        c = tf.add(kept, tf.mul(tf.sigmoid(i), tf.tanh(g)));
        h = tf.mul(tf.sigmoid(o), tf.tanh(c));
        states.push(h);
      }
      return nextByte(dense(tf.stack(states, 1), p['out/w']!, p['out/b']!), y!);
    },
  );
}

export const mlp784 = perceptron('mlp784', [784, 128, 128, 10], 128);
export const mlp64 = perceptron('mlp64', [64, 32, 10], 64);

export const WORKLOADS: readonly Workload[] = [
  mlp784,
  mlp64,
  convnet('conv', 1),
  convnet('conv-s2', 2),
  transformer(),
  lstm(),
];

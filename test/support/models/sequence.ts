/** Recurrent networks, unrolled in several ways, and attention. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { crossEntropy, dense, floats, integers, layerNorm, meanSquare, model } from './model';
import type { Model } from './model';

type Params = Record<string, Tensor>;

const VOCABULARY = 9;
const TOKENS = { x: integers(VOCABULARY, 3, 5), y: integers(VOCABULARY, 3, 5) };
const E = 4;
const H = 6;

const embed = (p: Params, x: Tensor): Tensor3D => tf.gather(p.table!, x) as Tensor3D;

/** Logits of [batch, H] states of each step. */
const headed = (p: Params, states: Tensor[], y: Tensor): Tensor =>
  crossEntropy(dense(tf.stack(states, 1), p.out!, p.outB), y);

const EMBEDDED = { table: [VOCABULARY, E], out: [H, VOCABULARY], outB: [VOCABULARY] };
const LSTM = { ...EMBEDDED, w: [E + H, 4 * H], b: [4 * H] };

function lstmStep(p: Params, x: Tensor, h: Tensor, c: Tensor): [Tensor, Tensor] {
  const gates = tf.add(tf.matMul(tf.concat([x, h], 1) as Tensor2D, p.w as Tensor2D), p.b!);
  const [i, g, f, o] = tf.split(gates, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const cell = tf.add(tf.mul(tf.sigmoid(tf.add(f, 1)), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return [tf.mul(tf.sigmoid(o), tf.tanh(cell)), cell];
}

const recurrent: Model[] = [
  model('LSTM: unstack, split, stack', LSTM, TOKENS, (p, { x, y }) => {
    let h: Tensor = tf.zeros([3, H]);
    let c: Tensor = tf.zeros([3, H]);
    const states: Tensor[] = [];
    for (const step of tf.unstack(embed(p, x!), 1)) {
      [h, c] = lstmStep(p, step, h, c);
      states.push(h);
    }
    return headed(p, states, y!);
  }),
  model('LSTM: slice, slices of gates, concat', LSTM, TOKENS, (p, { x, y }) => {
    const input = embed(p, x!);
    let h: Tensor = tf.zeros([3, H]);
    let c: Tensor = tf.zeros([3, H]);
    const states: Tensor[] = [];
    for (let t = 0; t < 5; t++) {
      const step = tf.reshape(tf.slice(input, [0, t, 0], [3, 1, E]), [3, E]);
      const gates = tf.add(dense(tf.concat([step, h], 1), p.w!), p.b!);
      const gate = (k: number): Tensor => tf.slice(gates, [0, k * H], [3, H]);
      c = tf.add(tf.mul(tf.sigmoid(gate(2)), c), tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(1))));
      h = tf.mul(tf.sigmoid(gate(3)), tf.tanh(c));
      states.push(tf.expandDims(h, 1));
    }
    return crossEntropy(dense(tf.concat(states, 1), p.out!, p.outB), y!);
  }),
  model(
    'LSTM: tf.basicLSTMCell',
    { ...EMBEDDED, w: [E + H, 4 * H], b: [4 * H] },
    TOKENS,
    (p, { x, y }) => {
      let h = tf.zeros<tf.Rank.R2>([3, H]);
      let c = tf.zeros<tf.Rank.R2>([3, H]);
      const states: Tensor[] = [];
      const forget = tf.scalar(1);
      for (const step of tf.unstack(embed(p, x!), 1)) {
        [c, h] = tf.basicLSTMCell(
          forget,
          p.w as Tensor2D,
          p.b as tf.Tensor1D,
          step as Tensor2D,
          c,
          h,
        );
        states.push(h);
      }
      return headed(p, states, y!);
    },
  ),
  model(
    'LSTM: input product of all steps at once',
    { ...EMBEDDED, wx: [E, 4 * H], wh: [H, 4 * H], b: [4 * H] },
    TOKENS,
    (p, { x, y }) => {
      const inputs = tf.unstack(tf.transpose(dense(embed(p, x!), p.wx!, p.b), [1, 0, 2]));
      let h: Tensor = tf.zeros([3, H]);
      let c: Tensor = tf.zeros([3, H]);
      const states = inputs.map((input) => {
        const [i, g, f, o] = tf.split<Tensor>(tf.add(input, dense(h, p.wh!)), 4, -1);
        c = tf.add(tf.mul(tf.sigmoid(f!), c), tf.mul(tf.sigmoid(i!), tf.tanh(g!)));
        h = tf.mul(tf.sigmoid(o!), tf.tanh(c));
        return h;
      });
      return headed(p, states, y!);
    },
  ),
  model(
    'GRU',
    { ...EMBEDDED, wz: [E + H, 2 * H], bz: [2 * H], wn: [E + H, H], bn: [H] },
    TOKENS,
    (p, { x, y }) => {
      let h: Tensor = tf.zeros([3, H]);
      const states = tf.unstack(embed(p, x!), 1).map((step) => {
        const gates = tf.sigmoid(dense(tf.concat([step, h], 1), p.wz!, p.bz));
        const [z, r] = tf.split(gates, 2, 1) as [Tensor, Tensor];
        const fresh = tf.tanh(dense(tf.concat([step, tf.mul(r, h)], 1), p.wn!, p.bn));
        h = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), fresh));
        return h;
      });
      return headed(p, states, y!);
    },
  ),
  model(
    'vanilla RNN, last state',
    { wx: [4, H], wh: [H, H], b: [H], out: [H, 3] },
    { x: floats(3, 6, 4), y: integers(3, 3) },
    (p, { x, y }) => {
      let h: Tensor = tf.zeros([3, H]);
      for (let t = 0; t < 6; t++) {
        const step = tf.squeeze(tf.slice(x!, [0, t, 0], [-1, 1, -1]), [1]);
        h = tf.tanh(
          tf.addN([dense(step, p.wx!), dense(h, p.wh!), tf.tile(tf.expandDims(p.b!), [3, 1])]),
        );
      }
      return crossEntropy(dense(h, p.out!), y!);
    },
  ),
];

const D = 8;
const HEADS = 2;
const BLOCK = {
  ...{ g1: [D], o1: [D], qkv: [D, 3 * D], qkvB: [3 * D], proj: [D, D], projB: [D] },
  ...{ g2: [D], o2: [D], up: [D, 2 * D], upB: [2 * D], down: [2 * D, D], downB: [D] },
};

function attention(p: Params, x: Tensor, causal: boolean): Tensor {
  const [batch, length] = x.shape as [number, number];
  const split = (t: Tensor): Tensor =>
    tf.transpose(tf.reshape(t, [batch, length, HEADS, D / HEADS]), [0, 2, 1, 3]);
  const [q, k, v] = tf.split(dense(x, p.qkv!, p.qkvB), 3, -1).map(split);
  let scores = tf.mul(tf.matMul(q!, k!, false, true), 1 / Math.sqrt(D / HEADS));
  if (causal) {
    const mask = tf.linalg.bandPart(tf.ones([length, length]), -1, 0);
    scores = tf.add(scores, tf.mul(tf.sub(1, mask), -1e9));
  }
  const mixed = tf.transpose(tf.matMul(tf.softmax(scores), v!), [0, 2, 1, 3]);
  return dense(tf.reshape(mixed, [batch, length, D]), p.proj!, p.projB);
}

function block(p: Params, x: Tensor, causal: boolean): Tensor {
  const h = tf.add(x, attention(p, layerNorm(x, p.g1!, p.o1!), causal));
  const wide = dense(layerNorm(h, p.g2!, p.o2!), p.up!, p.upB);
  const inner = tf.add(wide, tf.mul(0.044715, tf.pow(wide, 3)));
  const active = tf.mul(tf.mul(wide, 0.5), tf.add(1, tf.tanh(tf.mul(0.79788456, inner))));
  return tf.add(h, dense(active, p.down!, p.downB));
}

const attentive: Model[] = [
  model(
    'transformer language model',
    { ...BLOCK, table: [VOCABULARY, D], place: [5, D], out: [D, VOCABULARY] },
    TOKENS,
    (p, { x, y }) => {
      const h = tf.add(tf.gather(p.table!, x!), p.place!);
      return crossEntropy(dense(block(p, h, true), p.out!), y!);
    },
  ),
  model(
    'transformer, mask by where, tied output',
    { ...BLOCK, table: [VOCABULARY, D] },
    TOKENS,
    (p, { x, y }) => {
      const h = tf.gather(p.table!, x!);
      const places = tf.range(0, 5);
      const earlier = tf.greaterEqual(tf.expandDims(places, 1), tf.expandDims(places, 0));
      const scores = tf.matMul(h, h, false, true);
      const masked = tf.where(earlier, scores, tf.fill([3, 5, 5], -Infinity));
      const mixed = layerNorm(tf.matMul(tf.softmax(masked), h), p.g1!, p.o1!);
      const flat = tf.reshape<tf.Rank.R2>(mixed, [15, D]);
      return crossEntropy(tf.matMul(flat, p.table as Tensor2D, false, true), y!);
    },
  ),
  model(
    'attention by einsum',
    { q: [D, HEADS, 4], k: [D, HEADS, 4], v: [D, HEADS, 4], o: [HEADS, 4, D] },
    { x: floats(2, 5, D), t: floats(2, 5, D) },
    (p, { x, t }) => {
      const q = tf.einsum('btd,dhk->bhtk', x!, p.q!);
      const k = tf.einsum('bsd,dhk->bhsk', x!, p.k!);
      const v = tf.einsum('bsd,dhk->bhsk', x!, p.v!);
      const weights = tf.softmax(tf.einsum('bhtk,bhsk->bhts', q, k));
      const mixed = tf.einsum('bhts,bhsk->bthk', weights, v);
      return meanSquare(tf.einsum('bthk,hkd->btd', mixed, p.o!), t!);
    },
  ),
  model(
    'einsum of one operand, outer products and sums',
    { a: [3, 4], b: [4], c: [3, 2] },
    {},
    (p) => {
      const outer = tf.einsum('i,jk->kij', p.b!, p.c!);
      const total = tf.einsum('ij,j->i', p.a!, p.b!);
      const turned = tf.sum(tf.square(tf.einsum('ij->j', p.a!)));
      const same = tf.sum(tf.tanh(tf.einsum('ij,ij->ij', p.a!, p.a!)));
      return tf.addN([tf.mean(tf.square(outer)), tf.sum(tf.square(total)), turned, same]);
    },
  ),
  model(
    'vision transformer',
    { ...BLOCK, patch: [2 * 2 * 3, D], place: [6, D], out: [D, 4] },
    { x: floats(2, 4, 6, 3), y: integers(4, 2) },
    (p, { x, y }) => {
      const tiles = tf.transpose(tf.reshape(x!, [2, 2, 2, 3, 2, 3]), [0, 1, 3, 2, 4, 5]);
      const patches = dense(tf.reshape(tiles, [2, 6, 12]), p.patch!);
      const h = block(p, tf.add(patches, p.place!), false);
      return crossEntropy(dense(tf.mean(h, 1), p.out!), y!);
    },
  ),
  model(
    'MLP mixer',
    { ...BLOCK, tokens: [5, 7], tokensDown: [7, 5], out: [D, 4] },
    { x: floats(2, 5, D), y: integers(4, 2) },
    (p, { x, y }) => {
      const swap = (t: Tensor): Tensor => tf.transpose(t, [0, 2, 1]);
      const across = dense(
        tf.relu(dense(swap(layerNorm(x!, p.g1!, p.o1!)), p.tokens!)),
        p.tokensDown!,
      );
      const mixed = tf.add(x!, swap(across));
      const channels = dense(tf.relu(dense(layerNorm(mixed, p.g2!, p.o2!), p.up!, p.upB)), p.down!);
      return crossEntropy(dense(tf.mean(tf.add(mixed, channels), 1), p.out!), y!);
    },
  ),
];

export const sequenceModels: readonly Model[] = [...recurrent, ...attentive];

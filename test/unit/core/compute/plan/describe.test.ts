import { beforeAll, describe, expect, it } from 'vitest';
import { captureGradients } from '../../../../../src/core/compute/capture/capture';
import { describePlan } from '../../../../../src/core/compute/plan/describe';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import { softmaxCrossEntropy } from '../../../../../src/core/tasks/classification';
import { dense, floats, integers, model } from '../../../../support/models/model';
import { useBackend } from '../../../../support/tfBackends';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

beforeAll(() => useBackend('cpu'));

describe('the plan of a perceptron with two layers', () => {
  it('consists of so many calls', () => {
    const { loss, params, batch } = model(
      'perceptron',
      { 'layer0/w': [784, 128], 'layer0/b': [128], 'layer1/w': [128, 10], 'layer1/b': [10] },
      { x: floats(64, 784), y: integers(10, 64) },
      (p, { x, y }) => {
        const hidden = tf.relu(dense(x!, p['layer0/w']!, p['layer0/b']));
        const logits = dense(hidden, p['layer1/w']!, p['layer1/b']);
        return softmaxCrossEntropy(logits as Tensor2D, y as Tensor1D);
      },
    );
    expect(describePlan(planGraph(captureGradients(loss, params, batch)))).toMatchInlineSnapshot(`
      "8 calls, 26.21 MFLOP, arena 1.2 MB
         0  matmul            12.85 MFLOP 620.5 kB  %8[64, 128] = relu(batch/x[64, 784] x params/layer0/w[784, 128] + params/layer0/b[64, 128]*)
         1  matmul            163.8 kFLOP  39.5 kB  %10[64, 10] = %8[64, 128] x params/layer1/w[128, 10] + params/layer1/b[64, 10]*
         2  rows.crossEntropy   5.1 kFLOP   5.3 kB  %11[64, 10], loss[] = rows.crossEntropy(%10[64, 10], batch/y[64])
         3  map                 0.6 kFLOP   2.5 kB  grads/layer1/b[64, 10]* = sum(%11[64, 10])
         4  matmul            163.8 kFLOP  39.5 kB  %14[64, 128] = %11[64, 10] x params/layer1/w[10, 128]^
         5  matmul            163.8 kFLOP  39.5 kB  grads/layer1/w[128, 10] = %8[128, 64]^ x %11[64, 10]
         6  map                24.6 kFLOP  96.5 kB  v1 = mul(%14[64, 128], step(%8[64, 128], 0)); %17[64, 128] = v1; grads/layer0/b[64, 128]* = sum(v1)
         7  matmul            12.85 MFLOP 620.0 kB  grads/layer0/w[784, 128] = batch/x[784, 64]^ x %17[64, 128]"
    `);
  });
});

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
      "12 calls, 26.23 MFLOP, arena 1.3 MB
         0  matmul 12.85 MFLOP 620.0 kB  %6[64, 128] = batch/x[64, 784] x params/layer0/w[784, 128]
         1  map     24.6 kFLOP  96.5 kB  v0 = add(%6[64, 128], params/layer0/b[64, 128]*); %8[64, 128] = relu(v0); %29[64, 128] = step(v0, 0)
         2  matmul 163.8 kFLOP  39.5 kB  %9[64, 10] = %8[64, 128] x params/layer1/w[128, 10]
         3  map      1.3 kFLOP   5.3 kB  v0 = add(%9[64, 10], params/layer1/b[64, 10]*); %10[64, 10] = v0; %13[64, 10]* = max(v0)
         4  map      3.8 kFLOP   8.5 kB  v0 = equal(batch/y[64, 10]*, #11[64, 10]*); v1 = sub(%10[64, 10], %13[64, 10]*); v2 = exp(v1); %12[64, 10] = v0; %15[64, 10] = v2; %16[64, 10]* = sum(v2); %19[64, 10]* = sum(mul(v1, v0))
         5  map      0.2 kFLOP   0.5 kB  %21[64, 1]* = sum(sub(log(%16[64, 1]), %19[64, 1]))
         6  map      0.0 kFLOP   0.0 kB  loss[] = mul(%21[], 0.015625)
         7  map      2.6 kFLOP   7.8 kB  v2 = mul(sub(div(%15[64, 10], %16[64, 10]*), %12[64, 10]), 0.015625); %25[64, 10] = v2; grads/layer1/b[64, 10]* = sum(v2)
         8  matmul 163.8 kFLOP  39.5 kB  %27[64, 128] = %25[64, 10] x params/layer1/w[10, 128]^
         9  matmul 163.8 kFLOP  39.5 kB  grads/layer1/w[128, 10] = %8[128, 64]^ x %25[64, 10]
        10  map     16.4 kFLOP  96.5 kB  v0 = mul(%27[64, 128], %29[64, 128]); %30[64, 128] = v0; grads/layer0/b[64, 128]* = sum(v0)
        11  matmul 12.85 MFLOP 620.0 kB  grads/layer0/w[784, 128] = batch/x[784, 64]^ x %30[64, 128]"
    `);
  });
});

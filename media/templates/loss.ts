// A task with a loss of your own. Train it with the config beside it, check it with: velo check-task FILE
import { defineTask, type TaskContext } from './velo-task';

/** `task.options` of the config. */
interface Options {
  readonly hidden?: number;
}

export default defineTask(({ tf, options }: TaskContext<Options>) => {
  const hidden = options.hidden ?? 64;
  return {
    summary: `Sort pictures of clothes with one hidden layer of ${hidden}.`,

    // Names and shapes of what is trained. Matrices begin with variance 1/inputs, the rest at zero, unless `start` says else.
    params: {
      w1: { shape: [784, hidden], start: 'heNormal' },
      b1: { shape: [hidden] },
      w2: { shape: [hidden, 10] },
      b2: { shape: [10] },
    },

    // Or `table`, `text`, `examples`, `splits`, `generate`: see DataSource in velo-task.d.ts.
    data: { images: 'fashion-mnist', batchSize: 128 },

    // Called once to be compiled, so: tensors only, no reading of values; random numbers from `random` alone.
    loss(params, batch, random) {
      const x = tf.add(batch.x, tf.mul(random.normal(batch.x.shape), 0.05));
      const h = tf.relu(tf.add(tf.matMul(x, params.w1), params.b1));
      const logits = tf.add(tf.matMul(h, params.w2), params.b2);
      return tf.losses.softmaxCrossEntropy(tf.oneHot(batch.y, 10), logits);
    },

    accuracy(params, batch) {
      const h = tf.relu(tf.add(tf.matMul(batch.x, params.w1), params.b1));
      const logits = tf.add(tf.matMul(h, params.w2), params.b2);
      return tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), batch.y), 'float32'));
    },
  };
});

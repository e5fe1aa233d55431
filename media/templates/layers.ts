// A task with a model of tf.layers. Train it with the config beside it, check it with: velo check-task FILE
import { defineLayersTask } from './velo-task';

export default defineLayersTask(({ layers }) => {
  const model = layers.sequential();
  model.add(layers.layers.reshape({ inputShape: [196], targetShape: [14, 14, 1] }));
  model.add(layers.layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, activation: 'relu' }));
  model.add(layers.layers.flatten());
  model.add(layers.layers.dropout({ rate: 0.1 }));
  model.add(layers.layers.dense({ units: 10 }));
  return {
    summary: 'Sort pictures of clothes with a small convolutional net.',
    model,
    data: { images: 'fashion-mnist', imageSize: 14, batchSize: 64 },
    // The model gives logits: no softmax at its end.
    loss: 'crossEntropy',
  };
});

/** Tasks as lists of layers: what is accepted, what a wrong one is told, and the schema that editors have. */
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { checkTaskSpec, parseTaskSpecText, taskSpecJsonSchema } from '../../../src/protocol/index';

const IMAGES = { images: 'mnist' };

describe('a list of layers', () => {
  it('gets every default filled in, and the name of its file', () => {
    const text = `{ // a comment
      "data": { "images": "mnist" }, "layers": [{ "layer": "conv", "channels": 4 }] }`;
    expect(parseTaskSpecText(text, 'nets/small.velo-task.json')).toEqual({
      name: 'small',
      data: { images: 'mnist', batchSize: 128, grey: false },
      layers: [{ layer: 'conv', channels: 4, kernel: 3, stride: 1 }],
    });
  });

  const wrong: [string, unknown, string][] = [
    ['no layers', { data: IMAGES, layers: [] }, 'layers must have at least 1 entries, got []'],
    [
      'an unknown layer',
      { data: IMAGES, layers: [{ layer: 'dence', width: 3 }] },
      'layers.0.layer must be one of dense, conv, norm, activation, dropout, embedding, rnn, flatten, maxPool, meanPool, got "dence"; did you mean "dense"?',
    ],
    [
      'a width that is none',
      { data: IMAGES, layers: [{ layer: 'dense', width: 0 }] },
      'layers.0.width must be >= 1, got 0',
    ],
    [
      'data of no kind',
      { data: { pictures: 'mnist' }, layers: [{ layer: 'flatten' }] },
      'data must have images, table or text, and their settings, got {"pictures":"mnist"}',
    ],
    [
      'an unknown loss',
      { data: IMAGES, layers: [{ layer: 'flatten' }], loss: 'hinge' },
      'loss must be one of crossEntropy, squaredError, reconstruction, nextToken, got "hinge"',
    ],
  ];
  it.each(wrong)('is told of %s', (_, value, message) => {
    expect(checkTaskSpec(value).problems?.[0].message).toBe(message);
  });
});

it('has the schema that media/schema holds (refresh with vitest -u)', async () => {
  const text = await format(JSON.stringify(taskSpecJsonSchema()), {
    parser: 'json',
    printWidth: 100,
  });
  await expect(text).toMatchFileSnapshot('../../../media/schema/velo-task.schema.json');
});

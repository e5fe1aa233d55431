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
      'layers.0.layer must be one of dense, conv, norm, activation, dropout, embedding, positions, attention, rnn, flatten, maxPool, meanPool, residual, got "dence"; did you mean "dense"?',
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
      'a misspelt width, which is missing too',
      { data: IMAGES, layers: [{ layer: 'dense', widht: 3 }] },
      'layers.0.widht is not a known setting; did you mean "width"?',
    ],
    [
      'a width that is missing',
      { data: IMAGES, layers: [{ layer: 'dense' }] },
      'layers.0.width is missing; it must be a whole number from 1 to 65536, or "outputs"',
    ],
    [
      'a misspelt field inside a residual layer',
      {
        data: IMAGES,
        layers: [{ layer: 'residual', layers: [{ layer: 'dense', width: 3, activ: 'relu' }] }],
      },
      'layers.0.layers.0.activ is not a known setting; did you mean "activation"?',
    ],
    [
      'a residual layer inside another',
      {
        data: IMAGES,
        layers: [{ layer: 'residual', layers: [{ layer: 'residual', layers: [] }] }],
      },
      'layers.0.layers.0.layer must be one of dense, conv, norm, activation, dropout, embedding, positions, attention, rnn, flatten, maxPool, meanPool, got "residual"',
    ],
    [
      'a misspelt kind of data',
      { data: { imges: 'mnist' }, layers: [{ layer: 'flatten' }] },
      'data.imges is not a known setting; did you mean "images"?',
    ],
    [
      'a misspelt setting of a text',
      { data: { text: 'a.txt', lenght: 3 }, layers: [{ layer: 'flatten' }] },
      'data.lenght is not a known setting; did you mean "length"?',
    ],
    [
      'two kinds of data',
      { data: { images: 'mnist', table: 'iris' }, layers: [{ layer: 'flatten' }] },
      'data must have images, table or text, and their settings, got {"images":"mnist","table":"iris"}',
    ],
    [
      'a layer whose kind has a misspelt name',
      { data: IMAGES, layers: [{ layre: 'dense', width: 3 }] },
      'layers.0.layre is not a known setting; did you mean "layer"?',
    ],
    [
      'misspelt data, which is missing too',
      { dta: IMAGES, layers: [{ layer: 'flatten' }] },
      'dta is not a known setting; did you mean "data"?',
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

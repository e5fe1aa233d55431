import { expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import { sentences, wordsOf } from '../../../src/extension/words';

it('makes sentences of a message and its remedy', () => {
  expect(sentences('the engine does not start', 'See the log.')).toBe(
    'The engine does not start. See the log.',
  );
  expect(sentences('Is it there?', 'Look.')).toBe('Is it there? Look.');
  expect(sentences('nothing runs')).toBe('Nothing runs');
});

it('leaves names of files as they are', () => {
  expect(sentences('fashion.velo.json:3:1: expected a value')).toBe(
    'fashion.velo.json:3:1: expected a value',
  );
});

it('takes the remedy of a user error, and anything else by its message', () => {
  expect(wordsOf(new UserError('run', 'it is gone', { remedy: 'Refresh.' }))).toBe(
    'It is gone. Refresh.',
  );
  expect(wordsOf('broken')).toBe('broken');
});

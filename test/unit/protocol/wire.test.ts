import { describe, expect, it } from 'vitest';
import { USER_ERROR_CODES, UserError } from '../../../src/base/index';
import {
  ENGINE_NOTIFICATIONS,
  decodeWire,
  encodeWire,
  fromEngineError,
  toEngineError,
} from '../../../src/protocol/index';

describe('a message on the wire', () => {
  it('keeps typed arrays, whatever their place in a buffer, and numbers that JSON loses', () => {
    const shared = new Float32Array([9, 1.5, NaN, -Infinity, 9]).subarray(1, 4);
    const message = {
      a: shared,
      b: new Uint32Array([2 ** 32 - 1]),
      c: new Uint8Array([1, 2, 3]),
      d: Buffer.from([4, 5]),
      n: NaN,
      text: 'Über',
      list: [null, true, -1, 2 ** 40],
    };
    // One byte before it: nothing in it is aligned any more.
    const bytes = encodeWire(message);
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    expect(decodeWire(moved.subarray(1))).toEqual({ ...message, d: new Uint8Array([4, 5]) });
  });

  it('does not share memory with the buffer that it came in', () => {
    const bytes = Buffer.from(encodeWire({ a: new Float32Array([1]) }));
    const { a } = decodeWire(bytes) as { a: Float32Array };
    bytes.fill(0);
    expect(a[0]).toBe(1);
    expect(a.byteOffset).toBe(0);
  });

  it('leaves out what is undefined, so that optional fields decode', () => {
    expect(decodeWire(encodeWire({ a: undefined, b: 1 }))).toEqual({ b: 1 });
  });

  it('of torn bytes throws', () => {
    const bytes = encodeWire({ a: new Float32Array(100) });
    expect(() => decodeWire(bytes.subarray(0, 50))).toThrow();
  });

  it('passes the decoders of notifications on the other side', () => {
    const update = { watchId: 'w', seq: 0, updates: [] };
    const schema = ENGINE_NOTIFICATIONS['series.update'];
    expect(schema.parse(decodeWire(encodeWire(update)))).toEqual(update);
    expect(schema.safeParse(decodeWire(encodeWire({ ...update, seq: -1 }))).success).toBe(false);
  });
});

describe('an error on the wire', () => {
  it('comes back with its code, message and remedy', () => {
    const error = new UserError('data', 'x is missing', { remedy: 'Get it.' });
    const back = fromEngineError(decodeWire(encodeWire(toEngineError(error))));
    expect([back.code, back.message, back.remedy]).toEqual(['data', 'x is missing', 'Get it.']);
    const plain = fromEngineError(toEngineError(new UserError('run', 'no')));
    expect([plain.code, plain.remedy]).toEqual(['run', undefined]);
  });

  it.each(USER_ERROR_CODES)('is no defect where its code is %s', (code) => {
    const back = fromEngineError(toEngineError(new UserError(code, 'no')));
    expect([back.code, back.message]).toEqual([code, 'no']);
  });

  it('that is a defect says so', () => {
    const back = fromEngineError(toEngineError(new TypeError('x is undefined')));
    expect(back.message).toBe('the engine failed: x is undefined');
    expect(back.code).toBe('engine');
    expect(fromEngineError('nonsense').message).toBe('the engine answered with an unknown error');
  });
});

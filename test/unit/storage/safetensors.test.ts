import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import { decodeSafetensors, encodeSafetensors } from '../../../src/storage/index';

const place = { code: 'weights', fileName: 'x.safetensors' } as const;
const PREFIX = 'x.safetensors: not a usable safetensors file: ';

describe('a safetensors file', () => {
  const content = {
    tensors: {
      b: { shape: [2], data: Int32Array.of(-1, 7) },
      a: { shape: [1, 2], data: Float32Array.of(1.5, -0) },
      scalar: { shape: [], data: Float32Array.of(NaN) },
      empty: { shape: [0, 3], data: new Float32Array(0) },
    },
    metadata: { z: 'ü', a: '1' },
  };
  const bytes = encodeSafetensors(content);

  it('comes back as it was', () => {
    expect(decodeSafetensors(bytes, place)).toEqual(content);
  });

  it('has the layout of the format', () => {
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes));
    expect(headerBytes % 8).toBe(0);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"a":"1","z":"ü"},' +
        '"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
        '"b":{"dtype":"I32","shape":[2],"data_offsets":[8,16]},' +
        '"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]},' +
        '"scalar":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}',
    );
    expect(new DataView(bytes.buffer).getFloat32(8 + headerBytes, true)).toBe(1.5);
    expect(new DataView(bytes.buffer).getInt32(8 + headerBytes + 12, true)).toBe(7);
  });

  it('does not depend on the order of the tensors', () => {
    const reversed = Object.fromEntries(Object.entries(content.tensors).reverse());
    expect(encodeSafetensors({ ...content, tensors: reversed })).toEqual(bytes);
  });

  it('is read from any offset of a buffer, and the arrays are copies', () => {
    const shifted = Buffer.concat([Buffer.of(1, 2, 3), bytes]).subarray(3);
    const decoded = decodeSafetensors(shifted, place);
    shifted.fill(0);
    expect(decoded).toEqual(content);
  });

  it('is refused at every shorter length', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), place)).toThrow(UserError);
    }
  });

  it('takes the code of the caller', () => {
    const read = () =>
      decodeSafetensors(bytes.subarray(0, 5), { code: 'checkpoint', fileName: 'c' });
    expect(read).toThrow(
      new UserError(
        'checkpoint',
        'c: not a usable safetensors file: expected at least 8 bytes, got 5',
      ),
    );
    try {
      read();
    } catch (error) {
      expect((error as UserError).code).toBe('checkpoint');
    }
  });
});

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
});

describe('a broken safetensors file is refused', () => {
  it.each<[string, Uint8Array, string]>([
    [
      'when the header ends past the file',
      withHeaderLength(1000, '{}'),
      'the header should end at byte 1008, the file ends at 10',
    ],
    [
      'when the header is absurdly long',
      withHeaderLength(2 ** 40, '{}'),
      'the header may have up to 100000000 bytes, the file announces 1099511627776',
    ],
    ['when the header is not JSON', raw('{"a"', 0), 'its header is not JSON'],
    ['when the header is a list', raw('[1]', 0), 'its header is not a JSON object'],
    [
      'when two tensors overlap',
      file({ a: entry([2], [0, 8]), b: entry([2], [4, 12]) }, 12),
      'tensor "b" at byte 4 of the data overlaps another tensor',
    ],
    [
      'when there is a gap between tensors',
      file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12),
      'tensor "b" at byte 8 of the data leaves a gap before it',
    ],
    [
      'when offsets go past the end',
      file({ a: entry([4], [0, 16]) }, 12),
      'its data should have 16 bytes, the file holds 12',
    ],
    [
      'when there is data that no tensor covers',
      file({ a: entry([1], [0, 4]) }, 12),
      'it holds 12 bytes of data, its tensors cover 4',
    ],
    [
      'when a dtype is not supported',
      file({ a: entry([2], [0, 4], 'BF16') }, 4),
      'tensor "a" must have dtype F32 or I32, got BF16',
    ],
    [
      'when shape and size disagree',
      file({ a: entry([2, 3], [0, 20]) }, 20),
      'tensor "a" should take 24 bytes as F32 [2,3], its offsets give 20',
    ],
    [
      'when a name occurs twice',
      raw(
        `{"a":${JSON.stringify(entry([1], [0, 4]))},"\\u0061":${JSON.stringify(entry([1], [4, 8]))}}`,
        8,
      ),
      'tensor "a" occurs twice',
    ],
    [
      'when a shape is negative',
      file({ a: entry([-1], [0, 4]) }, 4),
      'tensor "a" must have a shape of whole numbers',
    ],
    [
      'when offsets are missing',
      file({ a: entry([1], undefined) }, 4),
      'tensor "a" must have two data_offsets',
    ],
    ['when a tensor is a number', file({ a: 3 }, 4), 'tensor "a" must be described by an object'],
    [
      'when metadata are not strings',
      file({ __metadata__: { a: 1 } }, 0),
      '__metadata__ "a" must be a string',
    ],
  ])('%s', (_why, bytes, message) => {
    expect(() => decodeSafetensors(bytes, place)).toThrow(PREFIX + message);
    expect(() => decodeSafetensors(bytes, place)).toThrow(UserError);
  });
});

function file(header: Record<string, unknown>, dataBytes: number): Uint8Array {
  return raw(JSON.stringify(header), dataBytes);
}

function raw(header: string, dataBytes: number): Uint8Array {
  const json = Buffer.from(header);
  return Buffer.concat([withHeaderLength(json.length, header), Buffer.alloc(dataBytes)]);
}

function withHeaderLength(length: number, header: string): Uint8Array {
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([start, Buffer.from(header)]);
}

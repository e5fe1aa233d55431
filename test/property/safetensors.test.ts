import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NdArray } from '../../src/base/index';
import { UserError, sizeOf } from '../../src/base/index';
import { decodeSafetensors, encodeSafetensors } from '../../src/storage/index';

const place = { code: 'checkpoint', fileName: 'f' } as const;

const array: fc.Arbitrary<NdArray> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 4 }), fc.boolean())
  .chain(([shape, isFloat]): fc.Arbitrary<NdArray> => {
    const length = { minLength: sizeOf(shape), maxLength: sizeOf(shape) };
    return isFloat
      ? fc.float32Array(length).map((data) => ({ shape, data }))
      : fc.int32Array(length).map((data) => ({ shape, data }));
  });
const name = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => text !== '__metadata__');
const content = fc.record({
  tensors: fc.dictionary(name, array, { noNullPrototype: true }),
  metadata: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
    noNullPrototype: true,
  }),
});

describe('safetensors', () => {
  it('decode what was encoded, at any alignment', () => {
    fc.assert(
      fc.property(content, fc.nat(7), (original, shift) => {
        const bytes = encodeSafetensors(original);
        const buffer = new Uint8Array(bytes.length + shift);
        buffer.set(bytes, shift);
        expect(decodeSafetensors(buffer.subarray(shift), place)).toEqual(original);
      }),
    );
  });

  it('with one byte of the header changed either decode or are refused as a user error', () => {
    fc.assert(
      fc.property(content, fc.nat(), fc.nat(255), (original, position, value) => {
        const bytes = encodeSafetensors(original);
        const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
        bytes[position % headerEnd] = value;
        try {
          decodeSafetensors(bytes, place);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  SHIPPED_THETA_CARD,
  SHIPPED_THETA_OPTIONS,
  clockTheta,
  decodeTheta,
  encodeTheta,
} from '../../../../../src/core/index';
import { decodeSafetensors, encodeSafetensors } from '../../../../../src/storage/index';

const FILE = 'media/weights/velo-handmade-1.safetensors';

describe('the weights that ship', () => {
  const bytes = new Uint8Array(readFileSync(FILE));
  const built = encodeTheta(clockTheta(SHIPPED_THETA_OPTIONS), SHIPPED_THETA_CARD);

  it('are what the code builds, bit for bit', () => {
    expect(Buffer.compare(bytes, encodeSafetensors(built))).toBe(0);
  });

  it('say that they are made by hand and not meta-trained', () => {
    const content = decodeSafetensors(bytes, { code: 'weights', fileName: FILE });
    const { theta, card } = decodeTheta(content, FILE);
    expect(card.name).toBe('velo-handmade-1');
    expect(card.provenance).toMatch(/^Made by hand, not meta-trained/);
    expect(theta.architecture).toMatchObject({ hidden: 32, bank: 8, ffMult: 100 });
  });
});

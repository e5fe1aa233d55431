/** PNG and JPEG pictures, told by their first bytes, as red, green and blue bytes; decoding is fast-png's and jpeg-js's. */
import { convertIndexedToRgb, decode as decodePng } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { messageOf } from '../../../base/index';
import { createImageReader } from '../../../core/index';
import { damaged, hexOf } from '../damaged';
import type { FileBytes } from '../files';

/** u8[height, width, 3] */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const begins = (bytes: Uint8Array, magic: readonly number[]) =>
  magic.every((byte, index) => bytes[index] === byte);

export function isPicture(head: Uint8Array): boolean {
  return begins(head, PNG) || begins(head, JPEG);
}

/** @throws UserError('data') naming the file */
export function decodePicture({ file, bytes }: FileBytes): Picture {
  const isPng = begins(bytes, PNG);
  if (!isPng && !begins(bytes, JPEG)) {
    throw damaged({
      file,
      what: 'a picture',
      found: bytes.length === 0 ? 'the file is empty' : `at byte 0 the file has ${hexOf(bytes)}`,
      expected: 'PNG (89 50 4e 47) or JPEG (ff d8 ff)',
      remedy: 'Convert the picture to PNG or JPEG, or take it out of the folder.',
    });
  }
  try {
    return isPng ? fromPng(decodePng(bytes, { checkCrc: true })) : fromJpeg(bytes);
  } catch (cause) {
    const what = isPng ? 'a PNG picture' : 'a JPEG picture';
    const found = messageOf(cause).replace(/\.$/, '');
    throw damaged({
      file,
      what,
      found,
      expected: `a whole file, got ${bytes.length} bytes`,
      cause,
    });
  }
}

function fromJpeg(bytes: Uint8Array): Picture {
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
  });
  return { width, height, rgb: data };
}

/** Palettes become colours, 16 bits 8, grey three equal channels; transparency is laid over white. */
function fromPng(png: DecodedPng): Picture {
  const { width, height } = png;
  const isIndexed = png.palette !== undefined;
  const data = isIndexed ? convertIndexedToRgb(png) : png.data;
  const channels = data.length / (width * height);
  const toByte = byteScale(isIndexed ? 8 : png.depth);
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const start = i * channels;
    const alpha = hasAlpha ? toByte(data[start + colours]!) / 255 : 1;
    for (let c = 0; c < 3; c++) {
      const value = toByte(data[start + (colours === 1 ? 0 : c)]!);
      rgb[i * 3 + c] = Math.round(value * alpha + 255 * (1 - alpha));
    }
  }
  return { width, height, rgb };
}

function byteScale(depth: number): (value: number) => number {
  const scale = 255 / (2 ** depth - 1);
  return depth === 8 ? (value) => value : (value) => Math.round(value * scale);
}

/** Bilinear without antialiasing, as tasks resize. */
export function resizePicture({ width, height, rgb }: Picture, size: number): Picture {
  if (width === size && height === size) return { width, height, rgb };
  const set = { count: 1, height, width, channels: 3, pixels: rgb, labels: new Uint8Array(1) };
  const floats = new Float32Array(size * size * 3);
  createImageReader(set, { size, grey: false }).read(set, 0, floats, 0);
  return {
    width: size,
    height: size,
    rgb: Uint8Array.from(floats, (value) => Math.round(value * 255)),
  };
}

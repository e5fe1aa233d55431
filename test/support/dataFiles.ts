/** Small valid files of every kind that `velo data add` reads, made in place. */
import { encode as encodePng } from 'fast-png';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { encode as encodeJpeg } from 'jpeg-js';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** What an npy header says. */
export interface NpyHeader {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly isFortran?: boolean;
}

/** An npy file of version 1, as NumPy writes it: the header padded to a multiple of 64. */
export function encodeNpy(
  { descr, shape, isFortran = false }: NpyHeader,
  data: Uint8Array,
): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = isFortran ? 'True' : 'False';
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sides}), }`;
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.alloc(10);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), data]);
}

export const bytesOf = (
  values: Float32Array | Float64Array | BigInt64Array | Int32Array,
): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** An npz file; arrays deflated, or stored with `level` 0. */
export function encodeNpz(
  arrays: Readonly<Record<string, Uint8Array>>,
  level: 0 | 6 = 6,
): Uint8Array {
  const files = Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes] as const);
  return zipSync(Object.fromEntries(files), { level });
}

/** CIFAR records whose labels go round; pixel i of plane c of record n is a known mix. */
export function encodeCifar(count: number, labels: (n: number) => readonly number[]): Uint8Array {
  const records = Array.from({ length: count }, (_, n) => {
    const planes = Uint8Array.from({ length: 3072 }, (_value, i) =>
      cifarByte(n, i >> 10, i & 1023),
    );
    return Buffer.concat([Uint8Array.from(labels(n)), planes]);
  });
  return Buffer.concat(records);
}

export const cifarByte = (n: number, plane: number, i: number): number =>
  (n * 31 + plane * 7 + i) % 256;

export function png(width: number, height: number, channels: number, data: Uint8Array): Uint8Array {
  return encodePng({ width, height, channels, depth: 8, data });
}

/** A picture of one colour. */
export function plainPng(colour: readonly [number, number, number], side = 4): Uint8Array {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3]!);
  return png(side, side, 3, data);
}

export function plainJpeg(colour: readonly [number, number, number], side = 8): Uint8Array {
  const data = Uint8Array.from({ length: side * side * 4 }, (_, i) => [...colour, 255][i % 4]!);
  return encodeJpeg({ width: side, height: side, data }, 100).data;
}

type ColumnSource = Parameters<typeof parquetWriteBuffer>[0]['columnData'];

export function encodeParquet(columnData: ColumnSource, rowGroupSize?: number): Uint8Array {
  const options = rowGroupSize === undefined ? {} : { rowGroupSize };
  return new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
}

/** A tar.gz as npm packs it. */
export async function encodeTgz(
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

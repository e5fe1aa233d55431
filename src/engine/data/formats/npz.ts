/** Reader of npz: a zip of npy files. Zip is yauzl's business (zip64 too); checksums are checked here. */
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { messageOf } from '../../../base/index';
import { damaged } from '../damaged';
import type { FileBytes } from '../files';
import { decodeNpy } from './npy';
import type { NpyArray } from './npy';

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** @returns the arrays by name, without `.npy`. @throws UserError('data') */
export async function decodeNpz(source: FileBytes): Promise<Map<string, NpyArray>> {
  const { file } = source;
  const arrays = new Map<string, NpyArray>();
  for (const [name, bytes] of await readZip(source)) {
    if (!name.endsWith('.npy')) continue;
    arrays.set(name.slice(0, -'.npy'.length), decodeNpy({ file: `${file}/${name}`, bytes }));
  }
  if (arrays.size > 0) return arrays;
  throw damaged({
    file,
    what: 'a npz file',
    found: 'the zip holds no file *.npy',
    expected: 'arrays as numpy.savez writes them',
    remedy: 'Unpack other archives and add the files or the folder in them.',
  });
}

async function readZip({ file, bytes }: FileBytes): Promise<Map<string, Uint8Array>> {
  try {
    const files = new Map<string, Uint8Array>();
    const zip = await yauzl.fromBufferPromise(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    );
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry))
        chunks.push(chunk as Buffer);
      const content = Buffer.concat(chunks);
      const sum = crc32(content);
      if (sum !== entry.crc32) {
        const at = entry.relativeOffsetOfLocalHeader;
        throw new Error(
          `${entry.fileName} at byte ${at} has the checksum ${sum.toString(16)}, the directory says ${entry.crc32.toString(16)}`,
        );
      }
      files.set(entry.fileName, content);
    }
    return files;
  } catch (cause) {
    throw damaged({
      file,
      what: 'a zip file',
      found: messageOf(cause),
      expected: 'a whole archive',
      cause,
    });
  }
}

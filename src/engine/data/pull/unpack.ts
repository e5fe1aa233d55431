/** Files out of packages: npm's are tar.gz, Debian's are read by dpkg-deb, which gives out a tar. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { messageOf } from '../../../base/index';
import { damaged } from '../damaged';
import type { PackedFiles, PinnedPackage } from './source';
import { startTool } from './tool';

/** @param wants  which files are kept. @throws UserError('data'), or the signal's reason */
export async function unpackPackage(
  file: string,
  manager: PinnedPackage['manager'],
  { wants, signal }: { readonly wants: (path: string) => boolean; readonly signal: AbortSignal },
): Promise<PackedFiles> {
  const files = new Map<string, Uint8Array>();
  try {
    if (manager === 'npm') {
      const plain = createGunzip();
      const reading = pipeline(createReadStream(file), plain, { signal });
      await Promise.all([collect(plain, files, wants), reading]);
    } else {
      const tool = startTool('dpkg-deb', ['--fsys-tarfile', file], { signal });
      await Promise.all([collect(tool.stdout, files, wants), tool.done]);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw damaged({
      file,
      what: 'a package',
      found: messageOf(cause),
      expected: 'a whole one',
      cause,
    });
  }
  return files;
}

async function collect(
  stream: Readable,
  files: Map<string, Uint8Array>,
  wants: (path: string) => boolean,
): Promise<void> {
  const tar = extract();
  const reading = pipeline(stream, tar);
  const taking = async (): Promise<void> => {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      if (type !== 'file' || !wants(name)) {
        entry.resume();
        continue;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      files.set(name, Buffer.concat(chunks));
    }
  };
  await Promise.all([taking(), reading]);
}

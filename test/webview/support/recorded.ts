/** Messages that a real host sent, as scripts/record.mjs wrote them down: the views' true data in tests and gallery. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeWire } from '../../../src/protocol/wire';
import type { HostMessage } from './scenes';

/** Messages by the file's name without ending. */
export type Recordings = Readonly<Record<string, readonly HostMessage[]>>;

/** All recordings in a folder; none where it does not exist. */
export function readRecordings(folder: string): Recordings {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => name.endsWith('.msgpack.gz'));
  return Object.fromEntries(
    names.map((name) => [basename(name, '.msgpack.gz'), readMessages(`${folder}/${name}`)]),
  );
}

function readMessages(file: string): readonly HostMessage[] {
  const decoded = decodeWire(gunzipSync(readFileSync(file)));
  if (!Array.isArray(decoded))
    throw new Error(`readRecordings: ${file} holds no array of messages`);
  return decoded as readonly HostMessage[];
}

/** Checksums of files, as manifests and records write them. */
import { createHash } from 'node:crypto';

/** Lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Data sets of the cache for tasks on images. */
import { UserError } from '../../base/index';
import type { ImageDataset } from '../../core/index';
import { dataCacheFolder, isCached, readCached } from './cache';

/**
 * @returns undefined where the cache has no data set of the name
 * @throws UserError('data') where it is damaged, or no images
 */
export async function loadCachedImages(name: string): Promise<ImageDataset | undefined> {
  const cache = dataCacheFolder();
  if (!isCached(cache, name)) return undefined;
  const content = await readCached(cache, name);
  if (content.kind !== 'images') {
    throw new UserError('data', `data set "${name}" is a ${content.kind}, expected images`, {
      remedy: 'Choose a data set of images, or a task for this one; see "velo data list".',
    });
  }
  const { classes, train, test } = content;
  return { name, classes, train, ...(test === undefined ? {} : { test }) };
}

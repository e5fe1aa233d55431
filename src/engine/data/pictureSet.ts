/** Many pictures as one set: of one size, grey where all of them are. */
import { UserError } from '../../base/index';
import type { FileBytes } from './files';
import { decodePicture, resizePicture } from './formats/pictures';
import type { Picture } from './formats/pictures';

/** Collects pictures and gives them out as pixels. */
export class PictureSet {
  readonly #pictures: Uint8Array[] = [];
  readonly #size: number | undefined;
  #first: { readonly file: string; readonly width: number; readonly height: number } | undefined;
  #isGrey = true;

  /** @param size  side length to resize to; absent: all pictures must be of one size */
  constructor(size: number | undefined) {
    this.#size = size;
  }

  get isGrey(): boolean {
    return this.#isGrey;
  }

  /** @throws UserError('data') where it cannot be decoded or is of another size than the first */
  add(source: FileBytes): void {
    const decoded = decodePicture(source);
    const picture = this.#size === undefined ? decoded : resizePicture(decoded, this.#size);
    const { width, height } = picture;
    this.#first ??= { file: source.file, width, height };
    const first = this.#first;
    if (width !== first.width || height !== first.height) {
      throw new UserError(
        'data',
        `${source.file} has ${width}x${height} pixels, expected ${first.width}x${first.height} as ${first.file} has`,
        { remedy: 'Say with --size N to which side length the pictures are to be resized.' },
      );
    }
    this.#isGrey &&= isGrey(picture);
    this.#pictures.push(picture.rgb);
  }

  /** @param asGrey  only where this and all other sets of the data are grey */
  pixels(asGrey: boolean): { readonly shape: readonly number[]; readonly pixels: Uint8Array } {
    const { width = 0, height = 0 } = this.#first ?? {};
    const channels = asGrey ? 1 : 3;
    const all = Buffer.concat(this.#pictures);
    const pixels = asGrey ? all.filter((_, index) => index % 3 === 0) : all;
    return { shape: [this.#pictures.length, height, width, channels], pixels };
  }
}

function isGrey({ rgb }: Picture): boolean {
  for (let i = 0; i < rgb.length; i += 3) {
    if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  }
  return true;
}

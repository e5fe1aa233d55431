/** A list of 32-bit numbers that grows at its end. */

type Numbers = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export class Column<A extends Numbers> {
  readonly #make: (length: number) => A;
  #values: A;
  #length = 0;

  /** @param make  an array of so many numbers */
  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#values = make(256);
  }

  get length(): number {
    return this.#length;
  }

  /** 0 ≤ index < length. */
  at(index: number): number {
    return this.#values[index] ?? NaN;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A copy of the numbers from ≤ i < to. */
  slice(from: number, to = this.#length): A {
    return this.#values.slice(from, to) as A;
  }

  /** A copy of the numbers at these places. */
  pick(indices: readonly number[]): A {
    const picked = this.#make(indices.length);
    for (const [at, index] of indices.entries()) picked[at] = this.at(index);
    return picked;
  }

  clear(): void {
    this.#values = this.#make(256);
    this.#length = 0;
  }
}

export function floatColumn(): Column<Float32Array<ArrayBuffer>> {
  return new Column((length) => new Float32Array(length));
}

export function integerColumn(): Column<Uint32Array<ArrayBuffer>> {
  return new Column((length) => new Uint32Array(length));
}

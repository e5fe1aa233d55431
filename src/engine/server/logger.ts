/**
 * The engine's log: kept for the next client, told to those that are there, and written to `.velo/engine.log`, which is
 * set aside when it gets long.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EngineEvent } from '../../protocol/index';
import { errnoOf, veloDirectory } from '../../storage/index';

export type LogLine = EngineEvent<'engine.log'>;

const KEPT_LINES = 200;
const MAX_FILE_BYTES = 1 << 20;

export class Logger {
  readonly #file: string;
  readonly #lines: LogLine[] = [];
  readonly #emitter = new Emitter<LogLine>();

  constructor(root: string) {
    this.#file = join(veloDirectory(root), 'engine.log');
  }

  /** The last lines, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  onLine(listener: (line: LogLine) => void): Disposable {
    return this.#emitter.on(listener);
  }

  debug(text: string): void {
    this.#add({ level: 'debug', text });
  }

  info(text: string): void {
    this.#add({ level: 'info', text });
  }

  warn(text: string): void {
    this.#add({ level: 'warn', text });
  }

  error(text: string): void {
    this.#add({ level: 'error', text });
  }

  #add(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    if (line.level !== 'debug') this.#write(line);
    this.#emitter.emit(line);
  }

  /** A full disk or a folder that is gone must not stop a training. */
  #write({ level, text }: LogLine): void {
    try {
      const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
      if (size > MAX_FILE_BYTES) renameSync(this.#file, `${this.#file}.1`);
      appendFileSync(this.#file, `${new Date().toISOString()} [${level}] ${text}\n`);
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
    }
  }
}

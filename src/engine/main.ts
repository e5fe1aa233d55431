/**
 * The engine process: `engine.cjs <workspace folder> [--trusted]`. Without `--trusted` it runs no code of the folder. It
 * serves the runs of one folder over a private socket and ends by itself. Exit code 3: another engine serves the folder.
 * `engine.cjs <own folder> --view <workspace folder>` shows the evaluations of a folder and writes nothing into it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../base/index';
import { ENGINE_PROTOCOL } from '../protocol/index';
import { dataDirectory, ownProcess, programVersion, weightsDirectory } from '../storage/index';
import type { EngineLock } from '../storage/index';
import { createEndpoint } from './server/endpoint';
import { Logger } from './server/logger';
import { EngineServer } from './server/server';
import type { EngineServerOptions } from './server/server';
import { takeEngineLock } from './server/takeLock';

const ALREADY_SERVED = 3;

async function main(
  root: string,
  { isTrusted, viewed }: Pick<EngineServerOptions, 'isTrusted' | 'viewed'>,
): Promise<void> {
  if (!existsSync(root)) throw new Error(`there is no folder ${root}`);
  const version = programVersion();
  const endpoint = createEndpoint();
  process.once('exit', endpoint.remove);
  const lock: EngineLock = {
    ...ownProcess(),
    startedAt: new Date().toISOString(),
    protocol: ENGINE_PROTOCOL,
    version,
    socket: endpoint.path,
    token: randomBytes(32).toString('hex'),
  };
  // Whoever can read the lock may connect: the socket comes first.
  const server = await listenAt(endpoint.path);
  const held = await takeEngineLock(root, lock);
  if (held === undefined) process.exit(ALREADY_SERVED);
  const log = new Logger(root);
  const engine = new EngineServer({
    root,
    server,
    lock,
    held,
    log,
    files: { dataDir: dataDirectory(), weightsDir: weightsDirectory(), version },
    isTrusted,
    viewed,
    workerScript: join(__dirname, 'engineWorker.cjs'),
    onEnd: () => process.exit(0),
  });
  log.info(`VeLO Lab ${version} serves ${viewed ?? root} as process ${process.pid}`);
  process.on('uncaughtException', (error) => {
    log.error(`broke down: ${error.stack ?? error.message}`);
    die(error);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void engine.end(`it got ${signal}`));
  }
  // The terminal or window that started it may be gone.
  process.on('SIGHUP', () => undefined);
  await engine.begin();
}

function listenAt(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function die(thrown: unknown): never {
  console.error(thrown instanceof Error ? thrown.stack : messageOf(thrown));
  process.exit(1);
}

// Whoever reads what it says may be gone.
process.stderr.on('error', () => undefined);
process.stdout.on('error', () => undefined);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { trusted: { type: 'boolean', default: false }, view: { type: 'string' } },
});
main(positionals[0] ?? process.cwd(), { isTrusted: values.trusted, viewed: values.view }).catch(
  die,
);

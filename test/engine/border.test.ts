import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  ParameterStructures,
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from 'vscode-jsonrpc/node';
import type { Message, MessageConnection } from 'vscode-jsonrpc/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRng } from '../../src/core/index';
import { ENGINE_PROTOCOL, decodeWire, encodeWire } from '../../src/protocol/index';
import { isRunning } from '../../src/storage/index';
import type { EngineLock } from '../../src/storage/index';
import { ENDLESS, lockOf, openWindow, until, workspace } from '../support/engineWindow';

function rawSocket({ socket: path }: EngineLock): Socket {
  const socket = connect(path);
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

function rpcOver(socket: Socket): MessageConnection {
  const name = 'application/msgpack';
  const rpc = createMessageConnection(
    new StreamMessageReader(socket, {
      contentTypeDecoder: {
        name,
        decode: (bytes) => Promise.resolve(decodeWire(bytes) as Message),
      },
    }),
    new StreamMessageWriter(socket, {
      contentTypeEncoder: { name, encode: (message) => Promise.resolve(encodeWire(message)) },
    }),
  );
  rpc.onClose(() => {
    rpc.dispose();
  });
  rpc.listen();
  return rpc;
}

function ask(rpc: MessageConnection, method: string, params: object): Promise<unknown> {
  return rpc.sendRequest(method, ParameterStructures.byName, params);
}

async function isClosed(socket: Socket): Promise<boolean> {
  await until(() => socket.destroyed, 'the connection to be closed');
  return true;
}

async function served(): Promise<{ readonly lock: EngineLock; readonly root: string }> {
  const root = workspace();
  await (await openWindow(root)).list();
  return { lock: lockOf(root)!, root };
}

const frame = (body: string | Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ]);

describe('bytes that are no message', () => {
  it.each<[string, Buffer]>([
    ['a header without a length', Buffer.from('Content-Type: nothing\r\n\r\n')],
    ['a length that is no number', Buffer.from('Content-Length: many\r\n\r\n')],
    ['a negative length', Buffer.from('Content-Length: -7\r\n\r\nhello')],
    ['JSON where MessagePack belongs', frame('{"jsonrpc":"2.0","id":1,"method":"engine.ping"}')],
    ['a number', frame(encodeWire(7))],
    [
      'a request without an id that is one',
      frame(encodeWire({ jsonrpc: '2.0', id: null, method: 'x' })),
    ],
    ['a cancellation of nothing', frame(encodeWire({ jsonrpc: '2.0', method: '$/cancelRequest' }))],
    ['a flood without an end', Buffer.alloc(200_000, 'x')],
    ['nothing at all, for too long', Buffer.alloc(0)],
  ])('%s ends the connection and nothing else', async (_what, bytes) => {
    const { lock, root } = await served();
    const socket = rawSocket(lock);
    socket.write(bytes);
    expect(await isClosed(socket)).toBe(true);
    const other = await openWindow(root);
    expect(await other.list()).toEqual([]);
    expect(isRunning(lock)).toBe(true);
  });

  it('of any kind never bring the engine down', async () => {
    const { lock, root } = await served();
    const rng = createRng({ seed: 5, purpose: 'noise' });
    for (let i = 0; i < 60; i++) {
      const noise = Uint8Array.from({ length: 1 + Math.floor(rng.uniform() * 300) }, () =>
        Math.floor(rng.uniform() * 256),
      );
      const socket = rawSocket(lock);
      socket.end(i % 2 === 0 ? noise : frame(noise));
    }
    const other = await openWindow(root);
    expect(await other.list()).toEqual([]);
    expect(lockOf(root)?.pid).toBe(lock.pid);
  });
});

describe('a greeting', () => {
  it('with another token is refused', async () => {
    const { lock } = await served();
    const socket = rawSocket(lock);
    const greeting = { token: 'x'.repeat(64), protocol: ENGINE_PROTOCOL, client: 'a stranger' };
    await expect(ask(rpcOver(socket), 'engine.hello', greeting)).rejects.toMatchObject({
      data: { code: 'engine', message: 'the token is not the one of this engine' },
    });
    expect(await isClosed(socket)).toBe(true);
    expect(isRunning(lock)).toBe(true);
  });

  it('must come first', async () => {
    const { lock } = await served();
    const socket = rawSocket(lock);
    await expect(ask(rpcOver(socket), 'runs.list', {})).rejects.toMatchObject({
      data: { message: 'the first request must be engine.hello, got runs.list' },
    });
    expect(await isClosed(socket)).toBe(true);
  });

  it('in another protocol makes an idle engine give way', async () => {
    const { lock } = await served();
    const greeting = { token: lock.token, protocol: ENGINE_PROTOCOL + 1, client: 'a newer one' };
    const [ours, theirs] = [ENGINE_PROTOCOL, ENGINE_PROTOCOL + 1];
    const said = new RegExp(`speaks protocol ${ours} .*, not ${theirs}, and ends$`);
    await expect(ask(rpcOver(rawSocket(lock)), 'engine.hello', greeting)).rejects.toMatchObject({
      data: { message: expect.stringMatching(said) as string },
    });
    await until(() => !isRunning(lock), 'the engine to end');
  });

  it('in another protocol is told what a busy engine still works on', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const runId = await window.start('busy', ENDLESS);
    const lock = lockOf(root)!;
    const greeting = { token: lock.token, protocol: ENGINE_PROTOCOL + 1, client: 'a newer one' };
    await expect(ask(rpcOver(rawSocket(lock)), 'engine.hello', greeting)).rejects.toMatchObject({
      data: {
        message: expect.stringContaining(`still works on ${runId}`) as string,
        remedy: expect.stringContaining(`end process ${lock.pid}`) as string,
      },
    });
    expect(isRunning(lock)).toBe(true);
  });
});

describe('an engine of another version', () => {
  it('is replaced where it is idle', async () => {
    const { lock, root } = await served();
    const newer = await openWindow(root, { version: '9.9.9', timing: { startMs: 4000 } });
    // The engine that is started is of this version again and gives way, too.
    await expect(newer.list()).rejects.toMatchObject({ code: 'engine' });
    expect(isRunning(lock)).toBe(false);
  });

  it('stays where it has jobs', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const runId = await window.start('busy', ENDLESS);
    const { pid } = lockOf(root)!;
    const newer = await openWindow(root, { version: '9.9.9' });
    expect(await newer.list()).toMatchObject([{ runId }]);
    expect(lockOf(root)?.pid).toBe(pid);
    expect(newer.logged.join('\n')).toMatch(/warn engine of version .* stays: .*busy-1/);
  });
});

describe('a request', () => {
  it('that nobody knows is answered with an error that says so', async () => {
    const { lock } = await served();
    const rpc = rpcOver(rawSocket(lock));
    await ask(rpc, 'engine.hello', { token: lock.token, protocol: ENGINE_PROTOCOL, client: 'x' });
    await expect(ask(rpc, 'run.fly', {})).rejects.toMatchObject({
      data: { code: 'engine', message: 'the engine knows no request "run.fly"' },
    });
    await expect(ask(rpc, 'run.control', { runId: 'a', action: 'fly' })).rejects.toMatchObject({
      data: { message: expect.stringContaining('run.control: action:') as string },
    });
    expect(await ask(rpc, 'engine.ping', {})).toEqual({});
  });

  it('ends when it is cancelled, when it takes too long, and when the engine is gone', async () => {
    const root = workspace();
    const window = await openWindow(root, { timing: { restartDelaysMs: [] } });
    await window.list();
    const lock = lockOf(root)!;
    process.kill(lock.pid, 'SIGSTOP');
    const { engine } = window;
    const cancel = new AbortController();
    const cancelled = engine.request('engine.ping', {}, { signal: cancel.signal });
    cancel.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    await expect(engine.request('engine.ping', {}, { timeoutMs: 200 })).rejects.toThrow(
      'the engine did not answer engine.ping within 0.2 s',
    );
    const pending = engine.request('runs.list', {});
    process.kill(lock.pid, 'SIGKILL');
    await expect(pending).rejects.toThrow('the engine ended before it answered runs.list');
  });
});

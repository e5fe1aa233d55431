/**
 * How messages between engine and client become bytes: MessagePack, with typed arrays kept as such. Both ends are on
 * one machine, so numbers in arrays keep its byte order.
 */
import { ExtensionCodec, decode, encode } from '@msgpack/msgpack';
import { USER_ERROR_CODES, UserError, messageOf } from '../base/index';
import { engineErrorSchema } from './engine';
import type { EngineError } from './engine';

/** Name of the encoding, as JSON-RPC's headers would say it. */
const WIRE_ENCODING = 'application/msgpack';
/** JSON-RPC's number for an error whose data is an `EngineError`. */
export const ENGINE_ERROR = -32_000;

const codec = new ExtensionCodec();
const arrays = [Uint8Array, Uint32Array, Float32Array] as const;
for (const [type, Kind] of arrays.entries()) {
  codec.register({
    type,
    encode: (value) =>
      value instanceof Kind
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : null,
    // A copy: what was read lies at any offset of a buffer that belongs to the reader.
    decode: (bytes) => new Kind(new Uint8Array(bytes).buffer),
  });
}

/** A field that is undefined is left out. @throws Error on what MessagePack cannot hold */
export function encodeWire(message: unknown): Uint8Array {
  return encode(message, { extensionCodec: codec, ignoreUndefined: true });
}

/** @throws Error on bytes that are no message */
export function decodeWire(bytes: Uint8Array): unknown {
  return decode(bytes, { extensionCodec: codec });
}

/** The encoding as JSON-RPC's writers and readers take it; they look at the rest of a message themselves. */
export const WIRE_ENCODER = {
  name: WIRE_ENCODING,
  encode: (message: unknown) => Promise.resolve(encodeWire(message)),
};
export const WIRE_DECODER = {
  name: WIRE_ENCODING,
  decode: (bytes: Uint8Array) => Promise.resolve(requireMessage(decodeWire(bytes))),
};

function requireMessage(value: unknown): { jsonrpc: string } {
  if (typeof value === 'object' && value !== null) return value as { jsonrpc: string };
  throw new Error('it sent something that is no message');
}

/** What was thrown, fit to cross. A bug comes as `internal`, with its message only. */
export function toEngineError(thrown: unknown): EngineError {
  if (!(thrown instanceof UserError)) return { code: 'internal', message: messageOf(thrown) };
  const { code, message, remedy } = thrown;
  return remedy === undefined ? { code, message } : { code, message, remedy };
}

/** The error that crossed, as the receiver throws it. @param value  an `EngineError`, or anything */
export function fromEngineError(value: unknown): UserError {
  const parsed = engineErrorSchema.safeParse(value);
  if (!parsed.success) return new UserError('engine', 'the engine answered with an unknown error');
  const { code, message, remedy } = parsed.data;
  const known = USER_ERROR_CODES.find((candidate) => candidate === code);
  const options = remedy === undefined ? {} : { remedy };
  if (known !== undefined) return new UserError(known, message, options);
  return new UserError('engine', `the engine failed: ${message}`, {
    remedy: 'See the log of VeLO Lab; this is a defect of the program.',
  });
}

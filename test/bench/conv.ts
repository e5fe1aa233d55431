/**
 * Times convolutions, depthwise convolutions and pooling with their gradients: the kernels on every instruction set this
 * machine has, and what tfjs-wasm has of it (the forward passes). All contenders of a case take turns within one run;
 * figures are the median and the best turn: turns are short, so that the best ones have the core to themselves.
 */
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { KernelRuntime } from '../../src/core/index';
import type { ConvGeometry } from '../../src/core/compute/plan/convWorkspace';
import { convWorkspace } from '../../src/core/compute/plan/convWorkspace';
import { contest, runtimesIn } from './contest';
import type { Contender } from './contest';

type Family = 'conv' | 'depthwise' | 'pool';

interface Case {
  readonly name: string;
  readonly family: Family;
  readonly geometry: ConvGeometry;
}

const TURN_MS = 3;
const OPS = {
  conv: ['conv.forward', 'conv.input', 'conv.filter'],
  depthwise: ['depthwise.forward', 'depthwise.input', 'depthwise.filter'],
  pool: ['pool.max', 'pool.avg', 'pool.maxGrad', 'pool.avgGrad'],
} as const;

/** A square geometry with 'same' padding. */
function square(
  [batch, size, channels]: readonly [number, number, number],
  outChannels: number,
  window: number,
  stride = 1,
): ConvGeometry {
  const out = Math.ceil(size / stride);
  const pad = Math.floor(Math.max(0, (out - 1) * stride + window - size) / 2);
  return {
    ...{ batch, height: size, width: size, channels },
    ...{ outHeight: out, outWidth: out, outChannels, filterHeight: window, filterWidth: window },
    ...{ strideHeight: stride, strideWidth: stride, dilationHeight: 1, dilationWidth: 1 },
    ...{ padTop: pad, padLeft: pad },
  };
}

const CASES: readonly Case[] = [
  { name: 'conv [32,16,16,3] 3x3x32', family: 'conv', geometry: square([32, 16, 3], 32, 3) },
  { name: 'conv [32,16,16,32] 3x3x64', family: 'conv', geometry: square([32, 16, 32], 64, 3) },
  { name: 'conv [32,28,28,1] 5x5x8', family: 'conv', geometry: square([32, 28, 1], 8, 5) },
  {
    name: 'conv [32,16,16,32] 3x3x64 /2',
    family: 'conv',
    geometry: square([32, 16, 32], 64, 3, 2),
  },
  { name: 'conv [32,8,8,128] 1x1x128', family: 'conv', geometry: square([32, 8, 128], 128, 1) },
  { name: 'conv [8,8,8,256] 3x3x256', family: 'conv', geometry: square([8, 8, 256], 256, 3) },
  {
    name: 'depthwise [32,16,16,32] 3x3',
    family: 'depthwise',
    geometry: square([32, 16, 32], 32, 3),
  },
  { name: 'pool [32,16,16,32] 2x2 /2', family: 'pool', geometry: square([32, 16, 32], 32, 2, 2) },
];

function sizes(g: ConvGeometry, family: Family): { x: number; filter: number; y: number } {
  return {
    x: g.batch * g.height * g.width * g.channels,
    filter: g.filterHeight * g.filterWidth * (family === 'conv' ? g.channels : 1) * g.outChannels,
    y: g.batch * g.outHeight * g.outWidth * g.outChannels,
  };
}

/** Multiply-adds count twice. */
function flops(g: ConvGeometry, family: Family): number {
  return 2 * (sizes(g, family).filter / g.outChannels) * sizes(g, family).y;
}

/** Where an op's arrays are: out, in, other. */
function places(op: string, x: number, filter: number, y: number): number[] {
  if (op.endsWith('.input')) return [x, y, filter];
  if (op.endsWith('.filter')) return [filter, x, y];
  return op === 'pool.max' || op === 'pool.avg' ? [y, x] : [y, x, filter];
}

function kernel(runtime: KernelRuntime, op: string, { geometry: g, family }: Case): Contender {
  const count = sizes(g, family);
  const slack = (words: number): number => Math.ceil((words + 64) / 64) * 64;
  const [x, filter, y] = [0, slack(count.x), slack(count.x) + slack(count.filter)];
  const work = y + slack(count.y);
  const dx = work + slack(convWorkspace(g));
  const program = dx + slack(count.x);
  const arena = runtime.allocate(program + 64);
  for (let i = 0; i < work; i++) arena.f32[i] = Math.sin(i * 12.9898) / 4;
  const all = Object.values(g) as number[];
  const pool = all.filter((_, i) => i !== 6);
  const args =
    family !== 'pool'
      ? [
          ...[...places(op, x, filter, y), work, convWorkspace(g), ...all],
          ...(op === 'conv.forward' ? [-1] : []),
          ...(op === 'conv.filter' ? [0, count.filter / g.outChannels] : []),
        ]
      : op.endsWith('Grad')
        ? [dx, op === 'pool.avgGrad' ? y : x, ...pool, y, 0, 0]
        : [...places(op, x, filter, y), ...pool, 0, 0, 0];
  const code = runtime.ops.get(op) ?? -1;
  arena.i32.set([code, args.length, ...args], program);
  return {
    name: `${runtime.flavour} ${runtime.isa}`,
    run: () => {
      arena.run(program, args.length + 2);
    },
  };
}

/** The same on tfjs-wasm, where it has a kernel. */
function peer(op: string, { geometry: g, family }: Case): Contender | undefined {
  const x = tf.randomNormal<tf.Rank.R4>(
    [g.batch, g.height, g.width, g.channels],
    0,
    1,
    'float32',
    1,
  );
  const inner = family === 'conv' ? [g.channels, g.outChannels] : [g.channels, 1];
  const shape = [g.filterHeight, g.filterWidth, ...inner] as [number, number, number, number];
  const filter = tf.randomNormal<tf.Rank.R4>(shape, 0, 1, 'float32', 2);
  const window: [number, number] = [g.filterHeight, g.filterWidth];
  const ops: Partial<Record<string, () => tf.Tensor>> = {
    'conv.forward': () => tf.conv2d(x, filter, g.strideHeight, 'same'),
    'depthwise.forward': () => tf.depthwiseConv2d(x, filter, g.strideHeight, 'same'),
    'pool.max': () => tf.maxPool(x, window, g.strideHeight, 'same'),
    'pool.avg': () => tf.avgPool(x, window, g.strideHeight, 'same'),
  };
  const run = ops[op];
  if (run === undefined) return undefined;
  return {
    name: 'tfjs-wasm',
    run: () => {
      run().dispose();
    },
  };
}

async function main(args: readonly string[]): Promise<void> {
  const [directory = '', tfjsWasm = '', ...options] = args;
  const option = (name: string): string | undefined =>
    options.includes(name) ? options[options.indexOf(name) + 1] : undefined;
  const rounds = Number(option('--rounds') ?? 60);
  const only = option('--only') ?? '';
  const runtimes = runtimesIn(directory);
  setWasmPaths(tfjsWasm);
  await tf.setBackend('wasm');
  for (const one of CASES.filter(({ name }) => name.includes(only))) {
    for (const op of OPS[one.family]) {
      const other = peer(op, one);
      const contenders = runtimes.map((runtime) => kernel(runtime, op, one));
      if (other !== undefined) contenders.push(other);
      const work = flops(one.geometry, one.family);
      console.log(`\n${one.name}: ${op}, ${(work / 1e6).toFixed(1)} MFLOP`);
      contest(contenders, rounds, TURN_MS).forEach(({ median, best }, i) => {
        const speed = (work / best / 1e6).toFixed(1).padStart(7);
        const name = contenders[i]?.name.padEnd(15) ?? '';
        console.log(
          `${name} median ${median.toFixed(3)} best ${best.toFixed(3)} ms ${speed} GFLOP/s`,
        );
      });
    }
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

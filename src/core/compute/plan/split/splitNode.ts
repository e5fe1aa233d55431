/**
 * Cuts a node into parts that can run at the same time, each on a thread and with a workspace of its own, over one
 * arena. Together they give the bits that the node gives: no sum is cut, and no part writes a word that another one
 * writes or needs.
 */
import type { PlanNode } from '../nodes';
import { bytesOf, flopsOf } from '../work';
import { splitKernel } from './kernel';
import { splitMap } from './map';
import { splitMatmul } from './matmul';

/** What a thread does in a microsecond, about: of products, of everything else, and of bytes. */
const PRODUCT_FLOPS = 60_000;
const OTHER_FLOPS = 6_000;
const BYTES = 20_000;
const PRODUCTS = /^(conv\.|elements\.network$)/;
/** A part of less is not worth waiting for another thread. */
const LEAST_MICROSECONDS = 4;

/** @returns between two and `parts` nodes, or undefined where the node had better stay whole */
export function splitNode(node: PlanNode, parts: number): readonly PlanNode[] | undefined {
  const count = Math.min(parts, Math.floor(microsecondsOf(node) / LEAST_MICROSECONDS));
  return count < 2 ? undefined : splitInto(node, count);
}

/** The same for any node that can be cut, however small. */
export function splitInto(node: PlanNode, parts: number): readonly PlanNode[] | undefined {
  switch (node.kind) {
    case 'map':
      return splitMap(node, parts);
    case 'matmul':
      return splitMatmul(node, parts);
    case 'kernel':
      return splitKernel(node, parts);
  }
}

/** Roughly how long a thread takes. */
function microsecondsOf(node: PlanNode): number {
  const isProduct = node.kind === 'matmul' || (node.kind === 'kernel' && PRODUCTS.test(node.op));
  const flops = flopsOf(node) / (isProduct ? PRODUCT_FLOPS : OTHER_FLOPS);
  return Math.max(flops, bytesOf(node) / BYTES);
}

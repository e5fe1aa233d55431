/** The recorded reference updates that the project keeps. */
import { readFileSync } from 'node:fs';
import type { VeloVectors } from '../../src/protocol/index';
import { parseVeloVectors } from '../../src/protocol/index';

export const FIXTURES = [
  'velo-h16-p8',
  'velo-h16-p8-long',
  'velo-bugged',
  'velo-h512-p256',
] as const;
export type FixtureName = (typeof FIXTURES)[number];

function fixtureText(name: FixtureName): string {
  return readFileSync(new URL(`../parity/fixtures/${name}.json`, import.meta.url), 'utf8');
}

export function loadFixture(name: FixtureName): VeloVectors {
  return parseVeloVectors(fixtureText(name), `${name}.json`);
}

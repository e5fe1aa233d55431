import { defineConfig } from 'vitest/config';

/**
 * Suites live apart by what they need. `npm run check` runs `fast`, `npm test` adds `process` (child processes,
 * kills, disks), .ci/run adds the rest.
 */
const project = (name: string, include: string[]) => ({
  test: {
    name,
    include,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a browser or a process will show is waited for as long as Playwright waits: a busy machine is not a failure.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks' as const,
    // 170 small modules that every worker would otherwise load one by one.
    deps: {
      optimizer: {
        ssr: { enabled: true, include: ['@tensorflow/tfjs-core/dist/register_all_gradients'] },
      },
    },
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('fast', ['test/{unit,property,parity}/**/*.test.ts']),
      project('process', ['test/{engine,cli,client}/**/*.test.ts']),
      project('webview', ['test/webview/**/*.test.ts']),
      project('host', ['test/host/**/*.test.ts']),
      project('e2e', ['test/e2e/**/*.test.ts']),
      project('statistical', ['test/statistical/**/*.test.ts']),
      project('tensorflow', ['test/tensorflow/**/*.test.ts']),
    ],
  },
});

/** Adds up vitest's JSON reports and the steps of .ci/run, prints the closing line, fails if anything failed. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [folder, stepsPassed, stepsFailed] = process.argv.slice(2);
let passed = Number(stepsPassed);
let failed = Number(stepsFailed);
let skipped = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
}
if (skipped > 0) {
  console.log(`${skipped} test(s) were skipped; here every test must run`);
  failed += skipped;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

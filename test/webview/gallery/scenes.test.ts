import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe';
import { clippedTexts, sidewaysOverflow } from '../support/layout';
import { readRecordings } from '../support/recorded';
import { scenesOf } from '../support/scenes';
import { THEMES, inChromium, screenshot } from '../support/views';

const folder =
  process.env['VELO_RECORDED'] ?? fileURLToPath(new URL('../recorded', import.meta.url));
const scenes = scenesOf(readRecordings(folder)).filter(({ live }) => live !== true);
const MAIN = [
  ...['training-running', 'comparison-runs', 'optimizer-weights', 'speedup-finished'],
  ...['tasks-gallery', 'meta-running'],
];
const mainScenes = scenes.filter(({ name }) => MAIN.includes(name));

describe.skipIf(scenes.length === 0)('views with recorded data', () => {
  inChromium('in every state', (openView) => {
    it.each(scenes)('$name: keeps to 400 px, and axe-core finds nothing', async (scene) => {
      const { page } = await openView(scene.view, {
        scene,
        width: 400,
        height: 1200,
      });
      await page.waitForTimeout(600);
      await screenshot(page, `${scene.name}-400`);
      expect(await sidewaysOverflow(page)).toBe(0);
      expect(await clippedTexts(page)).toEqual([]);
      expect(await axeViolations(page)).toEqual([]);
    });
  });

  inChromium('in every theme', (openView) => {
    const cases = mainScenes.flatMap((scene) =>
      THEMES.map((theme) => ({ name: scene.name, scene, theme })),
    );
    it.each(cases)('$name in $theme: axe-core finds nothing', async ({ theme, scene }) => {
      const { page } = await openView(scene.view, { scene, theme });
      await page.waitForSelector('.plot-figure .main-svg, .card-picture canvas');
      await page.waitForTimeout(600);
      await screenshot(page, `${scene.name}-${theme}`);
      expect(await clippedTexts(page)).toEqual([]);
      expect(await axeViolations(page)).toEqual([]);
    });

    it.each(mainScenes)('$name: clips nothing at 1,600 px', async (scene) => {
      const { page } = await openView(scene.view, {
        scene,
        width: 1600,
      });
      await page.waitForTimeout(600);
      await screenshot(page, `${scene.name}-1600`);
      expect(await sidewaysOverflow(page)).toBe(0);
      expect(await clippedTexts(page)).toEqual([]);
    });
  });
});

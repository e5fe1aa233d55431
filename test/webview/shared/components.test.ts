import { expect, it } from 'vitest';
import { axeViolations } from '../support/axe';
import { THEMES, inChromium, screenshot } from '../support/views';

const entry = 'test/webview/shared/demo.tsx';

inChromium('shared components', (openView) => {
  it.each(THEMES)('breaks no rule of WCAG 2.2 A or AA in %s', async (theme) => {
    const { page } = await openView('demo', { entry, theme });
    await page.waitForSelector('.plot-figure .main-svg');
    await page.waitForTimeout(500);
    await screenshot(page, `shared-${theme}`, true);
    expect(await axeViolations(page)).toEqual([]);
  });
});

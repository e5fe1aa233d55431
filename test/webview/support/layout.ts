/** What must hold of a page at any width: nothing is cut off, nothing scrolls sideways but tables. */
import type { Page } from 'playwright-core';

/** Elements whose text is cut off and that have no `title` to read it in. */
export async function clippedTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const isCut = ({ scrollWidth, clientWidth }: Element) =>
      clientWidth > 1 && scrollWidth > clientWidth + 1;
    const isExcused = (element: Element) =>
      element.closest('[title], .plot, .table-scroll, .hidden-text') !== null;
    return [...document.querySelectorAll('button, h1, h2, h3, dt, dd, p, span, li, label')]
      .filter((element) => isCut(element) && !isExcused(element))
      .map(({ outerHTML }) => outerHTML.slice(0, 160));
  });
}

/** Pixels by which the page is wider than its window. */
export async function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

import { expect, it } from 'vitest';
import { pageHtml } from '../../../src/extension/panels/html';

const html = pageHtml({
  view: 'training',
  title: '<b>"run"</b>',
  cspSource: 'https://*.example',
  nonce: 'abc+/=',
  scripts: ['plotly.js', 'training.js'],
  styles: ['training.css'],
});

it('allows nothing but what a view needs', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  expect(policy?.replaceAll('&#39;', "'")).toBe(
    "default-src 'none'; script-src 'nonce-abc+/='; style-src https://*.example 'unsafe-inline'; " +
      'font-src https://*.example; img-src https://*.example data: blob:',
  );
});

it('escapes the title and loads plotly before the view', () => {
  expect(html).toContain('<title>&lt;b&gt;&quot;run&quot;&lt;/b&gt;</title>');
  const scripts = [...html.matchAll(/<script nonce="abc\+\/=" src="([^"]*)">/g)];
  expect(scripts.map(([, src]) => src)).toEqual(['plotly.js', 'training.js']);
  expect(html).toContain('<body data-view="training">');
  expect(html).toContain('<div id="root"></div>');
});

// What must be true of every page, whatever it shows.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Bytes of a page without its pictures.
const BUDGET = 60_000;

export async function hasOneHeadingAndALanguage(page) {
  const found = await page.evaluate(() => ({
    headings: document.querySelectorAll('h1').length,
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    title: document.title,
  }));
  assert.equal(found.headings, 1, 'number of h1');
  assert.match(found.lang, /^[a-z]{2,3}(-|$)/);
  assert.match(found.dir, /^(ltr|rtl)$/);
  assert.ok(found.title, 'a title');
}

export async function fitsTheWindow(page) {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const outside = (e) => {
      const { left, right } = e.getBoundingClientRect();
      return left < -0.5 || right > clientWidth + 0.5;
    };
    const scrolls = (e) => e !== document.body && getComputedStyle(e).overflowX !== 'visible';
    const isHeld = (e) => e.parentElement && (scrolls(e.parentElement) || isHeld(e.parentElement));
    return [`${scrollWidth} > ${clientWidth}`, ...[...document.querySelectorAll('body *')]
      .filter((e) => outside(e) && !isHeld(e)).map((e) => e.outerHTML.slice(0, 120))];
  });
  assert.deepEqual(wide, [], 'elements beyond the window');
}

// Scrolls through the page first, so that lazy pictures come.
export async function doesNotMove(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo({ top: y, behavior: 'instant' });
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    scrollTo({ top: 0, behavior: 'instant' });
  });
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  assert.equal(await page.evaluate(() => window.shifts), 0, 'cumulative layout shift');
}

export async function picturesKeepTheirPlace(page) {
  const faulty = await page.evaluate(() => [...document.images]
    .filter((image) => !image.getAttribute('width') || !image.getAttribute('height')
      || !image.hasAttribute('alt') || !image.complete || image.naturalWidth === 0)
    .map((image) => image.outerHTML));
  assert.deepEqual(faulty, [], 'pictures without a size, an alternative or content');
}

export async function isAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const lines = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n  ${node.html}\n  ${node.failureSummary.replaceAll('\n', '\n  ')}`));
  assert.deepEqual(lines, [], 'axe violations');
}

export async function isLight(responses) {
  let bytes = 0;
  for (const response of responses) {
    if (response.request().resourceType() === 'image') continue;
    const { responseBodySize, responseHeadersSize } = await response.request().sizes();
    bytes += responseBodySize + responseHeadersSize;
  }
  assert.ok(bytes <= BUDGET, `${bytes} bytes without pictures`);
}

// Walks with the keyboard: the skip link comes first, and every stop can be seen.
export async function canBeWalkedByKeyboard(page) {
  // What scrolls smoothly is out of sight for a while.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const stop = () => page.evaluate(() => {
    const e = document.activeElement;
    const look = () => [e, e.parentElement].map((element) => {
      const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
      return [outline, boxShadow, borderColor, backgroundColor].join();
    }).join();
    const { width, height, top, bottom } = e.getBoundingClientRect();
    const focused = look();
    e.blur();
    const blurred = look();
    e.focus({ preventScroll: true });
    return {
      html: e.outerHTML.slice(0, 120),
      skipsTo: e.hash && document.getElementById(decodeURIComponent(e.hash.slice(1)))?.localName,
      shown: focused !== blurred,
      inView: width > 0 && height > 0 && bottom > 0 && top < innerHeight,
    };
  });
  await page.keyboard.press('Tab');
  const first = await stop();
  assert.equal(first.skipsTo, 'main', `the first stop is the skip link, not ${first.html}`);
  for (let n = 0; n < 15; n += 1) {
    const at = await stop();
    if (at.html.startsWith('<body')) break;
    assert.ok(at.shown, `focus cannot be seen on ${at.html}`);
    assert.ok(at.inView, `focus is out of sight on ${at.html}`);
    await page.keyboard.press('Tab');
  }
}

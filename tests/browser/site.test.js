// The readers' site in Chromium: every kind of page, in two widths and both colour schemes.
//
// SITE is the address of a site that serves the blog of `blog/` and thirty notes on clocks;
// SCREENSHOTS is a folder for pictures of every page. See tests/all/browser.rs.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, open } from './browser.js';
import * as checks from './checks.js';

const site = process.env.SITE;
const screenshots = process.env.SCREENSHOTS;

const pages = {
  home: '/',
  'home-2': '/page/2/',
  post: '/everything/',
  'post-japanese': '/japanese/',
  'post-arabic': '/arabic/',
  'post-german': '/german/',
  'post-short': '/note-7/',
  page: '/about/',
  tag: '/tag/engineering/',
  'tag-2': '/tag/engineering/page/2/',
  author: '/author/ann-example/',
  archive: '/archive/',
  month: '/archive/2026/05/',
  search: '/search/',
  'search-found': '/search/?q=clocks',
  'search-nothing': '/search/?q=xylophone',
  'not-found': '/evrything/',
  api: '/ghost/api/',
};
const widths = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

mkdirSync(screenshots, { recursive: true });

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const [size, viewport] of Object.entries(widths)) {
  for (const colorScheme of ['light', 'dark']) {
    describe(`${size}, ${colorScheme}`, () => {
      for (const [name, path] of Object.entries(pages)) {
        test(name, async () => {
          const { context, page, faults } = await open(browser, site, { viewport, colorScheme });
          const responses = [];
          page.on('response', (response) => responses.push(response));
          const response = await page.goto(path, { waitUntil: 'networkidle' });
          assert.equal(response.status(), name === 'not-found' ? 404 : 200);
          await checks.isLight(responses);
          await checks.hasOneHeadingAndALanguage(page);
          await checks.fitsTheWindow(page);
          await checks.doesNotMove(page);
          await checks.picturesKeepTheirPlace(page);
          await page.screenshot({
            path: join(screenshots, `${name}-${size}-${colorScheme}.png`),
            fullPage: true,
          });
          await checks.isAccessible(page);
          await checks.canBeWalkedByKeyboard(page);
          assert.deepEqual(faults, []);
          await context.close();
        });
      }
    });
  }

  describe(`${size}, by hand`, () => {
    for (const javaScriptEnabled of [true, false]) {
      const visit = async (walk) => {
        // A transition between pages would catch the clicks while it lasts.
        const options = { viewport, javaScriptEnabled, reducedMotion: 'reduce' };
        const { context, page, faults } = await open(browser, site, options);
        await walk(page);
        assert.deepEqual(faults, []);
        await context.close();
      };
      const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

      test(`pages of a list, ${how}`, () => visit(async (page) => {
        await page.goto('/');
        await page.locator('main a[rel=next]').click();
        await page.waitForURL('**/page/2/');
        await page.locator('main a[rel=prev]').click();
        await page.waitForURL(`${site}/`);
      }));

      test(`neighbours of a post, ${how}`, () => visit(async (page) => {
        await page.goto('/japanese/');
        await page.locator('nav a[rel=next]').click();
        await page.waitForURL('**/everything/');
        await page.locator('nav a[rel=prev]').click();
        await page.waitForURL('**/japanese/');
      }));

      test(`from the front page to a post, its tag and its author, ${how}`, () => visit(async (page) => {
        await page.goto('/');
        await page.locator('main h2 a').first().click();
        await page.waitForURL('**/everything/');
        await page.locator('main a[rel=tag]').first().click();
        await page.waitForURL('**/tag/engineering/');
        await page.locator('main a[rel=author]').first().click();
        await page.waitForURL('**/author/ann-example/');
      }));

      test(`a search, ${how}`, () => visit(async (page) => {
        await page.goto('/search/');
        await page.locator('main input[name=q]').fill('天気');
        await page.keyboard.press('Enter');
        await page.waitForURL('**/search/?q=*');
        assert.equal(await page.locator('main h2 a').first().getAttribute('href'), '/japanese/');
        await page.locator('main input[name=q]').fill('clocks');
        await page.locator('main form button').click();
        await page.waitForURL('**/search/?q=clocks');
        assert.ok(await page.locator('main mark').count() > 0, 'what was found is marked');
      }));

      test(`the skip link, ${how}`, () => visit(async (page) => {
        await page.goto('/everything/');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.waitForURL('**/everything/#*');
        await page.keyboard.press('Tab');
        const inside = page.locator('main :focus');
        assert.equal(await inside.count(), 1, 'the next stop is in the text');
      }));

      test(`a text can be read, ${how}`, () => visit(async (page) => {
        await page.goto('/everything/');
        assert.ok(await page.getByText('A paragraph with').isVisible());
        assert.ok(await page.getByText('The end.').isVisible());
        const picture = page.locator('main .e-content img').first();
        await picture.scrollIntoViewIfNeeded();
        assert.ok(await picture.isVisible());
      }));
    }
  });
}

// Writing at the desk, in Chromium: a person writes, looks at it, publishes it and takes it back.
//
// SITE is the address of a site with posts in every state; EMAIL and PASSWORD are those of its owner;
// SCREENSHOTS is a folder for pictures of every page. See tests/all/browser.rs.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, open } from './browser.js';
import * as checks from './checks.js';

const site = process.env.SITE;
const screenshots = process.env.SCREENSHOTS;
const widths = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

const TEXT = `The first clock of the town had one hand, and nobody missed the other.

## What an hour was

An hour was as long as the *light* allowed: twelve of them from sunrise to sunset, short in winter, long
in summer. Then the bells came, and with them an hour that was the same for everybody.

> We did not learn to measure time. We learned to agree.

- The keeper wound it each morning.
- On Sundays the priest did.
`;

mkdirSync(screenshots, { recursive: true });

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function signIn(page) {
  await page.goto('/desk/');
  await page.getByLabel('Email address').fill(process.env.EMAIL);
  await page.getByLabel('Password').fill(process.env.PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site}/desk/`);
}

const isDone = (page, words) =>
  page.getByRole('status').filter({ hasText: words }).first().waitFor();

async function holds(page, name, size, colorScheme) {
  await checks.hasOneHeadingAndALanguage(page);
  await checks.fitsTheWindow(page);
  await page.screenshot({
    path: join(screenshots, `desk-${name}-${size}-${colorScheme}.png`),
    fullPage: true,
  });
  await checks.isAccessible(page);
}

for (const [size, viewport] of Object.entries(widths)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`every page of the desk, ${size}, ${colorScheme}`, async () => {
      const options = { viewport, colorScheme, reducedMotion: 'reduce' };
      const { context, page, faults } = await open(browser, site, options);
      await signIn(page);
      await holds(page, 'posts', size, colorScheme);
      await checks.canBeWalkedByKeyboard(page);

      await page.goto('/desk/?status=scheduled&q=xylophone');
      await holds(page, 'nothing-found', size, colorScheme);

      await page.goto('/desk/posts/new/');
      await holds(page, 'new', size, colorScheme);
      await checks.canBeWalkedByKeyboard(page);

      // A form with a fault gives back what was typed.
      await page.getByLabel('Text', { exact: true }).fill('Words without a title.');
      await page.getByLabel('Date').fill('soon');
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByLabel('Text', { exact: true }).inputValue(), 'Words without a title.');
      await holds(page, 'fault', size, colorScheme);

      await page.getByLabel('Title', { exact: true }).fill(`The clock with one hand, ${size}, ${colorScheme}`);
      await page.getByLabel('Text', { exact: true }).fill(TEXT);
      await page.getByLabel('Date').fill('');
      await page.getByLabel('Tags').fill('Engineering, Clocks');
      await page.getByLabel('Excerpt').fill('How a town agreed on the time.');
      await page.getByRole('button', { name: 'Publish' }).click();
      await isDone(page, 'Published. Readers see it now.');
      await holds(page, 'editor', size, colorScheme);
      await checks.canBeWalkedByKeyboard(page);

      // Somebody else saves it, in another window.
      const address = new URL(page.url()).pathname;
      const other = await context.newPage();
      await other.goto(address);
      await other.getByLabel('Text', { exact: true }).fill('What somebody else wrote.');
      await other.getByRole('button', { name: 'Update' }).click();
      await isDone(other, 'Saved.');
      await other.close();
      await page.getByLabel('Excerpt').fill('How a town lost its second hand.');
      await page.getByRole('button', { name: 'Update' }).click();
      await page.getByRole('heading', { name: 'Somebody else saved this meanwhile' }).waitFor();
      await holds(page, 'conflict', size, colorScheme);
      await page.getByRole('button', { name: 'Update' }).click();
      await isDone(page, 'Saved.');
      assert.equal(await page.getByLabel('Excerpt').inputValue(), 'How a town lost its second hand.');

      await page.goto(`${address}preview/`);
      await holds(page, 'preview', size, colorScheme);

      await page.goto(`${address}delete/`);
      await holds(page, 'delete', size, colorScheme);
      await page.getByRole('button', { name: 'Delete this post' }).click();
      await isDone(page, 'Deleted.');
      assert.deepEqual(faults, []);
      await context.close();
    });
  }
}

for (const javaScriptEnabled of [true, false]) {
  describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test('a post is written, looked at, published and taken back, by keyboard alone', async () => {
      const options = { viewport: widths.desk, javaScriptEnabled, reducedMotion: 'reduce' };
      const { context, page, faults } = await open(browser, site, options);
      await signIn(page);
      const press = async (name) => {
        const focused = () => page.evaluate(() => {
          const { textContent, localName } = document.activeElement;
          return ['a', 'button'].includes(localName) ? textContent.trim() : '';
        });
        for (let n = 0; n < 60; n += 1) {
          if (await focused() === name) return page.keyboard.press('Enter');
          await page.keyboard.press('Tab');
        }
        throw new Error(`Tab leads to no ${name}`);
      };
      await press('Write');
      await page.waitForURL('**/desk/posts/new/');
      await page.getByLabel('Title', { exact: true }).focus();
      const title = `By hand, ${javaScriptEnabled ? 'with' : 'without'}`;
      await page.keyboard.type(title);
      await page.keyboard.press('Tab');
      await page.keyboard.type('It is *typed*.');
      const [shown] = await Promise.all([context.waitForEvent('page'), press('Preview')]);
      await shown.waitForLoadState();
      assert.equal(await shown.locator('em').textContent(), 'typed');
      assert.ok(await shown.getByText('Readers cannot see this page yet.').isVisible());
      await shown.close();
      await page.bringToFront();
      await press('Publish');
      await isDone(page, 'Published. Readers see it now.');
      const path = await page.getByRole('link', { name: 'See it on the site' }).first().getAttribute('href');
      const reader = await browser.newContext({ baseURL: site });
      assert.equal((await reader.request.get(path)).status(), 200);
      await press('Unpublish');
      await isDone(page, 'Readers do not see it any more.');
      assert.equal((await reader.request.get(path)).status(), 404);
      await reader.close();
      assert.deepEqual(faults, []);
      await context.close();
    });
  });
}

describe('comforts', () => {
  const visit = async (walk) => {
    const options = { viewport: widths.desk, reducedMotion: 'reduce' };
    const { context, page, faults } = await open(browser, site, options);
    await signIn(page);
    await walk(page);
    assert.deepEqual(faults, []);
    await context.close();
  };

  test('Ctrl+S saves, and Enter leads from the title to the text', () => visit(async (page) => {
    await page.goto('/desk/posts/new/');
    await page.getByLabel('Title', { exact: true }).focus();
    await page.keyboard.type('Saved by hand');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Words.');
    await page.keyboard.press('Control+s');
    await isDone(page, 'Saved.');
    assert.equal(await page.getByLabel('Title', { exact: true }).inputValue(), 'Saved by hand');
    assert.equal(await page.getByLabel('Text', { exact: true }).inputValue(), 'Words.');
  }));

  test('words that were left behind come back', () => visit(async (page) => {
    await page.goto('/desk/posts/new/');
    await page.getByLabel('Text', { exact: true }).fill('Half a sentence');
    await page.getByText('Not saved yet; kept in this browser').waitFor();
    let asked = false;
    page.on('dialog', (dialog) => {
      asked = dialog.type() === 'beforeunload';
      return dialog.accept();
    });
    await page.goto('/desk/');
    assert.ok(asked, 'the browser asks before words are left behind');
    await page.goto('/desk/posts/new/');
    assert.equal(await page.getByLabel('Text', { exact: true }).inputValue(), '');
    await page.getByRole('button', { name: 'Bring them back' }).click();
    assert.equal(await page.getByLabel('Text', { exact: true }).inputValue(), 'Half a sentence');
    await page.getByLabel('Title', { exact: true }).fill('Whole');
    await page.getByRole('button', { name: 'Save draft' }).click();
    await isDone(page, 'Saved.');
    await page.goto('/desk/posts/new/');
    assert.equal(await page.getByRole('button', { name: 'Bring them back' }).count(), 0);
  }));
});

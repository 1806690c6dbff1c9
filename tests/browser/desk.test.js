// Setting up and signing in, in Chromium: on one instance, and on with it on another.
//
// SITE and OTHER are the addresses of two instances of one site, which waits for its owner; CODE lets
// them in; SCREENSHOTS is a folder for pictures of every page. See tests/all/browser.rs.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, open } from './browser.js';
import * as checks from './checks.js';

const { SITE: site, OTHER: other, CODE: code, SCREENSHOTS: screenshots } = process.env;
const email = 'ann@example.org';
const password = 'correct horse battery';
const looks = [
  ['phone', 'light', { width: 360, height: 740 }],
  ['phone', 'dark', { width: 360, height: 740 }],
  ['desk', 'light', { width: 1280, height: 900 }],
  ['desk', 'dark', { width: 1280, height: 900 }],
];

mkdirSync(screenshots, { recursive: true });

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

// What must be true of every page of the desk, in every look.
async function holds(page, name) {
  for (const [size, colorScheme, viewport] of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await checks.hasOneHeadingAndALanguage(page);
    await checks.fitsTheWindow(page);
    await page.evaluate(() => document.activeElement?.blur());
    await page.screenshot({ path: join(screenshots, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    await checks.isAccessible(page);
  }
}

async function visit(options, walk) {
  const { context, page, faults } = await open(browser, site, { viewport: looks[3][2], ...options });
  await walk(page, context);
  // To this page the other instance is another site; to the browser's cookies it is the same.
  assert.deepEqual(faults.filter((fault) => !fault.startsWith(`third party: ${other}/`)), []);
  await context.close();
}

async function signIn(page, at = site) {
  await page.goto(`${at}/desk/sign-in/`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${at}/desk/`);
}

describe('the desk', { concurrency: false }, () => {
  test('is set up with the code, which is said where it is wrong', () => visit({ javaScriptEnabled: true }, async (page) => {
    await page.goto('/desk/sign-in/');
    await page.waitForURL('**/desk/set-up/');
    await holds(page, 'desk-set-up');
    assert.equal(await page.locator(':focus').count(), 0);
    await page.getByLabel('Code from the log').fill('wrong');
    await page.getByLabel('Your name').fill('Ann Example');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('The code is not the one in the log.').waitFor();
    assert.equal(await page.locator('#code').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('#code').getAttribute('aria-describedby'), 'code-problem');
    assert.equal(await page.getByLabel('Your name').inputValue(), 'Ann Example');
    assert.equal(await page.getByLabel('Password').inputValue(), '');
    await holds(page, 'desk-set-up-wrong');
    await page.getByLabel('Code from the log').fill(code);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.waitForURL(`${site}/desk/`);
  }));

  test('lets nobody in with another password', () => visit({}, async (page, context) => {
    await page.goto('/desk/sign-ins/');
    await page.waitForURL('**/desk/sign-in/?next=*');
    assert.equal(await page.locator(':focus').getAttribute('id'), 'email');
    await holds(page, 'desk-sign-in');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password').fill('a wrong password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.equal(await page.locator(':focus').getAttribute('id'), 'password');
    await holds(page, 'desk-sign-in-wrong');
    assert.deepEqual(await context.cookies(), []);
    // And goes on where somebody wanted to.
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site}/desk/sign-ins/`);
  }));

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

    test(`goes on on the other instance, ${how}`, () => visit({ javaScriptEnabled }, async (page, context) => {
      await signIn(page);
      const [cookie] = await context.cookies();
      assert.deepEqual(
        [cookie.name, cookie.httpOnly, cookie.sameSite, cookie.path],
        ['masthead-session', true, 'Lax', '/'],
      );
      // The two differ in their ports alone, which cookies do not tell apart.
      await page.goto(`${other}/desk/sign-ins/`);
      await page.getByRole('heading', { name: 'Account' }).waitFor();
      await page.getByText('this one').waitFor();
      await page.goto('/desk/sign-ins/');
      await page.getByText('this one').waitFor();
    }));
  }

  test('lists where somebody is signed in, and signs them out there', async () => {
    await visit({}, async (here, context) => {
      await signIn(here);
      await visit({ userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1' }, async (phone) => {
        await signIn(phone);
        const there = await context.newPage();
        await there.goto(`${other}/desk/sign-ins/`);
        await there.getByText('this one').waitFor();
        await there.getByText('Safari on an iPhone', { exact: true }).waitFor();
        await holds(there, 'desk-account');
        await checks.canBeWalkedByKeyboard(there);
        await there.getByRole('button', { name: 'End Safari on an iPhone' }).click();
        await there.getByRole('status').waitFor();
        await holds(there, 'desk-account-ended');
        await phone.goto('/desk/sign-ins/');
        await phone.waitForURL('**/desk/sign-in/?next=*');
        await there.getByRole('button', { name: 'Sign out everywhere else' }).click();
        await there.getByText('You are signed out everywhere else.').waitFor();
        assert.equal(await there.locator('.rows > li').count(), 1);
      });
    });
  });

  test('changes a password', () => visit({}, async (page) => {
    await signIn(page);
    await page.goto('/desk/sign-ins/');
    const change = async (current, next) => {
      await page.getByLabel('Password until now').fill(current);
      await page.getByLabel('New password').fill(next);
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('a wrong password', 'another password');
    await page.getByText('This is not your password.').waitFor();
    assert.equal(await page.locator(':focus').getAttribute('id'), 'current');
    await holds(page, 'desk-password-wrong');
    await change(password, password);
    await page.getByText('Your password is changed').waitFor();
  }));

  test('signs out', () => visit({}, async (page, context) => {
    await signIn(page);
    await page.goto('/desk/sign-ins/');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.waitForURL(`${site}/desk/sign-in/`);
    assert.deepEqual(await context.cookies(), []);
    await page.goto('/desk/sign-ins/');
    await page.waitForURL('**/desk/sign-in/?next=*');
  }));
});

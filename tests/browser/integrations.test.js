// Integrations at the desk, in Chromium: an owner lets a program in, gives it another name and other keys,
// has it told what happens, sees what became of it, and takes its keys away.
//
// SITE is the address of a site whose webhooks may call loopback; EMAIL and PASSWORD are those of its owner;
// SCREENSHOTS is a folder for pictures of every page. See tests/all/browser.rs.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, open } from './browser.js';
import * as checks from './checks.js';

const { SITE: site, EMAIL: email, PASSWORD: password, SCREENSHOTS: screenshots } = process.env;
const looks = [
  ['phone', 'light', { width: 360, height: 740 }],
  ['phone', 'dark', { width: 360, height: 740 }],
  ['desk', 'light', { width: 1280, height: 900 }],
  ['desk', 'dark', { width: 1280, height: 900 }],
];

mkdirSync(screenshots, { recursive: true });

// What receivers are told, and the status that they answer with.
const told = [];
let status = 204;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    told.push(JSON.parse(body).event);
    response.writeHead(status).end();
  });
});

let browser;
let hook;
before(async () => {
  browser = await launch();
  await new Promise((done) => { receiver.listen(0, '127.0.0.1', done); });
  hook = `http://127.0.0.1:${receiver.address().port}/hooks/build?token=0123456789abcdef0123456789abcdef`;
});
after(async () => {
  receiver.close();
  await browser?.close();
});

async function holds(page, name) {
  for (const [size, colorScheme, viewport] of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await checks.hasOneHeadingAndALanguage(page);
    await checks.fitsTheWindow(page);
    await page.evaluate(() => document.activeElement?.blur());
    await page.screenshot({ path: join(screenshots, `desk-${name}-${size}-${colorScheme}.png`), fullPage: true });
    await checks.isAccessible(page);
  }
}

async function visit(options, walk) {
  const { context, page, faults } = await open(browser, site, { viewport: looks[3][2], ...options });
  await page.goto('/desk/');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site}/desk/`);
  await walk(page);
  assert.deepEqual(faults, []);
  await context.close();
}

async function letIn(page, name) {
  await page.getByRole('link', { name: 'Integrations' }).click();
  await page.getByLabel('Its name').fill(name);
  await page.getByRole('button', { name: 'Make its keys' }).click();
  await page.getByRole('heading', { name: 'Two keys, shown once' }).waitFor();
}

async function addWebhook(page, event, url) {
  await page.getByLabel('When').selectOption(event);
  await page.getByLabel('Send a message to').fill(url);
  await page.getByRole('button', { name: 'Add webhook' }).click();
}

// Until the page says so: what it says is made by the instance beside the request.
async function comes(page, words) {
  const deadline = Date.now() + 30_000;
  while (await page.getByText(words).count() === 0) {
    assert.ok(Date.now() < deadline, `${words} does not come`);
    await page.reload();
  }
}

describe('integrations', { concurrency: false }, () => {
  test('a program is let in, told what happens, and taken its keys away', () => visit({}, async (page) => {
    await page.getByRole('link', { name: 'Integrations' }).click();
    await holds(page, 'integrations-none');
    await letIn(page, 'Front end');
    await holds(page, 'integration-keys');
    const [address, content, admin] = await page.locator('.keys code').allTextContents();
    assert.equal(address, site);
    assert.match(content, /^[0-9a-f]{26}$/);
    assert.match(admin, /^[0-9a-f]{24}:[0-9a-f]{64}$/);
    const answer = await fetch(`${site}/ghost/api/content/posts/?key=${content}&limit=1`);
    assert.equal(answer.status, 200);
    await page.getByRole('link', { name: 'I have copied them' }).click();
    await checks.canBeWalkedByKeyboard(page);

    await page.getByRole('link', { name: 'Rename …' }).click();
    await holds(page, 'integration-rename');
    await page.getByLabel('Its name').fill('The front end');
    await page.getByRole('button', { name: 'Rename it' }).click();
    await page.getByRole('heading', { name: 'The front end' }).waitFor();
    await page.getByRole('link', { name: 'Regenerate … the content key' }).click();
    await holds(page, 'integration-regenerate');
    await page.getByRole('button', { name: 'Regenerate it' }).click();
    await page.getByRole('heading', { name: 'A new content key, shown once' }).waitFor();
    await holds(page, 'integration-key');
    const renewed = await page.locator('.keys code').textContent();
    for (const [key, code] of [[content, 401], [renewed, 200]]) {
      assert.equal((await fetch(`${site}/ghost/api/content/posts/?key=${key}&limit=1`)).status, code);
    }
    await page.getByRole('link', { name: 'I have copied it' }).click();

    await addWebhook(page, 'site.changed', 'https://ann@hooks.example.org/');
    await page.getByText('The address is an address that begins with').waitFor();
    assert.equal(await page.locator(':focus').getAttribute('id'), 'target_url');
    await holds(page, 'integration-wrong');
    await page.getByLabel('Name (optional)').fill('The build of the front end');
    await page.getByLabel('Secret (optional)').fill('s3cr3t');
    await addWebhook(page, 'site.changed', hook);
    await page.getByRole('status').waitFor();
    await addWebhook(page, 'post.added', hook);
    await page.getByRole('status').waitFor();

    const integration = page.url().split('?')[0];
    status = 503;
    await page.goto('/desk/posts/new/');
    await page.getByLabel('Title').fill('A post of which a program is told');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('status').first().waitFor();
    await page.goto(integration);
    await comes(page, 'it answered 503');
    status = 204;
    await page.getByRole('button', { name: 'Send again' }).first().click();
    await page.getByRole('status').waitFor();
    await comes(page, 'Delivered (204)');
    assert.ok(told.includes('site.changed') && told.includes('post.added'), told.join());
    await holds(page, 'integration');
    await page.goto('/desk/integrations/');
    await holds(page, 'integrations');
  }));

  test('all of it works without scripts', () => visit({ javaScriptEnabled: false }, async (page) => {
    await letIn(page, 'Newsletter');
    await page.getByRole('link', { name: 'I have copied them' }).click();
    await page.getByRole('link', { name: 'Regenerate … the admin key' }).click();
    await page.getByRole('button', { name: 'Regenerate it' }).click();
    assert.match(await page.locator('.keys code').textContent(), /^[0-9a-f]{24}:[0-9a-f]{64}$/);
    await page.getByRole('link', { name: 'I have copied it' }).click();
    await addWebhook(page, 'post.published', hook);
    await page.getByRole('status').waitFor();
    await page.getByRole('button', { name: 'Remove the webhook for post.published' }).click();
    await page.getByText('It is told of nothing yet.').waitFor();
    await page.getByRole('link', { name: 'Remove …' }).click();
    await page.getByRole('heading', { name: 'Remove “Newsletter”?' }).waitFor();
    await page.screenshot({ path: join(screenshots, 'desk-integration-remove.png') });
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('The integration is removed.').waitFor();
    assert.equal(await page.getByText('Newsletter', { exact: true }).count(), 0);
  }));
});

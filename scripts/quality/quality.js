// Finds a page of every kind on a site, has each judged, and prints what came out.
//
// Usage: node quality.js SITE OUT, where SITE is an address without the slash at the end, and OUT
// the folder for pages and reports. Fails where anything is less than perfect.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);
const resolve = createRequire(import.meta.url).resolve;
const [site, out] = process.argv.slice(2);

const categories = ['performance', 'accessibility', 'best-practices', 'seo'];
const chromeFlags = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

async function get(path) {
  const response = await fetch(new URL(path, site));
  return { status: response.status, text: await response.text() };
}

async function untilItServes() {
  for (let n = 0; n < 300; n += 1) {
    if (await get('/readyz').then(({ status }) => status === 200, () => false)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${site} does not answer`);
}

// The addresses that a page leads to on its own site.
function links(html) {
  const hrefs = [...html.matchAll(/<(?:a|link)\b[^>]*\bhref="([^"]+)"/g)].map(([, href]) => href);
  return hrefs
    .map((href) => new URL(href.replaceAll('&amp;', '&'), site))
    .filter((url) => url.origin === site)
    .map((url) => url.pathname);
}

// One page of each kind that the site has.
async function findPages() {
  const home = links((await get('/')).text);
  const archive = links((await get('/archive/')).text);
  const story = /<h2[^>]*><a class="p-name u-url" href="([^"]+)"/.exec((await get('/')).text)?.[1];
  const post = links((await get(story)).text);
  const first = (list, pattern) => list.find((path) => pattern.test(path));
  const pages = {
    home: '/',
    'home, page 2': first(home, /^\/page\/2\/$/),
    post: story,
    page: first([...home, ...post], /^\/about\/$/),
    tag: first([...post, ...home], /^\/tag\/[^/]+\/$/),
    author: first(post, /^\/author\/[^/]+\/$/),
    archive: '/archive/',
    month: first(archive, /^\/archive\/\d+\/\d+\/$/),
    'search, form': '/search/',
    'search, found': '/search/?q=the',
    'search, nothing': '/search/?q=xylophone',
    'not found': '/welcom/',
  };
  return Object.entries(pages).filter(([, path]) => path);
}

async function checkHtml(pages) {
  const folder = join(out, 'pages');
  await mkdir(folder, { recursive: true });
  const files = new Map();
  for (const [name, path] of pages) {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.html`);
    await writeFile(file, (await get(path)).text);
    files.set(file, name);
  }
  const jar = join(dirname(resolve('vnu-jar/package.json')), 'build/dist/vnu.jar');
  const check = ['-jar', jar, '--format', 'json', '--exit-zero-always', ...files.keys()];
  const { stderr } = await run('java', check, { maxBuffer: 1 << 26 });
  const { messages } = JSON.parse(stderr);
  return [...files].map(([file, name]) => {
    const own = messages.filter((message) => message.url === `file:${file}`);
    const errors = own.filter(({ type }) => type !== 'info');
    return {
      name,
      result: `${errors.length} errors, ${own.length - errors.length} remarks`,
      faults: errors.map(({ message, lastLine, extract }) => `line ${lastLine}: ${message}\n    ${extract}`),
    };
  });
}

async function checkFeeds(pages) {
  const feeds = new Set();
  for (const [, path] of pages) {
    const { text } = await get(path);
    for (const [tag] of text.matchAll(/<link\b[^>]*rel="alternate"[^>]*>/g)) {
      if (/(rss|atom|feed)\+/.test(tag)) feeds.add(/href="([^"]+)"/.exec(tag)[1]);
    }
  }
  const addresses = [...feeds, '/sitemap.xml'].map((path) => new URL(path, site).href);
  const python = join(out, 'venv/bin/python');
  const { stdout } = await run(python, [join(here, 'feeds.py'), ...addresses]);
  return stdout.trim().split('\n').map((line) => {
    const { url, form, entries, error } = JSON.parse(line);
    const name = new URL(url).pathname;
    return { name, result: error ? 'broken' : `${form}, ${entries} entries`, faults: error ? [error] : [] };
  });
}

async function score(name, path) {
  const report = join(out, `lighthouse-${name}.json`);
  const lighthouse = join(dirname(resolve('lighthouse/package.json')), 'cli/index.js');
  await run('node', [
    lighthouse, `${site}${path}`, '--quiet', '--output=json', `--output-path=${report}`,
    `--only-categories=${categories}`, `--chrome-flags=${chromeFlags.join(' ')}`,
  ], { maxBuffer: 1 << 26 });
  const found = JSON.parse(await readFile(report, 'utf8'));
  const scores = categories.map((id) => Math.round(found.categories[id].score * 100));
  const audits = Object.values(found.audits)
    .filter(({ score: points, scoreDisplayMode }) => points !== null && points < 1
      && ['binary', 'numeric', 'metricSavings'].includes(scoreDisplayMode))
    .map(({ id, title, displayValue }) => `${id}: ${title} ${displayValue ?? ''}`);
  const perfect = scores.every((points) => points === 100);
  return { name, result: scores.join(' / '), faults: perfect ? [] : audits };
}

function print(title, rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`\n${title}`);
  for (const { name, result, faults } of rows) {
    console.log(`  ${name.padEnd(width)}  ${result}`);
    for (const fault of faults) console.log(`      ${fault}`);
  }
  return rows.some(({ faults }) => faults.length > 0);
}

await untilItServes();
const pages = await findPages();
const scored = [];
for (const [name, path] of pages.filter(([kind]) => ['home', 'post'].includes(kind))) {
  scored.push(await score(name, path));
}
const imperfect = [
  print(`Lighthouse: ${categories.join(' / ')}`, scored),
  print('Nu HTML checker', await checkHtml(pages)),
  print('Feeds and sitemaps', await checkFeeds(pages)),
];
process.exitCode = imperfect.includes(true) ? 1 : 0;

// What docs/API.md shows, run from its own text: each of its examples in JavaScript, against a site at SITE,
// with its content key KEY and its admin key ADMIN_KEY.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import GhostAdminAPI from '@tryghost/admin-api';
import GhostContentAPI from '@tryghost/content-api';

const { SITE, KEY, ADMIN_KEY } = process.env;
const guide = await readFile(new URL('../../docs/API.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/^ *```js\n([\s\S]*?)^ *```$/gm)].map(([, code]) => code);

/// Runs an example, and gives what it calls `name`.
function run(example, name) {
  const code = example
    .replaceAll('https://example.org', SITE)
    .replace(/'[0-9a-f]{26}'/g, JSON.stringify(KEY));
  const made = new Function(
    'GhostContentAPI',
    'GhostAdminAPI',
    'ADMIN_KEY',
    `return (async () => { ${code}; return ${name}; })();`,
  );
  return made(GhostContentAPI, GhostAdminAPI, ADMIN_KEY);
}

const withWords = (words) => {
  const found = examples.filter((example) => example.includes(words));
  assert.equal(found.length, 1, `one example has ${words}`);
  return found[0];
};

test('a front end that moved reads what it read', async () => {
  const posts = await run(withWords('new GhostContentAPI'), 'posts');
  assert.equal(posts.length, 5);
  assert.equal(typeof posts[0].primary_author.name, 'string');
  assert.equal(posts.meta.pagination.total, 20);
});

test('a program writes', async () => {
  const post = await run(withWords('new GhostAdminAPI'), 'published');
  assert.equal(post.status, 'published');
  const read = await fetch(post.url);
  assert.match(await read.text(), /Some <em>words<\/em>/);
});

// Ghost's own client of the Admin API, as npm has it. SITE is the address of a site, and KEY an admin key of
// it; tests/all/api/clients.rs writes the posts, one of which is a draft.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import GhostAdminAPI from '@tryghost/admin-api';

const { SITE: url, KEY: key } = process.env;
const api = new GhostAdminAPI({ url, key, version: 'v6.0' });
const slugs = (rows) => rows.map((row) => row.slug);

test('the site says who it is to everybody', async () => {
  const site = await api.site.read();
  assert.equal(site.url, `${url}/`);
  assert.equal(site.title, 'The Quiet Machine');
});

test('posts are there in every state', async () => {
  const posts = await api.posts.browse({ limit: 2 });
  assert.equal(posts[0].slug, 'unfinished', 'what is being written comes first');
  assert.equal(posts[0].status, 'draft');
  assert.equal(posts[0].url, `${url}/p/${posts[0].uuid}/`);
  assert.equal(posts.meta.pagination.total, 21);
  const drafts = await api.posts.browse({ filter: 'status:draft' });
  assert.deepEqual(slugs(drafts), ['unfinished']);
});

test('a post is there to be edited', async () => {
  const post = await api.posts.read({ slug: 'post-3' });
  const [card] = JSON.parse(post.lexical).root.children;
  assert.deepEqual([card.type, card.markdown.trim()], ['markdown', 'The text of **three**.']);
  assert.equal(post.html, undefined);
  assert.match(post.updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(slugs(post.tags), ['odd', 'third']);
  assert.equal(post.authors[0].roles[0].name.length > 0, true);
  const html = await api.posts.read({ id: post.id }, { formats: ['html', 'plaintext'] });
  assert.match(html.html, /<strong>three<\/strong>/);
  assert.equal(html.lexical, undefined);
});

test('pages, tags and users', async () => {
  assert.deepEqual(slugs(await api.pages.browse()), ['about']);
  assert.equal((await api.tags.read({ slug: 'odd' }, { include: 'count.posts' })).count.posts, 10);
  const [user] = await api.users.browse();
  assert.equal((await api.users.read({ id: user.id })).slug, 'ann-example');
  assert.equal((await api.users.read({ slug: 'ann-example' })).id, user.id);
});

test('a key that is wrong opens nothing', async () => {
  const [id] = key.split(':');
  for (const [wrong, code] of [
    [`${id}:${'0'.repeat(64)}`, 'INVALID_JWT'],
    [`${'0'.repeat(24)}:${'0'.repeat(64)}`, 'UNKNOWN_ADMIN_API_KEY'],
  ]) {
    const stranger = new GhostAdminAPI({ url, key: wrong, version: 'v6.0' });
    await assert.rejects(stranger.posts.browse(), { type: 'UnauthorizedError', code });
  }
});

// Ghost's own client of the Admin API, as npm has it. SITE is the address of a site, and KEY an admin key of
// it; tests/all/api/clients.rs writes the posts, one of which is a draft.

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

test('a post is added, changed and deleted', async () => {
  const added = await api.posts.add(
    { title: 'From afar', html: '<p>Some <em>words</em></p>', tags: ['New', 'Odd'] },
    { source: 'html' },
  );
  assert.equal(added.status, 'draft');
  assert.deepEqual(slugs(added.tags), ['new', 'odd']);
  const read = await api.posts.read({ id: added.id }, { formats: ['markdown'] });
  assert.equal(read.markdown, 'Some *words*');
  const edited = await api.posts.edit({ ...added, title: 'From near', status: 'published' });
  assert.equal(edited.title, 'From near');
  assert.equal(edited.lexical, added.lexical);
  await assert.rejects(api.posts.edit({ ...added, title: 'Too late' }), {
    type: 'UpdateCollisionError',
    code: 'UPDATE_COLLISION',
  });
  const again = await api.posts.edit(edited);
  assert.equal(again.updated_at, edited.updated_at, 'nothing is changed, and nothing is written');
  const markdown = await api.posts.edit(
    { id: added.id, updated_at: edited.updated_at, markdown: 'As **it** is' },
    { source: 'markdown', formats: 'html' },
  );
  assert.equal(markdown.html, '<p>As <strong>it</strong> is</p>\n');
  await api.posts.delete({ id: added.id });
  await assert.rejects(api.posts.read({ id: added.id }), { type: 'NotFoundError' });
});

test('what will not do is refused with a reason', async () => {
  await assert.rejects(api.posts.add({ featured: true }), {
    type: 'ValidationError',
    property: 'title',
  });
  await assert.rejects(api.posts.edit({ id: '0'.repeat(24), updated_at: '2026-01-01', title: 'A' }), {
    type: 'NotFoundError',
  });
});

test('a page and a tag are added, changed and deleted', async () => {
  const page = await api.pages.add({ title: 'Imprint', status: 'published' });
  const edited = await api.pages.edit({ ...page, show_title_and_feature_image: false });
  assert.equal(edited.show_title_and_feature_image, false);
  await api.pages.delete({ id: page.id });
  const tag = await api.tags.add({ name: 'A new one', description: 'Of words.' });
  assert.equal(tag.slug, 'a-new-one');
  const renamed = await api.tags.edit({ id: tag.id, name: 'Another' });
  assert.deepEqual([renamed.name, renamed.description], ['Another', 'Of words.']);
  await api.tags.delete({ id: tag.id });
  await assert.rejects(api.tags.read({ id: tag.id }), { type: 'NotFoundError' });
});

test('files are taken in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'files-'));
  const file = async (name, bytes) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const dot =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';
  const picture = await file('dot.png', Buffer.from(dot, 'base64'));
  const image = await api.images.upload({ file: picture, ref: 'dot' });
  assert.equal(image.ref, 'dot');
  assert.equal((await fetch(image.url)).headers.get('content-type'), 'image/png');
  const sound = await file('a.mp3', Buffer.from('ID3\u0004\0\0\0\0\0\0\0sound', 'latin1'));
  const media = await api.media.upload({ file: sound, thumbnail: picture, purpose: 'audio' });
  assert.match(media.thumbnail_url, /\.png$/);
  const text = await api.files.upload({ file: await file('a.txt', 'words') });
  assert.equal(await (await fetch(text.url)).text(), 'words');
  await assert.rejects(api.images.upload({ file: await file('b.png', 'no picture') }), {
    type: 'UnsupportedMediaTypeError',
  });
});

test('the settings of the program', async () => {
  assert.match((await api.config.read()).version, /^6\./);
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

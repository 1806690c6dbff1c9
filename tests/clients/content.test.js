// Ghost's own client, as npm has it, and one that checks every answer against a schema, on a site that
// is no Ghost. SITE is its address and KEY a content key; tests/all/api/clients.rs writes the posts.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import GhostContentAPI from '@tryghost/content-api';
import { TSGhostContentAPI } from '@ts-ghost/content-api';

const { SITE: url, KEY: key } = process.env;
const api = new GhostContentAPI({ url, key, version: 'v6.0' });
const slugs = (rows) => rows.map((row) => row.slug);

// What the client throws.
async function fails(promise) {
  return promise.then(
    () => assert.fail('it was answered'),
    (error) => ({ name: error.name, type: error.type, code: error.code, context: error.context }),
  );
}

describe('@tryghost/content-api', () => {
  test('posts are browsed, page by page', async () => {
    const all = await api.posts.browse({ limit: 'all' });
    assert.equal(all.length, 20);
    assert.equal(all.meta.pagination.total, 20);
    const pages = [];
    for (let page = 1; page; ) {
      const posts = await api.posts.browse({ limit: 7, page });
      pages.push(...posts);
      page = posts.meta.pagination.next;
    }
    assert.deepEqual(slugs(pages), slugs(all));
    assert.equal((await api.posts.browse()).length, 15);
  });

  test('a post is read by its slug and by its id', async () => {
    const bySlug = await api.posts.read({ slug: 'post-3' }, { include: 'tags,authors' });
    assert.equal(bySlug.title, 'Post 3');
    assert.match(bySlug.html, /<strong>three<\/strong>/);
    assert.equal(bySlug.url, `${url}/post-3/`);
    assert.equal(bySlug.meta, undefined);
    const byId = await api.posts.read({ id: bySlug.id }, { include: ['tags', 'authors'] });
    assert.deepEqual(byId, bySlug);
    assert.equal(bySlug.primary_tag.slug, 'odd');
    assert.equal(bySlug.primary_author.slug, 'ann-example');
  });

  test('what is chosen is chosen', async () => {
    const odd = await api.posts.browse({ filter: 'tag:odd', limit: 100 });
    assert.equal(odd.length, 10);
    const both = await api.posts.browse({ filter: 'tag:odd+tag:third', include: 'tags' });
    assert.deepEqual(slugs(both), ['post-15', 'post-9', 'post-3']);
    const some = await api.posts.browse({ filter: "slug:[post-2,post-1]+title:~'post'" });
    assert.equal(some.length, 2);
    const ordered = await api.posts.browse({ order: 'title asc', limit: 2, fields: 'title' });
    assert.deepEqual([...ordered], [{ title: 'Post 1' }, { title: 'Post 10' }]);
    const recent = await api.posts.browse({ filter: "published_at:>'2026-01-18'", fields: ['slug'] });
    assert.deepEqual(slugs(recent), ['post-20', 'post-19', 'post-18']);
  });

  test('forms of the text', async () => {
    const { html, plaintext } = await api.posts.read({ slug: 'post-3' }, { formats: ['html', 'plaintext'] });
    assert.match(html, /strong/);
    assert.equal(plaintext.trim(), 'The text of three.');
  });

  test('pages, tags, authors, settings and tiers', async () => {
    assert.deepEqual(slugs(await api.pages.browse()), ['about']);
    assert.equal((await api.pages.read({ slug: 'about' })).title, 'About');
    const tags = await api.tags.browse({ include: 'count.posts', order: 'count.posts desc, slug asc' });
    assert.deepEqual(tags.map((tag) => [tag.slug, tag.count.posts]), [['even', 10], ['odd', 10], ['third', 6]]);
    assert.equal((await api.tags.read({ slug: 'odd' })).name, 'Odd');
    const [author] = await api.authors.browse({ include: 'count.posts' });
    assert.equal(author.count.posts, 20);
    assert.equal((await api.authors.read({ id: author.id })).name, 'Ann Example');
    const settings = await api.settings.browse();
    assert.equal(settings.url, `${url}/`);
    assert.ok(Array.isArray(settings.navigation));
    assert.deepEqual(slugs(await api.tiers.browse({ include: ['monthly_price', 'benefits'] })), ['free']);
  });

  test('what is wrong is thrown, as Ghost says it', async () => {
    assert.equal((await fails(api.posts.read({ slug: 'nothing' }))).type, 'NotFoundError');
    assert.equal((await fails(api.posts.browse({ page: 'one' }))).type, 'ValidationError');
    assert.equal((await fails(api.posts.browse({ filter: '((' }))).type, 'BadRequestError');
    const stranger = new GhostContentAPI({ url, key: '0123456789abcdef0123456789', version: 'v6.0' });
    const refused = await fails(stranger.posts.browse());
    assert.deepEqual([refused.type, refused.code], ['UnauthorizedError', 'UNKNOWN_CONTENT_API_KEY']);
  });

  test('clients of other versions', async () => {
    for (const version of ['v3', 'v4', 'canary', 'v5.0', true, false]) {
      const old = new GhostContentAPI({ url, key, version });
      assert.equal((await old.posts.read({ slug: 'post-1' })).title, 'Post 1', version);
    }
  });
});

describe('@ts-ghost/content-api, which checks every answer', () => {
  const strict = new TSGhostContentAPI(url, key, 'v6.0');
  const given = async (fetcher) => {
    const answer = await fetcher.fetch();
    assert.ok(answer.success, JSON.stringify(answer.errors));
    return answer;
  };

  test('everything is what its schema says', async () => {
    const include = { tags: true, authors: true };
    const posts = await given(strict.posts.browse({ limit: 5 }).include(include));
    assert.equal(posts.data.length, 5);
    assert.equal(posts.meta.pagination.next, 2);
    await given(strict.posts.read({ slug: 'post-3' }).include(include).formats({ html: true, plaintext: true }));
    await given(strict.posts.browse({ filter: 'slug:-post-1', order: 'title DESC' }).fields({ title: true, slug: true }));
    await given(strict.pages.browse({}).include(include));
    await given(strict.tags.browse({}).include({ 'count.posts': true }));
    await given(strict.authors.browse({}).include({ 'count.posts': true }));
    await given(strict.tiers.browse({}));
    const settings = await strict.settings.fetch();
    assert.ok(settings.success, JSON.stringify(settings.errors));
  });

  test('and so is what is refused', async () => {
    const answer = await strict.posts.read({ slug: 'nothing' }).fetch();
    assert.equal(answer.success, false);
    assert.equal(answer.errors[0].type, 'NotFoundError');
  });
});

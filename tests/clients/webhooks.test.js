// Webhooks by Ghost's own client of the Admin API, as npm has it. SITE is the address of a site whose webhooks
// may call loopback; KEY and OTHER are admin keys of two integrations of it. See tests/all/api/clients.rs.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import GhostAdminAPI from '@tryghost/admin-api';

const { SITE: url, KEY: key, OTHER: other } = process.env;
const api = new GhostAdminAPI({ url, key, version: 'v6.0' });
const stranger = new GhostAdminAPI({ url, key: other, version: 'v6.0' });

// What the receiver is told.
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    response.writeHead(204).end();
    receiver.emit('told', { body, headers: request.headers });
  });
});

let target;
before(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  target = `http://127.0.0.1:${receiver.address().port}/hook`;
});
after(() => receiver.close());

test('a webhook is added, told, changed and removed', async () => {
  const added = await api.webhooks.add({
    event: 'post.added', target_url: target, name: 'Build', secret: 's3cr3t',
  });
  assert.match(added.id, /^[0-9a-f]{24}$/);
  assert.match(added.integration_id, /^[0-9a-f]{24}$/);
  assert.match(added.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const { event, target_url, name, secret, last_triggered_at, last_triggered_status } = added;
  assert.deepEqual(
    { event, target_url, name, secret, last_triggered_at, last_triggered_status },
    {
      event: 'post.added', target_url: target, name: 'Build', secret: 's3cr3t',
      last_triggered_at: null, last_triggered_status: null,
    },
  );

  const told = once(receiver, 'told', { signal: AbortSignal.timeout(30_000) });
  await api.posts.add({ title: 'A post by a program' });
  const [{ body, headers }] = await told;
  const message = JSON.parse(body);
  assert.equal(message.event, 'post.added');
  assert.equal(message.post.current.title, 'A post by a program');
  const [hash, time] = headers['x-ghost-signature'].split(', t=');
  assert.equal(hash, `sha256=${createHmac('sha256', 's3cr3t').update(body + time).digest('hex')}`);

  const edited = await api.webhooks.edit({ id: added.id, event: 'site.changed', name: null });
  assert.deepEqual(
    [edited.id, edited.event, edited.target_url, edited.name],
    [added.id, 'site.changed', target, null],
  );
  await api.webhooks.delete({ id: added.id });
  await assert.rejects(api.webhooks.edit({ id: added.id, name: 'x' }), { type: 'NotFoundError' });
});

test('what breaks a rule is refused', async () => {
  const refused = (webhook) => assert.rejects(api.webhooks.add(webhook), { type: 'ValidationError' });
  await refused({ event: 'post.baked', target_url: target });
  await refused({ event: 'post.added', target_url: 'hooks.example.org' });
  await refused({ event: 'post.added', target_url: 'ftp://hooks.example.org/' });
  await refused({ event: 'post.added' });
  await refused({ target_url: target });
  await refused({ event: 'post.added', target_url: target, secret: 'x'.repeat(192) });
  const webhook = { event: 'post.edited', target_url: target };
  await api.webhooks.add(webhook);
  await refused(webhook);
});

test('each integration has its own', async () => {
  const ours = await api.webhooks.add({ event: 'post.deleted', target_url: target });
  await stranger.webhooks.add({ event: 'post.deleted', target_url: target });
  await assert.rejects(stranger.webhooks.edit({ id: ours.id, name: 'x' }), { type: 'NoPermissionError' });
  await assert.rejects(stranger.webhooks.delete({ id: ours.id }), { type: 'NoPermissionError' });
  await api.webhooks.delete({ id: ours.id });
});

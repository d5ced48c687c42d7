// @segment/analytics-node, unchanged, against a running server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Analytics } from '@segment/analytics-node';
import { customer, events, names, unique, url, writeKey } from './server.js';

const connect = (settings = {}) => {
  const analytics = new Analytics({ host: url, writeKey, flushInterval: 50, maxRetries: 1, ...settings });
  const errors = [];
  analytics.on('error', (e) => errors.push(e));
  return { analytics, errors };
};

test('every call arrives at one customer', async () => {
  const { analytics, errors } = connect();
  const [userId, anonymousId] = [unique('user'), unique('anonymous')];
  const timestamp = new Date('2024-03-02T01:02:03.456Z');
  analytics.track({ anonymousId, event: 'Product Viewed', properties: { product_id: 'tea' } });
  analytics.identify({ userId, anonymousId, traits: { plan: 'gold', logins: 3 } });
  analytics.track({ userId, event: 'Order Completed', properties: { order_id: unique('o'), revenue: 12.5, currency: 'CNY' }, timestamp });
  analytics.page({ userId, name: 'Home', category: 'Shop' });
  analytics.screen({ userId, name: 'Cart' });
  analytics.group({ userId, groupId: 'store-7', traits: { city: '杭州' } });
  await analytics.closeAndFlush();
  assert.deepEqual(errors, []);

  const wanted = ['Group Identified', 'Identified', 'Order Completed', 'Page Viewed', 'Product Viewed', 'Screen Viewed'];
  assert.deepEqual(await names('user_id', userId), wanted);
  assert.deepEqual(await names('anonymous_id', anonymousId), wanted);
  const order = (await events('user_id', userId)).find((e) => e.name === 'Order Completed');
  assert.equal(new Date(order.at).getTime(), timestamp.getTime());
  const found = await customer('user_id', userId);
  assert.equal(found.traits.plan, 'gold');
  assert.equal(found.traits.logins, 3);
  assert.equal(found.orders.count, 1);
});

test('an alias joins what was anonymous', async () => {
  const { analytics, errors } = connect();
  const [userId, previousId] = [unique('user'), unique('anonymous')];
  analytics.track({ anonymousId: previousId, event: 'Seen' });
  analytics.track({ userId, event: 'Bought' });
  await analytics.flush();
  analytics.alias({ userId, previousId });
  await analytics.closeAndFlush();
  assert.deepEqual(errors, []);
  assert.deepEqual(await names('user_id', userId), ['Bought', 'Identity Linked', 'Seen']);
});

test('the same message twice is one event', async () => {
  const userId = unique('user');
  const messageId = unique('message');
  for (let time = 0; time < 2; time += 1) {
    const { analytics, errors } = connect();
    analytics.track({ userId, event: 'Seen', messageId });
    analytics.track({ userId, event: 'Seen', messageId });
    await analytics.closeAndFlush();
    assert.deepEqual(errors, []);
  }
  assert.deepEqual(await names('user_id', userId), ['Seen']);
});

test('a thousand events in batches all arrive', async () => {
  const { analytics, errors } = connect({ flushAt: 100 });
  const userId = unique('user');
  for (let n = 0; n < 1000; n += 1) analytics.track({ userId, event: 'Seen', properties: { n } });
  await analytics.closeAndFlush();
  assert.deepEqual(errors, []);
  assert.equal((await events('user_id', userId)).length, 1000);
});

test('an unknown write key is refused', async () => {
  const { analytics, errors } = connect({ writeKey: unique('nobody'), maxRetries: 0 });
  const userId = unique('user');
  analytics.track({ userId, event: 'Seen' });
  await analytics.closeAndFlush();
  assert.equal(errors.length, 1);
  assert.equal(await customer('user_id', userId), undefined);
});

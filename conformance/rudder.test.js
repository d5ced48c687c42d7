// @rudderstack/rudder-sdk-node, unchanged, against a running server. It packs with gzip.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Analytics from '@rudderstack/rudder-sdk-node';
import { customer, events, names, unique, url, writeKey } from './server.js';

const connect = (settings = {}) => new Analytics(writeKey, { dataPlaneUrl: url, retryCount: 0, logLevel: 'none', ...settings });

for (const gzip of [true, false]) {
  test(`every call arrives at one customer, gzip ${gzip}`, async () => {
    const client = connect({ gzip });
    const [userId, anonymousId] = [unique('user'), unique('anonymous')];
    const timestamp = new Date('2024-03-02T01:02:03.456Z');
    client.identify({ userId, anonymousId, traits: { plan: 'gold', email: `${userId}@example.com` } });
    client.track({ userId, event: 'Order Completed', properties: { order_id: unique('o'), revenue: 99.9 }, timestamp });
    client.page({ userId, name: 'Home' });
    client.screen({ userId, name: 'Cart' });
    client.group({ userId, groupId: 'store-7' });
    client.alias({ userId, previousId: unique('before') });
    await client.flush();
    assert.deepEqual(await names('user_id', userId), [
      'Group Identified', 'Identified', 'Identity Linked', 'Order Completed', 'Page Viewed', 'Screen Viewed',
    ]);
    const order = (await events('anonymous_id', anonymousId)).find((e) => e.name === 'Order Completed');
    assert.equal(new Date(order.at).getTime(), timestamp.getTime());
    assert.equal((await customer('email', `${userId}@example.com`)).traits.plan, 'gold');
  });
}

test('the same message twice is one event', async () => {
  const [userId, messageId] = [unique('user'), unique('message')];
  for (let time = 0; time < 2; time += 1) {
    const client = connect();
    client.track({ userId, event: 'Seen', messageId });
    await client.flush();
  }
  assert.deepEqual(await names('user_id', userId), ['Seen']);
});

// sa-sdk-node, unchanged, against a running server. It does not tell when it has sent, so
// the tests read until they see.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import SensorsAnalytics from 'sa-sdk-node';
import { customer, events, names, unique, until, url } from './server.js';

const sa = new SensorsAnalytics();
const failures = [];
before(() => {
  sa.disableReNameOption();
  const submitter = sa.submitTo({ url: `${url}/sa?project=default`, gzip: true, mode: 'track', timeout: 10_000 });
  submitter.catch((e) => failures.push(e));
});

test('events of a visitor follow to the login', async () => {
  const [login, visitor] = [unique('login'), unique('visitor')];
  const $time = new Date('2024-03-02T01:02:03.456Z');
  sa.track(visitor, 'ViewProduct', { product_id: 'tea', $time });
  await until(() => names('anonymous_id', visitor), (n) => n.length === 1);
  sa.trackSignup(login, visitor, { from: 'test' });
  await until(() => names('user_id', login), (n) => n.length === 2);
  sa.track(login, 'BuyProduct', { amount: 9.5, $is_login_id: true });
  sa.track(login, 'ServerSide', {});
  const wanted = ['BuyProduct', 'Identity Linked', 'ServerSide', 'ViewProduct'];
  assert.deepEqual(await until(() => names('user_id', login), (n) => n.length === 4), wanted);
  assert.deepEqual(await names('anonymous_id', visitor), wanted);
  const seen = (await events('user_id', login)).find((e) => e.name === 'ViewProduct');
  assert.equal(new Date(seen.at).getTime(), $time.getTime());
  assert.deepEqual(failures, []);
});

test('a profile is set, added to and unset', async () => {
  const id = unique('visitor');
  const sent = async (n) => until(() => names('anonymous_id', id), (list) => list.length === n);
  sa.profileSet(id, { city: '杭州', level: 'gold' });
  await sent(1);
  sa.profileSetOnce(id, { city: '上海', first: 'poster' });
  await sent(2);
  sa.profileIncrement(id, { points: 10 });
  await sent(3);
  sa.profileIncrement(id, { points: 5 });
  await sent(4);
  sa.profileAppend(id, { films: ['a', 'b'] });
  await sent(5);
  sa.profileUnset(id, ['level']);
  assert.deepEqual(await sent(6), Array(6).fill('Identified'));
  const { traits } = await customer('anonymous_id', id);
  assert.equal(traits.city, '杭州');
  assert.equal(traits.first, 'poster');
  assert.equal(traits.points, 15);
  assert.deepEqual(traits.films, ['a', 'b']);
  assert.equal(traits.level, undefined);
  assert.deepEqual(failures, []);
});

test('things are taken without a customer', async () => {
  const id = unique('visitor');
  sa.itemSet('tea', unique('item'), { price: 12 });
  sa.itemDelete('tea', unique('item'));
  sa.track(id, 'AfterItems', {});
  assert.deepEqual(await until(() => names('anonymous_id', id), (n) => n.length === 1), ['AfterItems']);
  assert.deepEqual(failures, []);
});

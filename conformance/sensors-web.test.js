// sa-sdk-javascript, unchanged, in a stand-in for a browser, against a running server.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { customer, events, names, unique, until, url } from './server.js';

const page = fileURLToPath(new URL('./sensors-web-page.js', import.meta.url));
const wanted = ['$pageview', 'BuyProduct', 'Identified', 'Identity Linked', 'ViewProduct'];

for (const mode of ['image', 'ajax', 'batch']) {
  test(`a visit with login arrives at one customer, by ${mode}`, async () => {
    const login = unique('web');
    await promisify(execFile)(process.execPath, [page, `${url}/sa?project=default`, mode, login]);
    const distinct = (list) => [...new Set(list)].sort();
    const seen = await until(async () => distinct(await names('user_id', login)), (list) => list.length >= wanted.length);
    assert.deepEqual(seen.filter((name) => wanted.includes(name)), wanted);
    assert.equal((await customer('user_id', login)).traits.city, '杭州');
    assert.equal((await events('user_id', login)).filter((e) => e.name === 'BuyProduct').length, 1);
  });
}

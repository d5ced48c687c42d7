// The server under test, seen from outside: its management API.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

const env = (name, otherwise) => {
  const value = process.env[name] ?? otherwise;
  assert.ok(value, `set ${name}; see README.md`);
  return value;
};

export const url = env('YUTANG_URL', 'http://127.0.0.1:8080').replace(/\/$/, '');
export const writeKey = env('YUTANG_WRITE_KEY');
const token = env('YUTANG_TOKEN');

/** An id that no other run uses. */
export const unique = (what) => `${what}-${randomUUID()}`;

async function get(path) {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  const body = await response.text();
  assert.equal(response.status, 200, `GET ${path}: ${body}`);
  return JSON.parse(body);
}

/** The customer who has the identity, or undefined. */
export async function customer(type, value) {
  const { items } = await get(`/customers?identity=${encodeURIComponent(`${type}:${value}`)}`);
  assert.ok(items.length <= 1, `${items.length} customers have ${type}:${value}`);
  return items.length ? get(`/customers/${items[0].id}`) : undefined;
}

/** All events of the customer who has the identity; empty if there is none. */
export async function events(type, value) {
  const found = await customer(type, value);
  const all = [];
  for (let cursor = ''; found && cursor !== undefined && cursor !== null;) {
    const page = await get(`/customers/${found.id}/events?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...page.items);
    cursor = page.next || undefined;
  }
  return all;
}

// What the server tells about a customer; no client sends it.
const ours = ['Tier Changed', 'Stage Changed'];

/** The names of those events that clients sent, in alphabetical order. */
export const names = async (type, value) => (await events(type, value)).map((e) => e.name).filter((name) => !ours.includes(name)).sort();

/** Reads until ready says yes, for libraries that do not tell when they have sent. */
export async function until(read, ready, patience = 10_000) {
  for (const end = Date.now() + patience; ;) {
    const value = await read();
    if (ready(value) || Date.now() > end) return value;
    await new Promise((resume) => { setTimeout(resume, 50); });
  }
}

// A stand-in for a browser: as much as a tracking library touches. Images and XMLHttpRequest
// really send. Importing it makes this process the page.
const done = { sending: 0 };

const storage = () => {
  const kept = new Map();
  return {
    getItem: (k) => kept.get(k) ?? null,
    setItem: (k, v) => { kept.set(k, String(v)); },
    removeItem: (k) => { kept.delete(k); },
    key: (i) => [...kept.keys()][i] ?? null,
    get length() { return kept.size; },
  };
};

const send = async (address, options) => {
  done.sending += 1;
  try {
    return await fetch(address, options);
  } finally {
    done.sending -= 1;
  }
};

class Image {
  set src(address) {
    if (address) send(address).then((r) => (r.ok ? this.onload?.() : this.onerror?.()));
  }
}

class XMLHttpRequest {
  headers = {};
  withCredentials = false;
  open(method, address) { Object.assign(this, { method, address }); }
  setRequestHeader(name, value) { this.headers[name] = value; }
  async send(body) {
    const response = await send(this.address, { method: this.method, headers: this.headers, body });
    Object.assign(this, { status: response.status, responseText: await response.text(), readyState: 4 });
    this.onreadystatechange?.();
  }
}

const element = () => ({
  style: {}, setAttribute() {}, getAttribute: () => null, appendChild() {}, addEventListener() {}, getElementsByTagName: () => [],
});
const cookies = new Map();
const location = new URL('https://shop.example/tea?utm_source=poster');
const document = {
  ...element(), location, referrer: '', title: 'Tea', URL: location.href, domain: location.hostname, readyState: 'complete', visibilityState: 'visible',
  body: element(), documentElement: element(), createElement: (tag) => (tag === 'img' ? new Image() : element()),
  get cookie() { return [...cookies].map(([k, v]) => `${k}=${v}`).join('; '); },
  set cookie(text) {
    const [name, ...value] = text.split(';')[0].split('=');
    cookies.set(name, value.join('='));
  },
};
const navigator = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36', language: 'zh-CN', platform: 'Linux' };

for (const [name, value] of Object.entries({
  document, location, navigator, Image, XMLHttpRequest, localStorage: storage(), sessionStorage: storage(), screen: { width: 1920, height: 1080 },
  innerWidth: 1000, innerHeight: 800, history: { pushState() {}, replaceState() {} }, addEventListener() {},
  window: globalThis, self: globalThis, top: globalThis, parent: globalThis,
})) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

/** Nothing is on its way. */
export const quiet = () => done.sending === 0;

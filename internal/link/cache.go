package link

import "sync"

// cacheSize is how many links each generation of the cache holds.
const cacheSize = 50_000

// cache remembers links that were opened lately: two generations, of which the older goes
// when the younger is full. The zero value is ready.
type cache struct {
	mu         sync.Mutex
	young, old map[string]Link
}

func (c *cache) get(code string) (Link, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.young[code]
	if !ok {
		if l, ok = c.old[code]; ok {
			c.add(l)
		}
	}
	return l, ok
}

func (c *cache) put(l Link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(l)
}

func (c *cache) add(l Link) {
	if len(c.young) >= cacheSize {
		c.old, c.young = c.young, nil
	}
	if c.young == nil {
		c.young = map[string]Link{}
	}
	c.young[l.Code] = l
}

func (c *cache) forget(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, code)
	delete(c.old, code)
}

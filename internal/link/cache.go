package link

import "sync"

// cacheSize is how many links each generation of the cache holds.
const cacheSize = 50_000

// cache remembers links that were opened lately: two generations, of which the older goes
// when the younger is full. The zero value is ready.
type cache struct {
	mu         sync.Mutex
	young, old map[string]Link
	forgotten  int // what was read before is not put any more
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

// now is to be told to put what is read from here on.
func (c *cache) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forgotten
}

func (c *cache) put(l Link, readAt int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if readAt == c.forgotten {
		c.add(l)
	}
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

// clear forgets every link.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten++
	c.young, c.old = nil, nil
}

func (c *cache) forget(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten++
	delete(c.young, code)
	delete(c.old, code)
}

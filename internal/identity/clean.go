package identity

import (
	"strings"
	"sync"
	"unicode/utf8"

	"yutang/internal/event"
)

// Bounds of what an event may say about who it belongs to.
const (
	MaxValue    = 256 // bytes of a value
	maxType     = 64  // bytes of a type
	maxPerEvent = 16  // identities of one event
)

// fate says what became of an identity in Prepare.
type fate uint8

const (
	good      fate = iota
	blocked        // on the list of values that identify nobody
	malformed      // not a phone number, no e-mail address, not a type
	tooLong
	tooMany // more than one event may carry
	numFates
)

var fateNames = [numFates]string{"good", "blocked", "malformed", "too_long", "too_many"}

// clean writes an identity in its one spelling and says whether it identifies anybody.
func (st *settings) clean(who event.Identity) (event.Identity, fate) {
	var ok bool
	if who.Type, ok = cleanType(who.Type); !ok {
		return who, malformed
	}
	value := strings.TrimSpace(who.Value)
	if len(value) > MaxValue {
		return who, tooLong
	}
	prefix := prefixOf(who.Type)
	normal, ok := cleanValue(prefix, value)
	switch {
	case st.blocks(who.Type, prefix, normal):
		return who, blocked
	case !ok:
		return who, malformed
	}
	who.Value = normal
	return who, good
}

// prefixOf is the type without the application or corporation after the colon.
func prefixOf(typ string) string {
	if i := strings.IndexByte(typ, ':'); i >= 0 {
		return typ[:i]
	}
	return typ
}

// cleanType lowers the part before the colon and refuses what is not a name.
func cleanType(typ string) (string, bool) {
	if len(typ) == 0 || len(typ) > maxType {
		return typ, false
	}
	colon := len(typ)
	for i := range len(typ) {
		c := typ[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		case c >= 'A' && c <= 'Z':
		case c == ':' && i > 0 && i < len(typ)-1:
			colon = min(colon, i)
		default:
			return typ, false
		}
	}
	if lower := strings.ToLower(typ[:colon]); lower != typ[:colon] {
		typ = lower + typ[colon:]
	}
	return typ, true
}

// cleanValue gives the one spelling of a value; if it has none, the value as it is.
func cleanValue(prefix, value string) (string, bool) {
	switch prefix {
	case "phone":
		if e164, ok := NormalizePhone(value); ok {
			return e164, true
		}
		return value, false
	case "email":
		value = strings.ToLower(value)
		local, domain, found := strings.Cut(value, "@")
		return value, found && local != "" && domain != "" && !strings.ContainsAny(value, " \t\r\n,;") &&
			!strings.Contains(domain, "@") && utf8.ValidString(value)
	}
	return value, utf8.ValidString(value)
}

// Prepare normalises ev's identities in place, drops those that identify nobody, and
// computes their blind keys; the key of ev.Alias, if any, follows the others. It may be
// called by any goroutine, and again on the same event.
func (s *Service) Prepare(ev *event.Event) {
	st := s.settings.Load()
	if ev.Alias != nil {
		who, f := st.clean(*ev.Alias)
		if ev.Alias = &who; f != good {
			s.drops.add(st, who.Type, f)
			ev.Alias = nil
		}
	}
	n := len(ev.Identities)
	if ev.Alias != nil {
		n++
	}
	ev.Keys = make([][16]byte, 0, n)
	out := ev.Identities[:0]
	for _, who := range ev.Identities {
		who, f := st.clean(who)
		if f == good && len(out) == maxPerEvent {
			f = tooMany
		}
		if f != good {
			s.drops.add(st, who.Type, f)
			continue
		}
		if key := s.blind(who); !contains(ev.Keys, key) {
			out = append(out, who)
			ev.Keys = append(ev.Keys, key)
		}
	}
	ev.Identities = out
	if ev.Alias != nil {
		ev.Keys = append(ev.Keys, s.blind(*ev.Alias))
	}
}

func contains(keys [][16]byte, key [16]byte) bool {
	for i := range keys {
		if keys[i] == key {
			return true
		}
	}
	return false
}

// prepared says whether Prepare has seen ev.
func prepared(ev *event.Event) bool {
	if ev.Alias != nil {
		return len(ev.Keys) == len(ev.Identities)+1
	}
	return len(ev.Keys) == len(ev.Identities)
}

// DropCount is how many identities were dropped since the start, for metrics.
type DropCount struct {
	Type   string // as named in the policy
	Reason string // "blocked", "malformed", "too_long", "too_many"
	Count  uint64
}

// dropCounts counts by the policy's types, so that senders cannot make it grow.
type dropCounts struct {
	mu sync.Mutex
	n  map[dropKey]uint64
}

type dropKey struct {
	typ  string
	fate fate
}

func (d *dropCounts) add(st *settings, typ string, f fate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n == nil {
		d.n = map[dropKey]uint64{}
	}
	d.n[dropKey{st.policy(typ).Type, f}]++
}

// Dropped lists the counts of dropped identities, in no order. Any goroutine.
func (s *Service) Dropped() []DropCount {
	s.drops.mu.Lock()
	defer s.drops.mu.Unlock()
	out := make([]DropCount, 0, len(s.drops.n))
	for k, n := range s.drops.n {
		out = append(out, DropCount{k.typ, fateNames[k.fate], n})
	}
	return out
}

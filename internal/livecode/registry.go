package livecode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"yutang/internal/fault"
)

// stateKey names a code as the platform hands it back.
type stateKey struct{ corp, state string }

// entry is what must be known of a code without reading SQL.
type entry struct {
	number  int64
	id      string
	name    string
	channel string
	welcome json.RawMessage
	users   []string
	deleted bool
}

// Load reads all codes into memory and makes sure that every corp collects. Before Start
// of the job queue, and once.
func (s *Service) Load(ctx context.Context) error {
	known, welcomes := map[stateKey]*entry{}, map[string]json.RawMessage{}
	err := s.eachCode(ctx, func(c Code) {
		e := newEntry(c)
		if same, ok := welcomes[string(e.welcome)]; ok {
			e.welcome = same // the codes of a batch share one text
		} else {
			welcomes[string(e.welcome)] = e.welcome
		}
		known[stateKey{c.Corp, c.State}] = e
	})
	if err != nil {
		return fmt.Errorf("load live codes: %w", err)
	}
	s.mu.Lock()
	s.known = known
	s.mu.Unlock()
	return s.planCollections(ctx)
}

func newEntry(c Code) *entry {
	return &entry{
		number: c.Number, id: c.ID, name: c.Spec.Name, channel: c.Spec.Channel, welcome: c.Spec.Welcome,
		users: c.Spec.users(), deleted: !c.DeletedAt.IsZero(),
	}
}

// learn keeps a code that has been stored.
func (s *Service) learn(codes ...Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range codes {
		s.known[stateKey{c.Corp, c.State}] = newEntry(c)
	}
}

func (s *Service) find(corpID, state string) (*entry, bool) {
	if len(state) == 0 {
		return nil, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.known[stateKey{corpID, state}]
	return e, ok
}

// WelcomeFor is the welcome content (content.Content as JSON) of the code that a contact
// came through. ok is false when the state is no code's or the code has no welcome. It
// reads memory only; the caller does not change raw. user is not looked at: a code
// welcomes in the name of each of its staff.
func (s *Service) WelcomeFor(corpID, user, state string) (raw json.RawMessage, codeID string, ok bool) {
	e, ok := s.find(corpID, state)
	if !ok || len(e.welcome) == 0 {
		return nil, "", false
	}
	return e.welcome, e.id, true
}

func asFault(err error, into **fault.Error) bool { return errors.As(err, into) }

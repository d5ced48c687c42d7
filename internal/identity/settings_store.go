package identity

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/seal"
)

// Blocked is an entry of the list of values that identify nobody.
type Blocked struct {
	Type    string // "*" is every type
	Value   string // in lower case and in its one spelling
	Allowed bool   // a built-in entry, or a value that a pattern blocks, switched off
	Builtin bool
	Note    string
	At      time.Time // zero for built-in ones
	Actor   string
}

func (b Blocked) key() blockKey { return blockKey{b.Type, b.Value} }

const blockedScope = "identity_blocked"

// LoadSettings reads the policy and the blocked list again.
func (s *Service) LoadSettings(ctx context.Context) error {
	st, err := s.readSettings(ctx)
	if err != nil {
		return fmt.Errorf("load identity settings: %w", err)
	}
	s.settings.Store(st)
	return nil
}

const selectPolicy = `
SELECT version, document
FROM identity_policy
ORDER BY version DESC
LIMIT 1`

const selectBlocked = `
SELECT type, sealed, allowed, note, at, actor
FROM identity_blocked
ORDER BY id`

func (s *Service) readSettings(ctx context.Context) (*settings, error) {
	version, policy := int64(0), DefaultPolicy()
	var document string
	err := s.db.Get(ctx, selectPolicy, nil, &version, &document)
	if err == nil {
		policy = Policy{}
		err = json.Unmarshal([]byte(document), &policy)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	var entries []Blocked
	err = s.db.Each(ctx, selectBlocked, nil, func(rows *sql.Rows) error {
		var e Blocked
		var sealed []byte
		var at int64
		if err := rows.Scan(&e.Type, &sealed, &e.Allowed, &e.Note, &at, &e.Actor); err != nil {
			return err
		}
		value, err := s.box.Open(nil, sealed, blockedScope)
		e.Value, e.At = string(value), time.UnixMilli(at).UTC()
		entries = append(entries, e)
		return err
	})
	return newSettings(version, policy, entries...), err
}

// change runs write and, in the same transaction, audit; then the settings are read again.
func (s *Service) change(ctx context.Context, audit, write func(ctx context.Context) error) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := write(ctx); err != nil || audit == nil {
			return err
		}
		return audit(ctx)
	})
	if err != nil {
		return err
	}
	return s.LoadSettings(ctx)
}

// SetPolicy saves p as the version after base; a conflict if base is not the version in
// force. Audit, if not nil, runs in the same transaction. It acts on events from now on and
// leaves existing customers as they are. Not inside a transaction.
func (s *Service) SetPolicy(ctx context.Context, base int64, p Policy, by string, audit func(ctx context.Context) error) (int64, error) {
	if err := p.Validate(); err != nil {
		return 0, err
	}
	document, err := json.Marshal(p)
	if err != nil {
		return 0, fmt.Errorf("save identity policy: %w", err)
	}
	stale := fault.New(fault.Conflict, "policy_changed", "the identity policy was changed meanwhile; read it again")
	err = s.change(ctx, audit, func(ctx context.Context) error {
		if s.settings.Load().version != base {
			return stale
		}
		_, err := s.db.Exec(ctx, `INSERT INTO identity_policy (version, at, actor, document) VALUES ($1, $2, $3, $4)`,
			base+1, s.clock.Now().UnixMilli(), by, string(document))
		if fault.Is(err, fault.Conflict) {
			return stale
		}
		return err
	})
	return base + 1, err
}

// Block puts a value on the list of those that identify nobody. Audit as in SetPolicy.
func (s *Service) Block(ctx context.Context, typ, value, note, by string, audit func(ctx context.Context) error) (Blocked, error) {
	e, err := cleanBlocked(typ, value)
	if err != nil {
		return e, err
	}
	e.Note, e.Actor, e.At = note, by, s.clock.Now()
	if isBuiltin(e) {
		e.Builtin = true
		return e, s.change(ctx, audit, func(ctx context.Context) error { return s.deleteBlocked(ctx, e) })
	}
	return e, s.change(ctx, audit, func(ctx context.Context) error { return s.putBlocked(ctx, e) })
}

// Unblock takes a value off the list; a built-in one is switched off, and so is a value
// that only a pattern blocks. Audit as in SetPolicy.
func (s *Service) Unblock(ctx context.Context, typ, value, by string, audit func(ctx context.Context) error) error {
	e, err := cleanBlocked(typ, value)
	if err != nil {
		return err
	}
	e.Allowed, e.Actor, e.At = true, by, s.clock.Now()
	st := s.settings.Load()
	allowed, listed := st.listed[e.key()]
	switch {
	case isBuiltin(e) || (!listed && patternBlocks(e.Type, e.Value)):
		return s.change(ctx, audit, func(ctx context.Context) error { return s.putBlocked(ctx, e) })
	case listed && !allowed:
		return s.change(ctx, audit, func(ctx context.Context) error { return s.deleteBlocked(ctx, e) })
	}
	return fault.New(fault.NotFound, "not_blocked", "this value is not on the list of blocked values")
}

func isBuiltin(e Blocked) bool { return builtinKeys[e.key()] }

// cleanBlocked writes an entry as clean writes what is compared with it.
func cleanBlocked(typ, value string) (Blocked, error) {
	e := Blocked{Type: typ, Value: strings.TrimSpace(value)}
	if typ != AnyType {
		var ok bool
		if e.Type, ok = cleanType(typ); !ok {
			return e, fault.BadField("/type", "is an identity type such as phone, or * for every type")
		}
		if normal, ok := cleanValue(prefixOf(e.Type), e.Value); ok {
			e.Value = normal
		}
	}
	e.Value = strings.ToLower(e.Value)
	if e.Value == "" || len(e.Value) > MaxValue {
		return e, fault.BadField("/value", "has 1 to %d bytes", MaxValue)
	}
	return e, nil
}

const upsertBlocked = `
INSERT INTO identity_blocked (id, type, blind, sealed, allowed, note, at, actor)
SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7
FROM identity_blocked
WHERE true
ON CONFLICT (type, blind) DO UPDATE SET
    allowed = excluded.allowed,
    note    = excluded.note,
    at      = excluded.at,
    actor   = excluded.actor`

func (s *Service) putBlocked(ctx context.Context, e Blocked) error {
	blind := s.blockedBlind(e)
	_, err := s.db.Exec(ctx, upsertBlocked, e.Type, blind[:], s.box.Seal(nil, []byte(e.Value), blockedScope),
		e.Allowed, e.Note, e.At.UnixMilli(), e.Actor)
	return err
}

func (s *Service) deleteBlocked(ctx context.Context, e Blocked) error {
	blind := s.blockedBlind(e)
	_, err := s.db.Exec(ctx, `DELETE FROM identity_blocked WHERE type = $1 AND blind = $2`, e.Type, blind[:])
	return err
}

func (s *Service) blockedBlind(e Blocked) seal.Blind {
	return s.box.Blind("identity_blocked/"+e.Type, e.Value)
}

// BlockedValues lists the built-in entries, by type and value, then the operators'. An
// entry that switches a built-in one off stands in its place. Any goroutine.
func (s *Service) BlockedValues() []Blocked {
	st := s.settings.Load()
	var out []Blocked
	for typ, values := range builtin {
		for _, v := range values {
			e := Blocked{Type: typ, Value: v}
			if _, changed := st.listed[e.key()]; !changed {
				e.Builtin = true
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(a, b Blocked) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Value, b.Value))
	})
	for _, e := range st.entries {
		e.Builtin = isBuiltin(e)
		out = append(out, e)
	}
	return out
}

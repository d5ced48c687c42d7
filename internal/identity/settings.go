package identity

import "time"

// settings is what operators decide, ready for use. Never changed once published.
type settings struct {
	version int64
	doc     Policy
	types   map[string]*TypePolicy
	rest    *TypePolicy       // types not named
	listed  map[blockKey]bool // operators' entries of the blocked list; true: allowed
	entries []Blocked         // the same, as listed
}

func newSettings(version int64, p Policy, entries ...Blocked) *settings {
	st := &settings{
		version: version,
		doc:     p,
		types:   make(map[string]*TypePolicy, len(p.Types)),
		listed:  make(map[blockKey]bool, len(entries)),
		entries: entries,
	}
	for i := range p.Types {
		st.types[p.Types[i].Type] = &p.Types[i]
	}
	st.rest = st.types[AnyType]
	for _, e := range entries {
		st.listed[e.key()] = e.Allowed
	}
	return st
}

// policy is the policy of a type. Never nil.
func (st *settings) policy(typ string) *TypePolicy {
	if p, ok := st.types[prefixOf(typ)]; ok {
		return p
	}
	return st.rest
}

// PolicyVersion is a saved policy. Version 0 is the default one.
type PolicyVersion struct {
	Version int64
	Policy  Policy
	At      time.Time
	Actor   string
}

// Policy is the policy in force. Any goroutine; do not change it.
func (s *Service) Policy() (version int64, p Policy) {
	st := s.settings.Load()
	return st.version, st.doc
}

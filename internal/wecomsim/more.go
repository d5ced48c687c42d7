package wecomsim

import (
	"slices"

	"yutang/internal/fault"
)

// more is the state of the further chapters: mass sends, moments, groups and the rest.
type more struct {
	mass      massState
	joinWays  map[string]*joinWay
	templates map[string]*template
	archive   archive
}

// MoreKnobs are the knobs of the further chapters.
type MoreKnobs struct {
	Quota string `json:"quota"` // mass messages of one customer: QuotaMonth ("" too), QuotaWeek or QuotaDay
}

func newMore() more {
	return more{mass: newMassState(), joinWays: map[string]*joinWay{}, templates: map[string]*template{}, archive: newArchive()}
}

// moreEndpoints lists the calls of the further chapters.
func moreEndpoints() []endpoint {
	return slices.Concat(massEndpoints(), groupEndpoints())
}

// moreActions lists the phone actions of the further chapters.
func moreActions() []action {
	return slices.Concat(massActions(), groupActions())
}

// populateMore seeds what the further chapters own; rng-free use of s.ids keeps it deterministic.
func (s *Sim) populateMore() {}

// activeMember finds a member who can use a phone.
func (s *Sim) activeMember(id string) (*member, error) {
	m, ok := s.member(id)
	if !ok || m.status != memberActive {
		return nil, fault.New(fault.NotFound, "no_member", "no active member has the id %q", id)
	}
	return m, nil
}

// archiveText puts a text into the archive if somebody archived took part.
func (s *Sim) archiveText(_ string, _ []string, _, _ string) {}

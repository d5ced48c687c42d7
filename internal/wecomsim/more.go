package wecomsim

import (
	"slices"

	"yutang/internal/fault"
)

// more is the state of the further chapters: mass sends, moments, groups and the rest.
type more struct {
	mass      massState
	joinWays  map[string]*joinWay
	joinOrder []string // config_ids in order of making
	templates map[string]*template
	handovers handovers
	moments   moments

	acquisition acquisition
	kf          kf
	behaviours  map[string]map[int32]*behaviour // by userid and day
	intercepts  []*interceptRule
	products    []*product
	archive     archive
	rooms       map[string]*room // by roomid
	agents      agents
	phones      phones
}

// MoreKnobs are the knobs of the further chapters.
type MoreKnobs struct {
	Quota string `json:"quota"` // mass messages of one customer: QuotaMonth ("" too), QuotaWeek or QuotaDay

	Capacity      int      `json:"capacity"`        // customers of one member; 0 is 20,000
	Banned        []string `json:"banned"`          // members who may take over nobody: 40143
	MomentsAMonth int      `json:"moments_a_month"` // moments that one customer is shown; 0 is all

	Uncertified  bool     `json:"uncertified"`   // the corp may have 10 kf accounts only
	KfHumanSend  bool     `json:"kf_human_send"` // kf/send_msg works while a person serves too
	NoArchive    bool     `json:"no_archive"`    // the corp has no conversation archive
	ArchiveUsers []string `json:"archive_users"` // members archived; empty is all
}

func newMore() more {
	return more{
		mass: newMassState(), joinWays: map[string]*joinWay{}, templates: map[string]*template{},
		handovers: newHandovers(), moments: newMoments(), acquisition: newAcquisition(), kf: newKf(),
		behaviours: map[string]map[int32]*behaviour{}, archive: newArchive(), rooms: map[string]*room{},
		agents: newAgents(), phones: newPhones(),
	}
}

// moreEndpoints lists the calls of the further chapters.
func moreEndpoints() []endpoint {
	return slices.Concat(massEndpoints(), groupEndpoints(), transferEndpoints(), momentEndpoints(),
		acquisitionEndpoints(), kfEndpoints(), statisticEndpoints(), interceptEndpoints(), albumEndpoints(), archiveEndpoints())
}

// moreActions lists the phone actions of the further chapters.
func moreActions() []action {
	return slices.Concat(massActions(), groupActions(), transferActions(), momentActions(),
		acquisitionActions(), kfActions(), archiveActions(), agentActions())
}

// activeMember finds a member who can use a phone.
func (s *Sim) activeMember(id string) (*member, error) {
	m, ok := s.member(id)
	if !ok || m.status != memberActive {
		return nil, fault.New(fault.NotFound, "no_member", "no active member has the id %q", id)
	}
	return m, nil
}

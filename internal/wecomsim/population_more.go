package wecomsim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// populateMore seeds what the further chapters own: groups, a customer-service account and
// the quota of acquisition links.
func (s *Sim) populateMore() {
	s.topUp(acquireQuota, acquireLife)
	if len(s.memberList) == 0 {
		return
	}
	r := rand.New(rand.NewPCG(s.cfg.Seed, 0x960))
	for i := range s.cfg.Groups {
		s.seedGroup(r, i)
	}
	k := &kfAccount{
		id: s.ids.kf(), name: "官方客服", sessions: map[string]*kfSession{}, talk: map[string][]Message{},
		rejects: map[string]bool{}, days: map[int32]*kfDay{},
	}
	for _, m := range s.memberList[:min(3, len(s.memberList))] {
		k.servicers = append(k.servicers, kfServicer{user: m.id})
	}
	s.more.kf.accounts = append(s.more.kf.accounts, k)
}

// seedGroup makes a group of one member's customers, made and filled over the last year.
func (s *Sim) seedGroup(r *rand.Rand, i int) {
	owner := s.memberList[i%len(s.memberList)]
	g := s.addGroup(owner, fmt.Sprintf("%s的福利%d群", owner.name, i/len(s.memberList)+1))
	age := time.Duration(r.IntN(365)) * day
	g.created = s.at.Add(-age).Unix()
	g.days = nil
	g.members[0].joined = g.created
	want := min(20+r.IntN(160), len(owner.contacts))
	if want == 0 {
		return
	}
	// A stretch of the owner's customers: the groups of one owner overlap, as real ones do.
	from := r.IntN(len(owner.contacts))
	for k := range want {
		f := owner.contacts[(from+k)%len(owner.contacts)]
		m := groupMember{id: f.customer.id, external: true, scene: sceneCode, joined: g.created + r.Int64N(int64(age/time.Second)+1)}
		if r.IntN(4) == 0 {
			m.scene, m.invitor = sceneInvited, owner.id
		}
		g.members = append(g.members, m)
	}
	if mate := s.memberList[(i+1)%len(s.memberList)]; mate != owner {
		g.members = append(g.members, groupMember{id: mate.id, scene: sceneInvited, invitor: owner.id, joined: g.created})
		g.admins = []string{mate.id}
	}
	g.version = int64(len(g.members))
	n, _, _ := periods(s.at.Add(-day))
	g.days = map[int32]*groupDay{n: {total: len(g.members)}}
}

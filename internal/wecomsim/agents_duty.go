package wecomsim

import (
	"math/rand/v2"
	"time"
)

const (
	dutyWindow  = 40               // latest mass messages and moments looked at
	dutyForgets = 12               // of a hundred members forget a task for good
	dutyAtLeast = 12 * time.Minute // before a task is done
	dutyAtMost  = 8 * time.Hour
	feedLife    = 5 * 24 * time.Hour // for which a moment is liked
)

// dutyDue lets one member do what is due: send a mass message, publish a moment. It says
// whether there was anything to do.
func (s *Sim) dutyDue() bool {
	list := s.more.mass.list
	for _, m := range list[max(0, len(list)-dutyWindow):] {
		if m.cancelled || !m.dispatched(s.at) {
			continue
		}
		for i := range m.tasks {
			t := &m.tasks[i]
			if t.sent > 0 || !s.gotRoundTo(m.id, t.user, m.made) {
				continue
			}
			if _, ok := does(s, "confirm_mass_send", massConfirm{UserID: t.user, MsgID: m.id}, confirmMassSend); ok {
				return true
			}
		}
	}
	return s.momentDue()
}

func (s *Sim) momentDue() bool {
	list := s.more.moments.list
	for _, m := range list[max(0, len(list)-dutyWindow):] {
		if m.cancelled {
			continue
		}
		for _, t := range m.tasks {
			if !t.published.IsZero() || !s.gotRoundTo(m.id, t.user, m.made) {
				continue
			}
			if _, ok := does(s, "publish_moment", MomentAct{MomentID: m.id, UserID: t.user}, publishMoment); ok {
				return true
			}
		}
	}
	return false
}

// gotRoundTo says whether the member has come to a task made then. Most do so within the
// first hours, some never.
func (s *Sim) gotRoundTo(task, user string, made time.Time) bool {
	n := s.fate("duty", task, user)
	if n%100 < dutyForgets || !s.idle(user) {
		return false
	}
	share := float64(n>>8%1000) / 1000
	wait := dutyAtLeast + time.Duration(share*share*share*float64(dutyAtMost-dutyAtLeast))
	m, ok := s.member(user)
	return ok && m.status == memberActive && !s.at.Before(made.Add(wait))
}

// someMoment is a moment somebody sees, with one who sees it.
func (s *Sim) someMoment(r *rand.Rand) (a MomentAct, ok bool) {
	var list []MomentAct
	var tasks []*momentTask
	all := s.more.moments.list
	for _, m := range all[max(0, len(all)-dutyWindow):] {
		for _, t := range m.tasks {
			if !t.published.IsZero() && len(t.visible) > 0 && s.at.Sub(t.published) < feedLife {
				list, tasks = append(list, MomentAct{MomentID: m.id, UserID: t.user}), append(tasks, t)
			}
		}
	}
	if len(list) == 0 {
		return a, false
	}
	i := r.IntN(len(list))
	a = list[i]
	a.Who = tasks[i].visible[r.IntN(len(tasks[i].visible))]
	return a, s.idle(a.Who)
}

func agentLikes(s *Sim, r *rand.Rand) bool {
	a, ok := s.someMoment(r)
	if ok {
		_, ok = does(s, "like_moment", a, likeMoment)
	}
	return ok
}

func agentComments(s *Sim, r *rand.Rand) bool {
	a, ok := s.someMoment(r)
	if ok {
		a.Text = one(r, comments)
		_, ok = does(s, "comment_moment", a, commentMoment)
	}
	return ok
}

package wecomsim

import (
	"slices"
	"time"
)

const (
	momentText    = 2000 // characters
	momentBytes   = 4000
	momentImages  = 9
	momentSpan    = 30 * 24 * time.Hour
	momentStart   = time.Second     // until a job runs
	momentDone    = 3 * time.Second // until it has made the moment
	momentJobs    = 10              // jobs under way
	momentJobLife = 24 * time.Hour
	momentSenders = 100_000
)

// moments is all moments of the corp (客户朋友圈) and the jobs that make them.
type moments struct {
	list []*moment
	byID map[string]*moment
	jobs map[string]*momentJob
	seen map[string]received // by external_userid: how many moments were shown
}

func newMoments() moments {
	return moments{byID: map[string]*moment{}, jobs: map[string]*momentJob{}, seen: map[string]received{}}
}

// momentJob makes a moment in the background.
//
//	begun ──1 s──▶ running ──2 s──▶ done: a moment, or the reason why not
type momentJob struct {
	id         string
	made       time.Time
	moment     *moment
	badUsers   []string
	badParties []int64
	badTags    []string
	errcode    int
}

func (j *momentJob) status(now time.Time) int {
	switch d := now.Sub(j.made); {
	case d < momentStart:
		return 1
	case d < momentDone:
		return 2
	}
	return 3
}

// moment is one post. Each of its senders publishes it on the phone.
type moment struct {
	seq         int64
	id, creator string // creator is a userid, "" when made through the API
	made        time.Time
	text        string
	attachments []attachment
	tags        []string // only customers with one of these see it; empty is all
	cancelled   bool
	tasks       []*momentTask // by userid
}

// momentTask is the part of one sender.
type momentTask struct {
	user      string
	published time.Time
	visible   []string // customers who see it, by id
	likes     []momentMark
	comments  []momentMark
}

// momentMark is a like or a comment, by a customer or a member.
type momentMark struct {
	external, user string
	at             int64
	text           string
}

func (m *moment) task(user string) *momentTask {
	for _, t := range m.tasks {
		if t.user == user {
			return t
		}
	}
	return nil
}

// inRange lists the customers of a sender for whom the moment is meant, by id.
func (s *Sim) inRange(m *moment, user string) []string {
	u, ok := s.member(user)
	if !ok {
		return nil
	}
	var out []string
	for _, f := range u.contacts {
		if f.lost || f.half {
			continue
		}
		if len(m.tags) == 0 || slices.ContainsFunc(f.tags, func(t *tag) bool { return slices.Contains(m.tags, t.id) }) {
			out = append(out, f.customer.id)
		}
	}
	slices.Sort(out)
	return out
}

// publish is a sender publishing a moment: the customers in range see it, less those who have
// seen as many this month as the knob allows.
func (s *Sim) publish(m *moment, t *momentTask) {
	t.published = s.at
	most := s.knobs.More.MomentsAMonth
	for _, id := range s.inRange(m, t.user) {
		seen := s.more.moments.seen[id]
		seen.roll(s.at)
		if most > 0 && int(seen.inMonth) >= most {
			continue
		}
		seen.take(QuotaMonth, s.at)
		s.more.moments.seen[id] = seen
		t.visible = append(t.visible, id)
	}
}

// addMoment stores a moment.
func (s *Sim) addMoment(m moment) *moment {
	st := &s.more.moments
	m.seq, m.id, m.made = int64(len(st.list))+1, s.ids.moment(), s.at
	slices.SortFunc(m.tasks, func(a, b *momentTask) int {
		if a.user < b.user {
			return -1
		}
		return 1
	})
	st.list = append(st.list, &m)
	st.byID[m.id] = &m
	return &m
}

// finish makes the job's moment, if anybody is left to publish it.
func (s *Sim) finish(j *momentJob, m moment) {
	if len(m.tasks) == 0 {
		j.errcode = 40031
		return
	}
	j.moment = s.addMoment(m)
}

package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/db"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

const refreshJobKind = "contact_refresh"

// refreshWindow gathers the wishes to refresh one external contact into one call. The
// platform's answers may trail its events by about two seconds.
const refreshWindow = 4 * time.Second

// refresh is the payload of a job.
type refresh struct {
	Corp     string `json:"c"`
	External string `json:"e"`
	User     string `json:"u,omitempty"` // who edited
	At       int64  `json:"t,omitempty"` // when
}

func (s *Service) handleJobs() {
	s.Jobs.Handle(refreshJobKind, &job.Each{Queue: s.Jobs, Concurrency: 4, MaxAttempts: 12, Do: s.refreshOne})
	s.Jobs.Handle(newsJob, &job.Each{Queue: s.Jobs, Concurrency: 4, MaxAttempts: 1000, Do: func(ctx context.Context, j job.Job) error {
		var l [2]string
		if err := json.Unmarshal(j.Payload, &l); err != nil {
			return err
		}
		return s.catchUp(ctx, lane{l[0], l[1]})
	}})
}

// refreshJob asks for the details of an external contact. All wishes of one window are one
// job, and it is due when the window has closed: a wish can never meet a job under way.
func (s *Service) refreshJob(corp, external, user string, at time.Time) job.Job {
	window := s.Clock.Now().Truncate(refreshWindow)
	return job.Job{
		Kind: refreshJobKind, Key: fmt.Sprintf("%s/%s/%d", corp, external, window.Unix()), Queue: corp,
		Payload: []byte(text(refresh{corp, external, user, db.Millis(at)})), Due: window.Add(refreshWindow),
	}
}

// Refresh has the details of an external contact read again, soon. user edited them at
// the time given, if that is known.
func (s *Service) Refresh(ctx context.Context, corp, external, user string, at time.Time) error {
	return s.Jobs.Put(ctx, s.refreshJob(corp, external, user, at))
}

func (s *Service) refreshOne(ctx context.Context, j job.Job) error {
	var r refresh
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return err
	}
	client, err := s.Clients.Client(ctx, r.Corp)
	if err != nil {
		return err
	}
	_, err = s.Pull(ctx, client, r.Corp, r.External, Edit{User: r.User, At: db.Moment(r.At)}, ByCallback)
	if wecom.ClassOf(err) == wecom.Relation {
		return nil // nobody follows this customer any more
	}
	return err
}

// Edit says who changed details of a contact and when, if that is known.
type Edit struct {
	User string
	At   time.Time
}

// Pull reads one external contact with all who follow it and takes over what it says. It
// ends no relation.
func (s *Service) Pull(ctx context.Context, client *wecom.Client, corp, external string, e Edit, origin string) (Drift, error) {
	asOf := s.Clock.Now()
	drift := Drift{}
	for cursor := ""; ; {
		got, err := client.ExternalContactGet(ctx, external, cursor)
		if err != nil {
			return drift, err
		}
		var touches []touch
		all := make([]Seen, len(got.FollowUser))
		for i, f := range got.FollowUser {
			all[i] = SeenOf(got.ExternalContact, f)
			t := touch{user: f.UserID, external: external, origin: origin, seen: &all[i], asOf: asOf}
			if f.UserID == e.User {
				t.editedAt = e.At
			}
			touches = append(touches, t)
		}
		more, err := s.apply(ctx, corp, touches)
		if err != nil {
			return drift, err
		}
		drift.Add(more)
		if err := s.observed(ctx, corp, all, asOf); err != nil {
			return drift, err
		}
		if cursor = got.NextCursor; cursor == "" {
			return drift, nil
		}
	}
}

// SeenOf reads a relation out of the platform's answer.
func SeenOf(p wecom.ExternalContact, f wecom.Follow) Seen {
	return Seen{
		User: f.UserID, External: p.ExternalUserID, AddedAt: f.CreateTime.Time(), AddWay: f.AddWay, State: f.State, Tags: f.TagIDs(),
		Remark: f.Remark, Description: f.Description, Company: f.RemarkCorpName, Mobiles: f.RemarkMobiles,
		Person: Person{Name: p.Name, UnionID: p.UnionID, Gender: p.Gender, Type: p.Type},
	}
}

package moment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/event"
	"yutang/internal/wecom"
)

// The kinds of echo.
const (
	like    = "like"
	comment = "comment"
)

// pull asks who has published, and what customers said to it. After WatchUntil the moment
// is done.
func (s *Service) pull(ctx context.Context, client *wecom.Client, m Moment) error {
	now := s.Clock.Now()
	next := min(max(now.Sub(m.PublishedAt)/4, firstPull), longPull)
	if err := s.pullTasks(ctx, client, m); err != nil {
		return s.later(firstPull, code(err))
	}
	for after := ""; ; {
		all, err := s.staffAfter(ctx, m.ID, after, 200)
		if err != nil {
			return err
		}
		for _, x := range all {
			if !x.Published {
				continue
			}
			got, err := client.GetMomentComments(ctx, m.MomentID, x.User)
			if err != nil {
				return s.later(firstPull, code(err))
			}
			if err := s.hear(ctx, m, x.User, got); err != nil {
				return err
			}
		}
		if len(all) == 0 {
			break
		}
		after = all[len(all)-1].User
	}
	if now.Before(m.WatchUntil) {
		return s.later(next, "watching")
	}
	m.State, m.EndedAt = Done, now
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, m, Publishing); err != nil {
			return err
		}
		return s.Contents.Drop(ctx, keeper(m.ID))
	})
}

// pullTasks reads who was asked to publish and who did.
func (s *Service) pullTasks(ctx context.Context, client *wecom.Client, m Moment) error {
	cursor := ""
	for {
		tasks, err := client.GetMomentTask(ctx, m.MomentID, cursor, 1000)
		if err != nil {
			return err
		}
		err = s.DB.InTx(ctx, func(ctx context.Context) error {
			for _, t := range tasks.List {
				if _, err := s.DB.Exec(ctx, upsertStaff, m.ID, t.UserID, t.PublishStatus == wecom.MomentPublished); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if cursor = tasks.NextCursor; cursor == "" {
			return nil
		}
	}
}

// hear takes new likes and comments of customers down the road, then notes them.
func (s *Service) hear(ctx context.Context, m Moment, staff string, got wecom.MomentComments) error {
	known, err := s.echoes(ctx, m.ID, staff)
	if err != nil {
		return err
	}
	var evs []*event.Event
	var args []any
	take := func(kind string, all []wecom.MomentReaction) (customers int) {
		for _, r := range all {
			if r.ExternalUserID == "" {
				continue
			}
			customers++
			e := echo{r.ExternalUserID, kind, int64(r.CreateTime)}
			if known[e] {
				continue
			}
			known[e] = true
			evs = append(evs, s.event(m, staff, e))
			args = append(args, m.ID, staff, e.external, e.kind, e.at)
		}
		return customers
	}
	likes, comments := take(like, got.Likes), take(comment, got.Comments)
	if len(evs) > 0 {
		if _, err := s.Submit.SubmitEvents(ctx, evs); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.DB.InsertMany(ctx, "moment_echo", echoColumns, args, "ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, updatePulled, likes, comments, s.Clock.Now().UnixMilli(), m.ID, staff)
		return err
	})
}

// event is what a customer did. Its message id is made of the fact, so it counts once.
func (s *Service) event(m Moment, staff string, e echo) *event.Event {
	name := event.MomentLiked
	if e.kind == comment {
		name = event.MomentCommented
	}
	props, _ := json.Marshal(map[string]any{"corp": m.Corp, "staff": staff, "moment": m.ID}) // texts always marshal
	return &event.Event{
		SourceID: s.Source, MessageID: fmt.Sprintf("%s:%s:%s:%s:%d", m.ID, e.kind, staff, e.external, e.at), Name: name,
		At: time.Unix(e.at, 0).UTC(), ReceivedAt: s.Clock.Now(), Props: props,
		Identities: []event.Identity{{Type: "external_userid:" + m.Corp, Value: e.external}},
	}
}

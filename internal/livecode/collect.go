package livecode

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

const (
	collectKind  = "livecode.collect" // one job per corp, for ever
	collectEvery = 24 * time.Hour
	collectHour  = 4 // of the brand's day
	configChunk  = 200
	listDepth    = 89 * 24 * time.Hour // how far back the platform lists
)

// Collection is what the last collection of a corp did.
type Collection struct {
	Corp      string    `json:"corp"`
	StartedAt time.Time `json:"started_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	Listed    int       `json:"listed" doc:"contact ways at the platform that no code here has, looked at this time"`
	Adopted   int       `json:"adopted" doc:"given back to the code that lost them"`
	Deleted   int       `json:"deleted" doc:"deleted, because their code was deleted here or is over"`
	Missing   int       `json:"missing" doc:"codes whose contact way the platform knows no more"`
	Foreign   int       `json:"foreign" doc:"left alone: they carry our mark and no code here, so another copy of this database made them, such as the one that this one was restored over"`
	Doubled   int       `json:"doubled" doc:"left alone: their code is in use and shows another contact way"`
	Problem   string    `json:"problem,omitempty" say:"zh"`
}

// planCollections puts the job of each corp.
func (s *Service) planCollections(ctx context.Context) error {
	corps, err := s.Corps.List(ctx)
	if err != nil {
		return err
	}
	for _, c := range corps {
		if err := s.CorpAdded(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// CorpAdded begins the nightly collections of a corp. Saying it twice has no effect.
func (s *Service) CorpAdded(ctx context.Context, corpID string) error {
	due := nextHour(s.Clock.Now(), s.Zone(), collectHour)
	return s.Jobs.Put(ctx, job.Job{Kind: collectKind, Key: corpID, Queue: corpID, Due: due})
}

// nextHour is the next time the zone's clock shows the full hour.
func nextHour(now time.Time, zone *time.Location, hour int) time.Time {
	d := dayOf(now, zone)
	if t := d.at(hour*60, zone); t.After(now) {
		return t
	}
	return d.add(1).at(hour*60, zone)
}

func (s *Service) collectJob(ctx context.Context, j job.Job) error {
	if _, err := s.Corps.Get(ctx, j.Key); fault.Is(err, fault.NotFound) {
		return nil
	}
	if _, err := s.Collect(ctx, j.Key); err != nil {
		return err
	}
	return &job.Later{At: nextHour(s.Clock.Now(), s.Zone(), collectHour), Reason: "nightly"}
}

// Collect holds the contact ways at the platform against the codes here. One whose code was
// deleted here, or is over, is deleted; one that its code has lost is given back; codes with
// a problem, with staff who cannot take customers, and those whose contact way is gone, are
// looked at again. All others are left alone. That they carry our mark is no reason to
// delete them: a database restored from a backup does not know the codes made since, whose
// QR images hang in shops.
func (s *Service) Collect(ctx context.Context, corpID string) (Collection, error) {
	col := Collection{Corp: corpID, StartedAt: s.Clock.Now()}
	err := s.collect(ctx, &col)
	col.EndedAt = s.Clock.Now()
	if err != nil {
		col.Problem = problemOf(err, col.EndedAt).Detail
	}
	if failed := s.saveCollection(context.WithoutCancel(ctx), col); err == nil {
		err = failed
	}
	if err != nil {
		return col, fmt.Errorf("collect contact ways of corp %s: %w", corpID, err)
	}
	return col, nil
}

func (s *Service) collect(ctx context.Context, col *Collection) error {
	client, err := s.Corps.Client(ctx, col.Corp)
	if err != nil {
		return err
	}
	err = s.eachUnknown(ctx, client, col.Corp, col.StartedAt.Add(-listDepth), func(configID string) (bool, error) {
		col.Listed++
		return true, s.sortOut(ctx, client, col, configID)
	})
	if err != nil {
		return err
	}
	if err := s.findMissing(ctx, client, col); err != nil {
		return err
	}
	if err := s.kickUnreachable(ctx, col.Corp); err != nil {
		return err
	}
	return s.kickProblems(ctx, col.Corp)
}

// sortOut decides about a contact way that no code here has.
func (s *Service) sortOut(ctx context.Context, client *wecom.Client, col *Collection, configID string) error {
	way, err := client.GetContactWay(ctx, configID)
	if wecom.Is(err, wecom.CodeBadContactWay) {
		return nil
	}
	if err != nil {
		return err
	}
	number, signed := numberOf(s.Box, col.Corp, way.State)
	if !signed {
		return s.markForeign(ctx, col.Corp, configID, false)
	}
	code, err := s.byNumber(ctx, number)
	if fault.Is(err, fault.NotFound) || err == nil && code.State != way.State {
		return s.markForeign(ctx, col.Corp, configID, true)
	}
	switch {
	case err != nil:
		return err
	case code.Remote.ConfigID == configID:
		return nil // stored since the list was read
	case code.Gone(s.Clock.Now()):
		return s.deleteOrphan(ctx, client, col, configID)
	}
	return s.giveBack(ctx, client, col, code, configID, way.QRCode)
}

func (s *Service) deleteOrphan(ctx context.Context, client *wecom.Client, col *Collection, configID string) error {
	if err := client.DelContactWay(ctx, configID); err != nil && !wecom.Is(err, wecom.CodeBadContactWay) {
		return err
	}
	col.Deleted++
	return nil
}

// giveBack gives a code in use this contact way if it has none, or one that the platform
// knows no more.
func (s *Service) giveBack(ctx context.Context, client *wecom.Client, col *Collection, code Code, configID, qrURL string) error {
	if code.Remote.ConfigID != "" {
		_, err := client.GetContactWay(ctx, code.Remote.ConfigID)
		if err == nil {
			col.Doubled++
			return nil
		}
		if !wecom.Is(err, wecom.CodeBadContactWay) {
			return err
		}
	}
	col.Adopted++
	return s.adopt(ctx, code, configID, qrURL)
}

// adopt gives a code the contact way instead of the one that it lost, and asks for a look
// at it.
func (s *Service) adopt(ctx context.Context, code Code, configID, qrURL string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.saveAdopted(ctx, code, configID, qrURL); err != nil {
			return err
		}
		return s.kick(ctx, code.Number, code.ID, code.Corp)
	})
}

// findMissing asks for the contact ways that should be listed and are not, and counts those
// that another copy of the database made. The platform lists those of the last 90 days.
func (s *Service) findMissing(ctx context.Context, client *wecom.Client, col *Collection) error {
	listed := map[string]bool{}
	filter := wecom.WayFilter{Limit: 1000, StartTime: wecom.UnixOf(col.StartedAt.Add(-listDepth))}
	for {
		ids, next, err := client.ListContactWay(ctx, filter)
		if err != nil {
			return err
		}
		for _, configID := range ids {
			listed[configID] = true
		}
		if next == "" || next == filter.Cursor {
			break
		}
		filter.Cursor = next
	}
	if err := s.countForeign(ctx, col, listed); err != nil {
		return err
	}
	codes, err := s.applied(ctx, col.Corp, col.StartedAt.Add(-listDepth))
	if err != nil {
		return err
	}
	codes = slices.DeleteFunc(codes, func(c Code) bool { return listed[c.Remote.ConfigID] || c.Spec.Kind == Temporary })
	for _, c := range codes {
		_, err := client.GetContactWay(ctx, c.Remote.ConfigID)
		if !wecom.Is(err, wecom.CodeBadContactWay) {
			if err != nil {
				return err
			}
			continue
		}
		col.Missing++
		if err := s.forgetHash(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// forgetHash makes the next look at a code update it, which finds out that it is gone.
func (s *Service) forgetHash(ctx context.Context, c Code) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.clearHash(ctx, c.Number); err != nil {
			return err
		}
		return s.kick(ctx, c.Number, c.ID, c.Corp)
	})
}

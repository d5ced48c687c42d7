package groupchat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// moveCodes puts a job for each code that may have to lead elsewhere, since a group of its
// has filled up, emptied, or ended, or since a new group may be one that the platform made
// for it. In the transaction that writes the group.
func (s *Service) moveCodes(ctx context.Context, g Group, isNew bool) error {
	codes, err := s.codesOf(ctx, g.Corp)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, c := range codes {
		ours, active := slices.Contains(c.Groups, g.Chat), slices.Contains(c.Active, g.Chat)
		full := g.Size >= c.FullAt || !g.DismissedAt.IsZero()
		if ours && full == active || isNew && c.AutoMake {
			jobs = append(jobs, s.codeTask(c))
		}
	}
	return s.Jobs.Put(ctx, jobs...)
}

// codeTask is due a moment later, so that it sees what is being written.
func (s *Service) codeTask(c Code) job.Job {
	now := s.Clock.Now()
	payload, _ := json.Marshal(c.ID)
	return job.Job{Kind: codeKind, Key: fmt.Sprintf("%s/%d", c.ID, now.UnixMilli()), Queue: c.Corp, Payload: payload, Due: now}
}

// codeJob leads a code to groups with room. Groups that the platform has made for the code
// in the meantime become its own.
func (s *Service) codeJob(ctx context.Context, j job.Job) error {
	var key string
	if err := json.Unmarshal(j.Payload, &key); err != nil {
		return err
	}
	defer s.lock("", key)()
	was, err := s.Code(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	client, err := s.Client(ctx, was.Corp)
	if err != nil {
		return err
	}
	way, err := client.GetJoinWay(ctx, was.Config)
	if wecom.CodeOf(err) == wecom.CodeBadContactWay {
		was.Problem = Gone
		return s.saveCode(ctx, &was)
	}
	if err != nil {
		return fmt.Errorf("read join code: %w", err)
	}
	next := was
	next.Groups = slices.Clone(was.Groups)
	for _, chat := range way.ChatIDList {
		if slices.Contains(next.Groups, chat) {
			continue
		}
		next.Groups = append(next.Groups, chat)
		if err := s.Ask(ctx, was.Corp, chat, ""); err != nil {
			return err
		}
	}
	if err := s.lead(ctx, &next, way.ChatIDList); err != nil {
		return err
	}
	was.Active = way.ChatIDList
	if err := s.tell(ctx, was, next); err != nil {
		return err
	}
	return s.saveCode(ctx, &next)
}

// lead chooses where a code leads; without a group with room it stays where it is.
func (s *Service) lead(ctx context.Context, c *Code, now []string) error {
	active, err := s.open(ctx, *c)
	if err != nil {
		return err
	}
	c.Active, c.Problem = active, ""
	if len(active) == 0 {
		c.Active = now
		if !c.AutoMake {
			c.Problem = AllFull
		}
	}
	return nil
}

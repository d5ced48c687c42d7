package livecode

import (
	"context"
	"fmt"
	"slices"

	"yutang/internal/wecom/notice"
)

// OnDirectory hears the callbacks of the address book, after package staff has: codes that
// name a member who left, came back or got another userid are looked at again. Repeats
// have no effect.
func (s *Service) OnDirectory(ctx context.Context, n notice.Notice) error {
	if n.UserID == "" {
		return nil
	}
	if n.NewUserID != "" && n.NewUserID != n.UserID {
		if err := s.rename(ctx, n.Corp, n.UserID, n.NewUserID); err != nil {
			return fmt.Errorf("rename a member in live codes: %w", err)
		}
		return s.StaffChanged(ctx, n.Corp, n.NewUserID)
	}
	return s.StaffChanged(ctx, n.Corp, n.UserID)
}

// StaffChanged looks again at the codes that name a member, after the directory changed.
func (s *Service) StaffChanged(ctx context.Context, corpID, user string) error {
	hit := s.naming(corpID, func(users []string) bool { return slices.Contains(users, user) })
	if err := s.kickAll(ctx, corpID, hit); err != nil {
		return fmt.Errorf("look at the codes of a changed member: %w", err)
	}
	return nil
}

// place names a code for a job.
type place struct {
	number int64
	id     string
}

// naming are the codes in use of a corp whose users fit.
func (s *Service) naming(corpID string, fits func(users []string) bool) []place {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []place
	for key, e := range s.known {
		if key.corp == corpID && !e.deleted && fits(e.users) {
			out = append(out, place{e.number, e.id})
		}
	}
	return out
}

// kickAll asks for a look at many codes, some hundred in a transaction.
func (s *Service) kickAll(ctx context.Context, corpID string, codes []place) error {
	for part := range slices.Chunk(codes, 500) {
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			for _, c := range part {
				if err := s.kick(ctx, c.number, c.id, corpID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// kickUnreachable asks for a look at the codes that name somebody who cannot take
// customers: the notice of that may have been lost.
func (s *Service) kickUnreachable(ctx context.Context, corpID string) error {
	if s.Staff == nil {
		return nil
	}
	var all []string
	s.naming(corpID, func(users []string) bool { all = append(all, users...); return false })
	slices.Sort(all)
	reach, err := s.Staff.Reach(ctx, corpID, slices.Compact(all))
	if err != nil {
		return err
	}
	hit := s.naming(corpID, func(users []string) bool {
		return slices.ContainsFunc(users, func(user string) bool { ok, known := reach[user]; return known && !ok })
	})
	return s.kickAll(ctx, corpID, hit)
}

// rename writes another userid for a member into the codes that name them, and carries
// their counters along.
func (s *Service) rename(ctx context.Context, corpID, was, now string) error {
	swap := func(users []string) []string {
		out := slices.Clone(users)
		for i := range out {
			if out[i] == was {
				out[i] = now
			}
		}
		return out
	}
	for _, p := range s.naming(corpID, func(users []string) bool { return slices.Contains(users, was) }) {
		var code Code
		err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
			if code, err = s.byNumber(ctx, p.number); err != nil {
				return err
			}
			spec := &code.Spec
			spec.Backup = swap(spec.Backup)
			for i := range spec.Members {
				if spec.Members[i].User == was {
					spec.Members[i].User = now
				}
			}
			for i := range spec.Schedule.Shifts {
				spec.Schedule.Shifts[i].Staff = swap(spec.Schedule.Shifts[i].Staff)
			}
			for _, e := range spec.Schedule.Exceptions {
				for i := range e.Spans {
					e.Spans[i].Staff = swap(e.Spans[i].Staff)
				}
			}
			if err := s.saveSpec(ctx, code); err != nil {
				return err
			}
			return s.renameCounter(ctx, p.number, was, now)
		})
		if err != nil {
			return err
		}
		s.learn(code)
	}
	return nil
}

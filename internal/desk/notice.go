package desk

import (
	"context"
	"fmt"

	"yutang/internal/job"
	"yutang/internal/wecom/notice"
)

// OnMessage takes kf_msg_or_event: an account has something to pull. The inbox gives each
// body once, so each is one more callback.
func (s *Service) OnMessage(ctx context.Context, n notice.Notice) error {
	if n.OpenKfID == "" {
		return s.look(ctx, n.Corp)
	}
	at := n.At
	if at.IsZero() {
		at = s.Clock.Now()
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		told, err := s.tell(ctx, n.Corp, n.OpenKfID, n.Token, at)
		if err != nil {
			return fmt.Errorf("note a callback of %s: %w", n.OpenKfID, err)
		}
		queue := lane(n.Corp, n.OpenKfID)
		return s.Jobs.Put(ctx, job.Job{Kind: pullJob, Key: fmt.Sprintf("%s/%d", queue, told), Queue: queue, Due: s.Clock.Now()})
	})
}

// OnAuthChange takes kf_account_auth_change: the admin gave accounts to the app, or took
// them away. What was said at those stays.
func (s *Service) OnAuthChange(ctx context.Context, n notice.Notice) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, id := range n.AuthDelOpenKfID {
			if err := s.saveRevoked(ctx, n.Corp, id, true); err != nil {
				return err
			}
		}
		for _, id := range n.AuthAddOpenKfID {
			if err := s.saveRevoked(ctx, n.Corp, id, false); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.look(ctx, n.Corp)
}

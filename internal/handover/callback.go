package handover

import (
	"context"

	"yutang/internal/wecom/notice"
)

// OnTransferFailed takes change_external_contact/transfer_fail: a customer refused, or the
// taker is full. It is a hint to look now; the platform's record decides.
func (s *Service) OnTransferFailed(ctx context.Context, n notice.Notice) error {
	return s.lookNow(ctx, n.Corp, n.UserID, n.ExternalUserID)
}

// lookNow has the transfers look that wait for a customer to come to a member.
func (s *Service) lookNow(ctx context.Context, corp, taker, external string) error {
	if taker == "" || external == "" {
		return nil
	}
	ids, err := s.awaiting(ctx, corp, taker, external)
	for i := 0; err == nil && i < len(ids); i++ {
		err = s.Jobs.Hasten(ctx, transferJob, ids[i])
	}
	return err
}

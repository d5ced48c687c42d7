package contact

import (
	"context"
	"time"

	"yutang/internal/wecom/notice"
)

// OnAdded takes change_external_contact/add_external_contact.
func (s *Service) OnAdded(ctx context.Context, n notice.Notice) error {
	return s.happened(ctx, n, markAdded)
}

// OnHalfAdded takes change_external_contact/add_half_external_contact.
func (s *Service) OnHalfAdded(ctx context.Context, n notice.Notice) error {
	return s.happened(ctx, n, markHalf)
}

// OnDeleted takes change_external_contact/del_external_contact: the member deleted the
// customer, or a takeover did.
func (s *Service) OnDeleted(ctx context.Context, n notice.Notice) error {
	if n.Source == notice.DeletedByTransfer {
		return s.happened(ctx, n, markTransferred)
	}
	return s.happened(ctx, n, markDeleted)
}

// OnLost takes change_external_contact/del_follow_user: the customer deleted the member.
func (s *Service) OnLost(ctx context.Context, n notice.Notice) error {
	return s.happened(ctx, n, markLost)
}

// OnEdited takes change_external_contact/edit_external_contact. What was edited is not
// told; the refresh finds out.
func (s *Service) OnEdited(ctx context.Context, n notice.Notice) error {
	if n.UserID == "" || n.ExternalUserID == "" {
		return nil
	}
	return s.Refresh(ctx, n.Corp, n.ExternalUserID, n.UserID, n.At)
}

// OnTransferFailed takes change_external_contact/transfer_fail. The relations are as they
// were; a refresh makes sure.
func (s *Service) OnTransferFailed(ctx context.Context, n notice.Notice) error {
	if n.ExternalUserID == "" {
		return nil
	}
	return s.Refresh(ctx, n.Corp, n.ExternalUserID, "", time.Time{})
}

// OnUserRenamed takes change_contact/update_user, which may give a member another id.
func (s *Service) OnUserRenamed(ctx context.Context, n notice.Notice) error {
	if n.UserID == "" || n.NewUserID == "" || n.NewUserID == n.UserID {
		return nil
	}
	return s.Rename(ctx, n.Corp, n.UserID, n.NewUserID)
}

// happened takes one fact of a callback. A notice that does not say about whom is passed
// over: it can never be understood.
func (s *Service) happened(ctx context.Context, n notice.Notice, m mark) error {
	if n.UserID == "" || n.ExternalUserID == "" || n.At.IsZero() {
		return nil
	}
	t := touch{
		user: n.UserID, external: n.ExternalUserID, origin: ByCallback,
		facts: []fact{{n.At.UnixMilli(), m}}, code: n.State, welcome: n.WelcomeCode != "",
	}
	if m.ends() {
		_, err := s.apply(ctx, n.Corp, []touch{t})
		return err
	}
	_, err := s.apply(ctx, n.Corp, []touch{t}, s.refreshJob(n.Corp, n.ExternalUserID, "", time.Time{}))
	return err
}

package handover

import (
	"context"
	"database/sql"

	"yutang/internal/wecom/notice"
)

const selectAwaiting = `SELECT t.id FROM transfer_item i JOIN transfer t ON t.id = i.transfer
	WHERE i.corp = $1 AND i.item = $2 AND i.state = 'waiting' AND t.to_user = $3 AND t.state = 'running'`

// OnTransferFailed takes change_external_contact/transfer_fail: a customer refused, or the
// taker is full. It is a hint to look now; the platform's record decides.
func (s *Service) OnTransferFailed(ctx context.Context, n notice.Notice) error {
	if n.UserID == "" || n.ExternalUserID == "" {
		return nil
	}
	var ids []string
	err := s.DB.Each(ctx, selectAwaiting, []any{n.Corp, n.ExternalUserID, n.UserID}, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Jobs.Hasten(ctx, transferJob, id); err != nil {
			return err
		}
	}
	return nil
}

package handover

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/page"
)

// Unassigned is a customer whose member has left and who was not handed over yet.
type Unassigned struct {
	From     string
	External string
	Left     time.Time
}

// Unassigned asks the platform for customers without a member. cursor is the platform's.
func (s *Service) Unassigned(ctx context.Context, corpID, cursor string) (out page.Page[Unassigned], err error) {
	client, err := s.Clients.Client(ctx, corpID)
	if err != nil {
		return out, err
	}
	p, err := client.GetUnassignedList(ctx, cursor, page.MaxLimit)
	if err != nil {
		return out, fmt.Errorf("list unassigned customers: %w", err)
	}
	out.Items = []Unassigned{}
	for _, u := range p.List {
		out.Items = append(out.Items, Unassigned{From: u.HandoverUserID, External: u.ExternalUserID, Left: u.DimissionTime.Time()})
	}
	if !p.IsLast {
		out.Next = p.NextCursor
	}
	return out, nil
}

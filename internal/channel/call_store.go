package channel

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
)

const (
	putCall = `INSERT INTO channel_call (delivery, endpoint, provider_id, called_at) VALUES ($1, $2, '', $3)
		ON CONFLICT (delivery) DO UPDATE SET endpoint = excluded.endpoint, called_at = excluded.called_at`
	nameCall   = `UPDATE channel_call SET provider_id = $1 WHERE delivery = $2`
	selectCall = `SELECT endpoint, provider_id, called_at FROM channel_call WHERE delivery = $1`
	findCall   = `SELECT delivery FROM channel_call WHERE endpoint = $1 AND provider_id = $2`
	checkCall  = `SELECT delivery FROM channel_call WHERE endpoint = $1 AND delivery = $2`
	deleteCall = `DELETE FROM channel_call WHERE delivery = $1`
)

// call is a message on its way through a provider.
type call struct {
	endpoint   string
	providerID string
	at         time.Time
}

// open notes that a call is about to be made, and has its report followed up.
func (s *Service) open(ctx context.Context, delivery, endpoint string) error {
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, putCall, delivery, endpoint, now.UnixMilli()); err != nil {
			return fmt.Errorf("note call of %s: %w", delivery, err)
		}
		return s.Jobs.Put(ctx, job.Job{Kind: followKind, Key: delivery, Queue: endpoint, Due: now.Add(firstAsk)})
	})
}

// name keeps the provider's number of a message, by which some reports speak of it.
func (s *Service) name(ctx context.Context, delivery, providerID string) error {
	_, err := s.DB.Exec(ctx, nameCall, providerID, delivery)
	return err
}

// called is when and where a message was sent. A missing one is not_found.
func (s *Service) called(ctx context.Context, delivery string) (c call, err error) {
	var at int64
	err = s.DB.Get(ctx, selectCall, []any{delivery}, &c.endpoint, &c.providerID, &at)
	c.at = time.UnixMilli(at).UTC()
	return c, err
}

// find names the delivery that a report of an endpoint speaks of, "" if it is not open.
func (s *Service) find(ctx context.Context, endpoint, ref, providerID string) (delivery string, err error) {
	switch {
	case ref != "":
		err = s.DB.Get(ctx, checkCall, []any{endpoint, ref}, &delivery)
	case providerID != "":
		err = s.DB.Get(ctx, findCall, []any{endpoint, providerID}, &delivery)
	}
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return delivery, err
}

// forget drops the note of a message whose delivery is settled.
func (s *Service) forget(ctx context.Context, delivery string) error {
	_, err := s.DB.Exec(ctx, deleteCall, delivery)
	return err
}

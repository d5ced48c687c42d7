package playbook

import (
	"context"

	"yutang/internal/event"
)

// OnTouched hears of a customer whom somebody else's event changed. Writer only.
func (s *Service) OnTouched(context.Context, uint32) error { return nil }

// NextDue is when the earliest waiting run goes on.
func (s *Service) NextDue() (ms int64, ok bool) { return 0, false }

// Advance goes on with runs that are due. Writer only.
func (s *Service) Advance(context.Context, int64, int) (more bool, err error) { return false, nil }

// Emitted hands over what steps recorded. Writer only.
func (s *Service) Emitted() []*event.Event { return nil }

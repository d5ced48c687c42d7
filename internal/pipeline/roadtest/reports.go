package roadtest

import (
	"time"

	"yutang/internal/insight"
)

// Reports is what reports stand on over this road, in UTC.
func (r *Road) Reports() *insight.Base {
	return &insight.Base{
		Audiences: r.Audiences, Customers: r.Customers, Timeline: r.Timeline, Clock: r.Clock,
		Zone: func() *time.Location { return time.UTC },
		EventKnown: func(name string) bool {
			_, ok := r.Log.NameID(name)
			return ok
		},
	}
}

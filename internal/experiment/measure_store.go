package experiment

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"yutang/internal/page"
)

const (
	selectExposures    = `SELECT ord, arm, cluster, at FROM exposure WHERE experiment = $1 AND at < $2`
	selectExposurePage = `SELECT ord, arm, cluster, at, origin FROM exposure WHERE experiment = $1 AND ord > $2 ORDER BY ord LIMIT $3`
)

// exposures reads who was exposed before the experiment was stopped.
func (s *Service) exposures(ctx context.Context, x Info, m *measured) (out []drawn, err error) {
	until := int64(math.MaxInt64)
	if x.StoppedAt != nil {
		until = x.StoppedAt.UnixMilli()
	}
	for _, a := range x.Arms {
		m.arms = append(m.arms, a.Name)
	}
	clusters := map[string]uint32{"": 0}
	err = s.DB.Each(ctx, selectExposures, []any{x.key, until}, func(rows *sql.Rows) error {
		var e drawn
		var arm, cluster string
		if err := rows.Scan(&e.ord, &arm, &cluster, &e.at); err != nil {
			return err
		}
		i := slices.Index(m.arms, arm)
		if i < 0 {
			i = len(m.arms)
			m.arms = append(m.arms, arm)
		}
		n, ok := clusters[cluster]
		if !ok {
			m.clusters = append(m.clusters, cluster)
			n = uint32(len(m.clusters))
			clusters[cluster] = n
		}
		e.arm, e.cluster = uint8(i), n
		out = append(out, e)
		return nil
	})
	return out, err
}

// Exposures lists who was exposed, by record.
func (s *Service) Exposures(ctx context.Context, experiment, cursor string, limit int) (out page.Page[Exposure], err error) {
	x, err := s.Get(ctx, experiment)
	if err != nil {
		return out, err
	}
	after := uint32(0)
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items := []Exposure{}
	err = s.DB.Each(ctx, selectExposurePage, []any{x.key, int64(after), limit + 1}, func(rows *sql.Rows) error {
		e := Exposure{Experiment: x.Name}
		var at int64
		err := rows.Scan(&e.Ord, &e.Arm, &e.Cluster, &at, &e.Origin)
		e.At = time.UnixMilli(at).UTC()
		items = append(items, e)
		return err
	})
	if err != nil {
		return out, err
	}
	return page.Cut(items, limit, func(e Exposure) uint32 { return e.Ord }), nil
}

package experiment

import (
	"context"
	"sort"

	"yutang/internal/fault"
	"yutang/internal/page"
)

// Person is a customer behind a number of a result.
type Person struct {
	Root      uint32
	Arm       string
	Cluster   string
	At        int64 // of the first exposure, ms
	Mature    bool
	Converted bool
	Orders    int
	Revenue   int64 // minor units
}

// PeopleFilter narrows a list of customers. Zero fields do not.
type PeopleFilter struct {
	Arm       string
	Converted *bool
	Mature    *bool
	Cluster   string
	Cursor    string
	Limit     int
}

// Results is what came of an experiment.
func (s *Service) Results(ctx context.Context, experiment string) (Result, error) {
	r, _, err := s.current(ctx, experiment)
	if err != nil {
		return Result{}, err
	}
	return *r, nil
}

// People lists the customers behind the numbers of Results, by number.
func (s *Service) People(ctx context.Context, experiment string, f PeopleFilter) (out page.Page[Person], err error) {
	after := uint32(0)
	if _, err := page.After(f.Cursor, &after); err != nil {
		return out, err
	}
	r, m, err := s.current(ctx, experiment)
	if err != nil {
		return out, err
	}
	known := f.Arm == ""
	for _, arm := range m.arms {
		known = known || arm == f.Arm
	}
	if !known {
		return out, fault.BadField("arm", "experiment %s has no arm %q", r.Experiment.Name, f.Arm)
	}
	limit, now := page.Limit(f.Limit), m.asOf.UnixMilli()
	items := []Person{}
	i := sort.Search(len(m.subjects), func(i int) bool { return m.subjects[i].root > after })
	for ; i < len(m.subjects) && len(items) <= limit; i++ {
		sub := &m.subjects[i]
		p := Person{
			Root: sub.root, Arm: m.arms[sub.arm], At: sub.at, Mature: sub.matureAt(r.Experiment.Settings) <= now, Converted: sub.converted,
			Orders: int(sub.orders), Revenue: sub.revenue,
		}
		if sub.cluster != 0 {
			p.Cluster = m.clusters[sub.cluster-1]
		}
		if f.wants(p) {
			items = append(items, p)
		}
	}
	return page.Cut(items, limit, func(p Person) uint32 { return p.Root }), nil
}

func (f PeopleFilter) wants(p Person) bool {
	return (f.Arm == "" || f.Arm == p.Arm) && (f.Cluster == "" || f.Cluster == p.Cluster) &&
		(f.Converted == nil || *f.Converted == p.Converted) && (f.Mature == nil || *f.Mature == p.Mature)
}

package experiment

import (
	"context"
	"slices"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"

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
	if err := f.check(r, m); err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	items := []Person{}
	i := sort.Search(len(m.subjects), func(i int) bool { return m.subjects[i].root > after })
	for ; i < len(m.subjects) && len(items) <= limit; i++ {
		if p := m.person(r, i); f.wants(p) {
			items = append(items, p)
		}
	}
	return page.Cut(items, limit, func(p Person) uint32 { return p.Root }), nil
}

// Everybody are the roots behind a number of Results. Limit and Cursor do not matter.
func (s *Service) Everybody(ctx context.Context, experiment string, f PeopleFilter) (*roaring.Bitmap, error) {
	r, m, err := s.current(ctx, experiment)
	if err != nil {
		return nil, err
	}
	if err := f.check(r, m); err != nil {
		return nil, err
	}
	out := roaring.New()
	for i := range m.subjects {
		if p := m.person(r, i); f.wants(p) {
			out.Add(p.Root)
		}
	}
	return out, nil
}

// person is a subject in the words of the outside.
func (m *measured) person(r *Result, i int) Person {
	sub := &m.subjects[i]
	p := Person{
		Root: sub.root, Arm: m.arms[sub.arm], At: sub.at, Mature: sub.matureAt(r.Experiment.Settings) <= m.asOf.UnixMilli(),
		Converted: sub.converted, Orders: int(sub.orders), Revenue: sub.revenue,
	}
	if sub.cluster != 0 {
		p.Cluster = m.clusters[sub.cluster-1]
	}
	return p
}

func (f PeopleFilter) check(r *Result, m *measured) error {
	if f.Arm != "" && !slices.Contains(m.arms, f.Arm) {
		return fault.BadField("arm", "experiment %s has no arm %q", r.Experiment.Name, f.Arm)
	}
	return nil
}

func (f PeopleFilter) wants(p Person) bool {
	return (f.Arm == "" || f.Arm == p.Arm) && (f.Cluster == "" || f.Cluster == p.Cluster) &&
		(f.Converted == nil || *f.Converted == p.Converted) && (f.Mature == nil || *f.Mature == p.Mature)
}

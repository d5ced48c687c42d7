package importer

import (
	"context"
	"errors"
	"slices"

	"yutang/internal/event"
)

// Preview is what an import would do. Rows that were imported before are not known to
// it: they count as accepted here and become duplicates later.
type Preview struct {
	Mapping  *Mapping
	Rows     int64
	Accepted int64
	Repeats  int64 // lines that stand twice in their order
	Rejected int64
	Events   int64
	Reasons  map[string]int64
	Sample   []*event.Event // the first events
	First    []Rejected     // the first rejected rows
}

// Preview reads the whole file without storing anything of it.
func (s *Service) Preview(ctx context.Context, up Upload) (p *Preview, err error) {
	j, err := s.stage(ctx, up)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.drop(j.ID)) }()
	p = &Preview{Mapping: j.Mapping}
	r := &run{s: s, job: j, dry: p, open: s.opener(j)}
	if err := r.do(ctx); err != nil {
		return nil, err
	}
	p.Rows, p.Accepted, p.Repeats, p.Rejected = j.Total, j.Accepted, j.Duplicates, j.Rejected
	p.Events, p.Reasons = j.Events, j.Reasons
	return p, nil
}

// Columns is what a file's header says.
type Columns struct {
	Names    []string // as they stand in the file, empty and repeated ones left out
	Examples []string // the first value of each, "" without one
	Guess    *Mapping // may be too little for an import
}

// Columns reads the header of a file and guesses a mapping, without storing anything.
func (s *Service) Columns(ctx context.Context, up Upload) (c *Columns, err error) {
	up.Mapping = nil
	j, err := s.stageFile(ctx, &up)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.drop(j.ID)) }()
	t, err := openTable(s.opener(j), format{})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	header, rows := t.header(), firstRows(t, 200)
	c = &Columns{Guess: guess(up.Kind, header, rows)}
	for i, name := range header {
		if name != "" && slices.Index(header, name) == i {
			c.Names, c.Examples = append(c.Names, name), append(c.Examples, firstValue(rows, i))
		}
	}
	return c, nil
}

func firstValue(rows [][]string, column int) string {
	for _, r := range rows {
		if column < len(r) && r[column] != "" {
			return r[column]
		}
	}
	return ""
}

// take keeps the first events and rejected rows of a batch.
func (p *Preview) take(b *batch) {
	for _, ev := range b.evs {
		if len(p.Sample) < sampleEvents {
			p.Sample = append(p.Sample, ev)
		}
	}
	for i := range b.outcomes {
		for _, it := range b.outcomes[i].items {
			if it.problem.bad() && len(p.First) < 100 {
				p.First = append(p.First, Rejected{it.line, it.problem.column, it.problem.reason})
			}
		}
	}
}

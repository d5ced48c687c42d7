package welcome

import (
	"context"

	"yutang/internal/page"
	"yutang/internal/staff"
)

// FromStaff reads the directory for Config.Directory.
func FromStaff(s *staff.Service) func(ctx context.Context, corp string) (Directory, error) {
	return func(ctx context.Context, corp string) (Directory, error) {
		d := Directory{Parents: map[int64]int64{}}
		parts, err := s.Departments(ctx, corp)
		if err != nil {
			return Directory{}, err
		}
		for _, p := range parts {
			d.Parents[p.ID] = p.Parent
		}
		for cursor := ""; ; {
			p, err := s.List(ctx, corp, staff.Filter{Cursor: cursor, Limit: page.MaxLimit})
			if err != nil {
				return Directory{}, err
			}
			for _, m := range p.Items {
				d.People = append(d.People, Person{UserID: m.UserID, Name: m.Name, Departments: m.Departments})
			}
			if cursor = p.Next; cursor == "" {
				return d, nil
			}
		}
	}
}

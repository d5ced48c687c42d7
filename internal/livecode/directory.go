package livecode

import (
	"context"

	"yutang/internal/fault"
	"yutang/internal/staff"
)

// Directory is Staff as package staff knows it.
type Directory struct{ *staff.Service }

// Reach says who is there, activated and has the right to customer contact. The right is
// not asked for while the directory knows of nobody who has it.
func (d Directory) Reach(ctx context.Context, corp string, users []string) (map[string]bool, error) {
	follows, err := d.Follows(ctx, corp)
	if err != nil {
		return nil, err
	}
	may := map[string]bool{}
	for _, user := range follows {
		may[user] = true
	}
	out := map[string]bool{}
	for _, user := range users {
		m, err := d.Get(ctx, corp, user)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[user] = m.Here() && (m.Status == staff.Active || m.Status == 0) && (may[user] || len(may) == 0)
	}
	return out, nil
}

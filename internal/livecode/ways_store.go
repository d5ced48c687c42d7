package livecode

import (
	"context"
	"fmt"
)

const countWays = `SELECT COUNT(*) FROM livecode WHERE corp = $1 AND config_id <> ''`

// Ways is how many contact ways a corp has at the platform through us.
func (s *Service) Ways(ctx context.Context, corpID string) (n int, err error) {
	if err := s.DB.Get(ctx, countWays, []any{corpID}, &n); err != nil {
		return 0, fmt.Errorf("count contact ways of %s: %w", corpID, err)
	}
	return n, nil
}

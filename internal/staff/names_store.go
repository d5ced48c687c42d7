package staff

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// nameChunk is how many members one query asks for.
const nameChunk = 500

// Names tells what members are called, by user id, in whichever corp they are; of two of
// one id, who is still there. Ids of nobody are left out.
func (s *Service) Names(ctx context.Context, users []string) (map[string]string, error) {
	out, here := map[string]string{}, map[string]bool{}
	for some := range slices.Chunk(users, nameChunk) {
		var marks strings.Builder
		args := make([]any, len(some))
		for i, user := range some {
			args[i] = user
			marks.WriteString(", $" + strconv.Itoa(i+1))
		}
		text := `SELECT ` + memberColumns + ` FROM staff WHERE user_id IN (` + strings.TrimPrefix(marks.String(), ", ") + `) ORDER BY corp, user_id`
		rows, err := s.rows(ctx, text, args...)
		if err != nil {
			return nil, fmt.Errorf("read names of staff: %w", err)
		}
		for _, r := range rows {
			if _, known := out[r.UserID]; !known || (r.Here() && !here[r.UserID]) {
				out[r.UserID], here[r.UserID] = r.Name, r.Here()
			}
		}
	}
	return out, nil
}

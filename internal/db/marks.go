package db

import "strconv"

// Marks is n placeholders from $first on, for an IN list. A list of few lengths, filled up
// by repeating its last value, keeps the statements few that databases prepare.
func Marks(first, n int) string {
	var out []byte
	for i := range n {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(append(out, '$'), int64(first+i), 10)
	}
	return string(out)
}

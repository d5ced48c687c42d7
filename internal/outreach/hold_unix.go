//go:build unix

package outreach

import (
	"io/fs"
	"strconv"
	"syscall"
)

// fileNumber tells a file from a copy of it.
func fileNumber(info fs.FileInfo) string {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return "/" + strconv.FormatUint(uint64(st.Ino), 10)
	}
	return ""
}

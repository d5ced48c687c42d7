//go:build failpoint

package failpoint

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var (
	point, visit = chosen(os.Getenv("YUTANG_FAILPOINT"))
	bugs         = strings.Split(os.Getenv("YUTANG_BUGS"), ",")
	visits       atomic.Int64
)

func chosen(text string) (Point, int64) {
	name, count, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		n = 1
	}
	return Point(name), n
}

// Hit ends the process if this is the visit that was asked for.
func Hit(p Point) {
	if p != point || visits.Add(1) != visit {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal is on its way
}

// Broken says whether the program was given this bug.
func Broken(b Bug) bool { return slices.Contains(bugs, string(b)) }

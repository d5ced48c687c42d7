package wecom

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"yutang/internal/job"
)

// heldPause is when a held call may be tried again.
const heldPause = time.Minute

// held refuses a call that would change something while that is not allowed. The error is
// NotSent, and a job that returns it comes again without counting an attempt.
func (c *Client) held(r request) error {
	if c.cfg.Hold == nil || !changes(r.method, r.path) {
		return nil
	}
	why := c.cfg.Hold()
	if why == nil {
		return nil
	}
	return &Error{
		Path: r.path, Class: NotSent, RetryAfter: heldPause,
		cause: &job.Later{At: c.cfg.Clock.Now().Add(heldPause), Reason: why.Error()},
	}
}

// changes says whether a call may change something at the platform, or reach somebody.
// What is not known to read only is taken to change.
func changes(method, at string) bool {
	if method == http.MethodGet {
		return false
	}
	last := path.Base(at)
	if slices.Contains(readingPosts, last) {
		return false
	}
	return !slices.ContainsFunc(readingPrefixes, func(p string) bool { return strings.HasPrefix(last, p) })
}

var (
	readingPrefixes = []string{"get", "list", "check_", "convert_to", "unionid_to", "opengid_to"}
	readingPosts    = []string{"statistic", "statistic_group_by_day", "customer", "transfer_result", "batchget", "sync_msg"}
)

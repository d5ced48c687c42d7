package wecomsim

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestKfSession_KeepsItsLimits writes and moves at random: never more than five messages for
// one of the customer, never after 48 hours, never out of state.
func TestKfSession_KeepsItsLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k, at := newKfSession(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var spoke time.Time
		sent := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "hours")) * time.Hour)
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				k.speak(at)
				spoke, sent = at, 0
			case 1:
				to := rapid.IntRange(kfNew, kfEnded).Draw(t, "to")
				from := k.state
				if code := k.move(to, "li"); (code == 0) != kfMayMove(from, to) || (from == kfEnded && code != 95013) {
					t.Fatalf("move %d to %d = %d", from, to, code)
				}
			default:
				if k.maySend(at, false) != 0 {
					continue
				}
				k.sent++
				if sent++; sent > kfWindowMsgs || at.Sub(spoke) > kfWindow || k.state > kfRobot {
					t.Fatalf("message %d sent %s after the customer's, state %d", sent, at.Sub(spoke), k.state)
				}
			}
		}
	})
}

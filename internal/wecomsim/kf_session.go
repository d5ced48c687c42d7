package wecomsim

import "time"

// The states of a customer-service session. A session is moved by the app (service_state/trans)
// and by servicers on their phones:
//
//	4 ended or not begun ──customer writes──▶ 0 new ──▶ 1 robot ──▶ 2 queue ──▶ 3 person ──▶ 4
//	                                           └──────────┴─────────────┴─────────▲
const (
	kfNew = iota
	kfRobot
	kfQueue
	kfPerson
	kfEnded
)

const (
	kfWindow     = 48 * time.Hour // after the customer's last message
	kfWindowMsgs = 5              // that the app may send in it
	kfKept       = 72 * time.Hour // how long sync_msg gives a message
	kfTokenLife  = 10 * time.Minute
	kfCodeLife   = 20 * time.Second
)

// kfMayMove says whether the app may move a session from one state to the other.
func kfMayMove(from, to int) bool {
	switch from {
	case kfNew:
		return to == kfRobot || to == kfQueue || to == kfPerson || to == kfEnded
	case kfRobot:
		return to == kfQueue || to == kfPerson || to == kfEnded
	case kfQueue:
		return to == kfPerson || to == kfEnded
	case kfPerson:
		return to == kfQueue || to == kfPerson || to == kfEnded
	}
	return false
}

// kfSession is one customer at one account.
type kfSession struct {
	state     int
	servicer  string
	spoke     time.Time // the customer's last message; zero: none yet
	sent      int       // by the app since then
	entered   time.Time
	welcomed  time.Time
	everEnded bool
}

// newKfSession is a session not begun.
func newKfSession() *kfSession { return &kfSession{state: kfEnded} }

// speak notes a message of the customer: it opens the window again, and a session that was
// not begun or has ended begins anew.
func (k *kfSession) speak(at time.Time) {
	k.spoke, k.sent = at, 0
	if k.state == kfEnded {
		k.state, k.servicer = kfNew, ""
	}
}

// maySend is the platform's code for a message of the app at this time, 0 if it may go. byPerson
// says whether the app may also write while a person serves.
func (k *kfSession) maySend(at time.Time, byPerson bool) int {
	switch {
	case k.spoke.IsZero():
		return 95002
	case at.Sub(k.spoke) > kfWindow:
		return 95002
	case k.state != kfNew && k.state != kfRobot && (k.state != kfPerson || !byPerson):
		return 95018
	case k.sent >= kfWindowMsgs:
		return 95001
	}
	return 0
}

// move is the platform's code for the app's wish to bring the session to a state, 0 if done.
func (k *kfSession) move(to int, servicer string) int {
	switch {
	case k.state == kfEnded:
		return 95013
	case !kfMayMove(k.state, to):
		return 95016
	}
	k.state = to
	k.servicer = ""
	if to == kfPerson {
		k.servicer = servicer
	}
	if to == kfEnded {
		k.everEnded = true
	}
	return 0
}

// deservesWelcome says whether entering now gives a welcome code: nothing said and no welcome
// in the last 48 hours.
func (k *kfSession) deservesWelcome(at time.Time) bool {
	return at.Sub(k.spoke) > kfWindow && at.Sub(k.welcomed) > kfWindow
}

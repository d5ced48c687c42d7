package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Origin says who made a message.
type Origin int

// The origins, as the platform numbers them.
const (
	FromCustomer Origin = 3
	FromSystem   Origin = 4
	FromServicer Origin = 5
)

// Step is what happened to a session.
type Step string

// The steps. "" is none.
const (
	Entered     Step = "entered" // the customer opened the account
	Taken       Step = "taken"   // a servicer took the session
	Reopened    Step = "reopened"
	Transferred Step = "transferred"
	Ended       Step = "ended"
)

var stepOf = map[int64]Step{1: Taken, 2: Transferred, 3: Ended, 4: Reopened}

// item is one thing that sync_msg gave: a message, or an event of a session.
type item struct {
	id       string
	account  string
	at       time.Time
	external string // "" where no customer takes part
	servicer string // who speaks, or who has the session now; with Ended who had it
	origin   Origin
	kind     string // msgtype, or "event:" and the type of event
	step     Step
	raw      []byte

	before   string // who had the session
	scene    string
	param    string // scene_param
	code     string // welcome_code
	failed   string // id of a message that failed
	failType int64
	recalled string // id of a message that was taken back
}

// Limits of what is kept in clear. The platform's ids are shorter.
const (
	maxID    = 128
	maxKind  = 64
	maxScene = 256
)

const eventKind = "event:"

// parse reads an item, whatever it looks like: what is missing stays empty, and one without
// an id is known by its content. account and now stand in where it says nothing usable.
func parse(raw []byte, account string, now time.Time) item {
	r := gjson.Result{}
	if gjson.ValidBytes(raw) {
		r = gjson.ParseBytes(raw)
	}
	e := r.Get("event")
	first := func(path string, n int) string { return clean(either(r.Get(path), e.Get(path)), n) }
	it := item{
		id: clean(r.Get("msgid"), maxID), account: first("open_kfid", maxID), external: first("external_userid", maxID),
		servicer: first("servicer_userid", maxID), origin: Origin(whole(r.Get("origin"))), kind: clean(r.Get("msgtype"), maxKind),
		at: stamp(whole(r.Get("send_time")), now), raw: raw,
	}
	if it.id == "" {
		sum := sha256.Sum256(raw)
		it.id = "sha256-" + hex.EncodeToString(sum[:])
	}
	if it.account == "" {
		it.account = account
	}
	if it.kind == "event" {
		it.event(e)
	}
	return it
}

// event reads what an event says.
func (it *item) event(e gjson.Result) {
	what := clean(e.Get("event_type"), maxKind-len(eventKind))
	it.kind = eventKind + what
	switch what {
	case "enter_session":
		it.step, it.code = Entered, clean(e.Get("welcome_code"), maxScene)
		it.scene, it.param = clean(e.Get("scene"), maxScene), clean(e.Get("scene_param"), maxScene)
	case "session_status_change":
		it.step, it.before = stepOf[whole(e.Get("change_type"))], clean(e.Get("old_servicer_userid"), maxID)
		it.servicer = clean(e.Get("new_servicer_userid"), maxID)
		if it.step == Ended && it.servicer == "" {
			it.servicer = it.before
		}
	case "msg_send_fail":
		it.failed, it.failType = clean(e.Get("fail_msgid"), maxID), whole(e.Get("fail_type"))
	case "user_recall_msg", "servicer_recall_msg":
		it.recalled = clean(e.Get("recall_msgid"), maxID)
	}
}

// said says that somebody wrote something.
func (it item) said() bool { return !strings.HasPrefix(it.kind, eventKind) }

func either(a, b gjson.Result) gjson.Result {
	if a.Type == gjson.String && a.Str != "" {
		return a
	}
	return b
}

// clean is a text that both engines can store, of at most n bytes. Anything else than a text
// is "".
func clean(r gjson.Result, n int) string {
	if r.Type != gjson.String {
		return ""
	}
	s := strings.ReplaceAll(strings.ToValidUTF8(r.Str, ""), "\x00", "")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// whole is a number, also one in quotes; 0 for anything else.
func whole(r gjson.Result) int64 {
	if r.Type != gjson.Number && r.Type != gjson.String {
		return 0
	}
	n := r.Int()
	if n < 0 || n > 1<<53 {
		return 0
	}
	return n
}

// stamp is a time in seconds; now where it cannot be.
func stamp(seconds int64, now time.Time) time.Time {
	at := time.Unix(seconds, 0).UTC()
	if seconds <= 0 || at.After(now.Add(time.Hour)) {
		return now.UTC().Truncate(time.Millisecond)
	}
	return at
}

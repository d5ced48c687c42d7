package wecomsim

import (
	"slices"
	"time"
)

const (
	kfAccounts            = 5000 // of a corp; an uncertified one may have 10
	kfPage                = 1000
	kfNameChars           = 16
	kfPulls               = 10 // sync_msg without a token, in a minute
	kfAccountsUncertified = 10
)

// kf is the corp's customer service in WeChat (微信客服).
type kf struct {
	accounts []*kfAccount // in order of making
	log      []kfMessage  // what sync_msg gives, of all accounts
	seq      int64
	tokens   map[string]kfToken
	codes    map[string]*kfCode
	pulls    []time.Time // sync_msg without a token
}

// kfAccount is one service account.
type kfAccount struct {
	id, name, media string
	servicers       []kfServicer
	sessions        map[string]*kfSession // by external_userid
	visitors        []string              // external_userids in order of coming
	talk            map[string][]Message  // what phones show, by external_userid
	rejects         map[string]bool       // customers who refuse messages
	days            map[int32]*kfDay
}

// kfServicer is a member, or a department, who serves.
type kfServicer struct {
	user   string
	party  int64
	paused bool
}

// kfDay counts what happened at an account on a day.
type kfDay struct {
	sessions, said int
	customers      map[string]bool
	byServicer     map[string]int // sessions
}

// kfMessage is a row of sync_msg.
type kfMessage struct {
	seq     int64
	at      time.Time
	account string
	body    obj
}

type kfToken struct {
	account string
	expires time.Time
}

// kfCode lets the app say one thing after an event.
type kfCode struct {
	account, customer string
	welcome           bool
	expires           time.Time
}

func newKf() kf {
	return kf{tokens: map[string]kfToken{}, codes: map[string]*kfCode{}}
}

func (s *Sim) kfAccount(id string) *kfAccount {
	for _, a := range s.more.kf.accounts {
		if a.id == id {
			return a
		}
	}
	return nil
}

// session is the customer's at the account; it begins as not begun.
func (a *kfAccount) session(customer string) *kfSession {
	k, ok := a.sessions[customer]
	if !ok {
		k = newKfSession()
		a.sessions[customer] = k
		a.visitors = append(a.visitors, customer)
	}
	return k
}

func (a *kfAccount) day(t time.Time) *kfDay {
	n, _, _ := periods(t)
	d, ok := a.days[n]
	if !ok {
		d = &kfDay{customers: map[string]bool{}, byServicer: map[string]int{}}
		a.days[n] = d
	}
	return d
}

// servicer finds the member among those who serve, by name or by department.
func (s *Sim) servicer(a *kfAccount, m *member) (*kfServicer, bool) {
	for i := range a.servicers {
		v := &a.servicers[i]
		if v.user == m.id || v.party != 0 && s.in(m, v.party) {
			return v, true
		}
	}
	return nil, false
}

// kfAppend adds a row for sync_msg and tells that there is something to pull.
func (s *Sim) kfAppend(a *kfAccount, body obj) {
	k := &s.more.kf
	k.seq++
	body["msgid"], body["send_time"] = s.ids.make("kfmsg", 27), s.at.Unix()
	k.log = append(k.log, kfMessage{seq: k.seq, at: s.at, account: a.id, body: body})
	token := s.ids.make("ENC", 40)
	k.tokens[token] = kfToken{account: a.id, expires: s.at.Add(kfTokenLife)}
	s.after(kfTokenLife, func() { delete(k.tokens, token) })
	s.emit(event{kind: kindKf, key: "kf:" + a.id, from: "-", fields: []field{
		text("Event", "kf_msg_or_event"), text("Token", token), text("OpenKfId", a.id),
	}})
}

// kfEvent adds an event row.
func (s *Sim) kfEvent(a *kfAccount, kind string, more obj) {
	e := obj{"event_type": kind, "open_kfid": a.id}
	for k, v := range more {
		e[k] = v
	}
	s.kfAppend(a, obj{"origin": 4, "msgtype": "event", "event": e})
}

// kfCodeFor makes a code for one message of the app.
func (s *Sim) kfCodeFor(a *kfAccount, customer string, welcome bool) string {
	v := s.ids.make("kfcode", 30)
	s.more.kf.codes[v] = &kfCode{account: a.id, customer: customer, welcome: welcome, expires: s.at.Add(kfCodeLife)}
	s.after(kfCodeLife+time.Second, func() { delete(s.more.kf.codes, v) })
	return v
}

// kfPerson gives the session to a servicer and counts it.
func (s *Sim) kfServed(a *kfAccount, user string) { a.day(s.at).byServicer[user]++ }

// kfHears notes a customer's message.
func (s *Sim) kfHears(a *kfAccount, customer, words string) {
	k := a.session(customer)
	d := a.day(s.at)
	if k.state == kfEnded {
		d.sessions++
	}
	d.said++
	d.customers[customer] = true
	k.speak(s.at)
	a.talk[customer] = append(a.talk[customer], Message{At: s.at, From: customer, Kind: "text", Text: words})
	s.kfAppend(a, obj{"open_kfid": a.id, "external_userid": customer, "origin": 3, "msgtype": "text", "text": obj{"content": words}})
}

// kfRows gives a page of the log: at most limit rows after a place are looked at, so that a
// page may be empty and yet not the last.
func (s *Sim) kfRows(after int64, account string, limit int) (rows []obj, last int64, more bool) {
	k := &s.more.kf
	for len(k.log) > 0 && s.at.Sub(k.log[0].at) > kfKept {
		k.log = k.log[1:]
	}
	rows, last = []obj{}, after
	i, _ := slices.BinarySearchFunc(k.log, after+1, func(m kfMessage, seq int64) int {
		if m.seq < seq {
			return -1
		}
		return 1
	})
	for looked := 0; i < len(k.log); i++ {
		if looked == limit {
			return rows, last, true
		}
		looked++
		last = k.log[i].seq
		if account == "" || k.log[i].account == account {
			rows = append(rows, k.log[i].body)
		}
	}
	return rows, last, false
}

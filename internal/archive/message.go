package archive

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/contact"
	"yutang/internal/event"
)

// message is an opened row.
type message struct {
	seq    int64
	id     string
	at     time.Time
	action string // send, recall
	from   string
	to     []string
	room   string
	kind   string
	body   []byte

	staff, external string // see classify
	inbound         bool
}

var (
	errDamaged  = errors.New("archive: the row is damaged")
	errWrongKey = errors.New("the private key does not open the rows: enter the one whose public part the platform has")
)

// unlocker opens rows with the keys of one corp.
type unlocker struct {
	source Source
	texts  map[int]string
	keys   keyring
}

// keyring holds the keys that were needed, by version.
type keyring map[int]*rsa.PrivateKey

func (u *unlocker) key(version int) (*rsa.PrivateKey, error) {
	if k := u.keys[version]; k != nil {
		return k, nil
	}
	text, ok := u.texts[version]
	if !ok {
		return nil, fmt.Errorf("the private key of version %d is not known: enter it, messages are kept for five days", version)
	}
	k, err := privateKey(text)
	if err == nil {
		u.keys[version] = k
	}
	return k, err
}

// open reads a row. errDamaged concerns the row alone; any other error the corp's keys.
func (u *unlocker) open(r Row) (message, error) {
	key, err := u.key(r.KeyVersion)
	if err != nil {
		return message{}, err
	}
	wrapped, err := base64.StdEncoding.DecodeString(r.RandomKey)
	if err != nil || len(wrapped) != key.Size() {
		return message{}, errDamaged
	}
	random, err := rsa.DecryptPKCS1v15(nil, key, wrapped) //nolint:staticcheck // the platform's padding
	if err != nil {
		return message{}, errWrongKey
	}
	plain, err := u.source.Decrypt(random, r.Message)
	if err != nil {
		return message{}, errDamaged
	}
	m, err := parse(plain)
	if err != nil || m.id != r.MsgID {
		return message{}, errDamaged
	}
	m.seq = r.Seq
	return m, nil
}

// parse reads the platform's JSON of a message.
func parse(plain []byte) (message, error) {
	if !gjson.ValidBytes(plain) {
		return message{}, errDamaged
	}
	r := gjson.ParseBytes(plain)
	m := message{
		id: r.Get("msgid").String(), action: r.Get("action").String(), from: r.Get("from").String(), room: r.Get("roomid").String(),
		kind: r.Get("msgtype").String(), body: plain,
	}
	at := r.Get("msgtime").Int()
	if m.action == actionSwitch {
		at = r.Get("time").Int()
	}
	if !r.IsObject() || m.id == "" || m.action == "" || at <= 0 {
		return message{}, errDamaged
	}
	m.at = time.UnixMilli(at).UTC()
	for _, to := range r.Get("tolist").Array() {
		m.to = append(m.to, to.String())
	}
	return m, nil
}

// Actions and kinds that are no talk.
const (
	actionSend   = "send"
	actionSwitch = "switch" // the member changed the enterprise on the phone
	kindAgree    = "agree"
	kindDisagree = "disagree"
)

// talk says that somebody said something.
func (m message) talk() bool {
	return m.action == actionSend && m.kind != kindAgree && m.kind != kindDisagree
}

// isOutsider says whether an id that no member has is a customer's: archive robots begin
// otherwise.
func isOutsider(id string) bool { return strings.HasPrefix(id, "wm") || strings.HasPrefix(id, "wo") }

// cast knows who is who of one corp, for one pull.
type cast struct {
	corp    string
	member  func(ctx context.Context, corpID, user string) (bool, error)
	members map[string]bool
}

func (c *cast) isMember(ctx context.Context, id string) (bool, error) {
	if is, ok := c.members[id]; ok {
		return is, nil
	}
	is, err := c.member(ctx, c.corp, id)
	if err == nil {
		c.members[id] = is
	}
	return is, err
}

// classify finds out who speaks to whom. ok is false where no customer takes part.
func (c *cast) classify(ctx context.Context, m *message) (ok bool, err error) {
	byMember, err := c.isMember(ctx, m.from)
	if err != nil {
		return false, err
	}
	m.inbound = !byMember
	switch {
	case m.inbound && !isOutsider(m.from):
		return false, nil
	case m.room != "":
		return c.inRoom(ctx, m)
	case len(m.to) != 1:
		return false, nil
	}
	member, outsider := m.from, m.to[0]
	if m.inbound {
		member, outsider = m.to[0], m.from
	}
	m.staff, m.external = member, outsider
	here, err := c.isMember(ctx, member)
	if err != nil || !here {
		return false, err
	}
	there, err := c.isMember(ctx, outsider)
	return !there && isOutsider(outsider), err
}

// inRoom notes who speaks in a group of customers.
func (c *cast) inRoom(ctx context.Context, m *message) (bool, error) {
	if m.inbound {
		m.external = m.from
		return true, nil
	}
	m.staff = m.from
	for _, id := range m.to {
		is, err := c.isMember(ctx, id)
		if err != nil {
			return false, err
		}
		if !is && isOutsider(id) {
			return true, nil
		}
	}
	return false, nil
}

// event is what the customer's history gets, nil if nothing: what a member says in a group
// is said to nobody in particular.
func (m message) event(corpID string, source int64, received time.Time) *event.Event {
	if !m.talk() || m.external == "" {
		return nil
	}
	name := event.MessageSent
	if m.inbound {
		name = event.MessageReplied
	}
	return &event.Event{
		SourceID: source, MessageID: "archive/" + corpID + "/" + m.id, Name: name, At: m.at, ReceivedAt: received,
		Identities: []event.Identity{contact.IdentityOf(corpID, m.external)},
		Props:      props(corpID, m),
	}
}

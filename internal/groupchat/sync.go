package groupchat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/wecom"
)

// Kinds of difference between what we hold and what the platform says.
const (
	DriftGroup  = "groups" // unknown, dismissed, or with another name or owner
	DriftJoined = "joined" // members nobody told us of
	DriftLeft   = "left"
	ownersAsked = 100 // owners named in one call
	listPage    = 1000
)

// Chats lists the groups to compare in a pull: those that the platform lists for the
// corp's owners, and ours that it does not.
func (s *Service) Chats(ctx context.Context, corp string) ([]string, error) {
	client, err := s.Client(ctx, corp)
	if err != nil {
		return nil, err
	}
	owners, err := s.Owners(ctx, corp)
	if err != nil {
		return nil, err
	}
	owners = slices.Clone(owners)
	slices.Sort(owners)
	found := map[string]bool{}
	for some := range slices.Chunk(owners, ownersAsked) {
		for f := (wecom.GroupFilter{OwnerFilter: &wecom.OwnerFilter{UserIDList: some}, Limit: listPage}); ; {
			p, err := client.GroupChatList(ctx, f)
			if err != nil {
				return nil, fmt.Errorf("list groups: %w", err)
			}
			for _, g := range p.List {
				found[g.ChatID] = true
			}
			if f.Cursor = p.NextCursor; f.Cursor == "" {
				break
			}
		}
	}
	ours, err := s.chats(ctx, corp)
	if err != nil {
		return nil, err
	}
	for _, chat := range ours {
		found[chat] = true
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// PullChat asks for one group, brings it in line and counts what was different.
func (s *Service) PullChat(ctx context.Context, corp, chat string) (drift map[string]int, err error) {
	_, drift, err = s.pull(ctx, corp, chat)
	return drift, err
}

// pull is PullChat; g is the group as it is now.
func (s *Service) pull(ctx context.Context, corp, chat string) (g Group, drift map[string]int, err error) {
	client, err := s.Client(ctx, corp)
	if err != nil {
		return g, nil, err
	}
	asked := s.Clock.Now()
	got, err := client.GroupChatGet(ctx, chat)
	if wecom.Is(err, wecom.CodeGroupDismissed, wecom.CodeNotCustomerRoom, codeNoRoom) {
		return s.dismiss(ctx, corp, chat, asked)
	}
	if err != nil {
		return g, nil, fmt.Errorf("read group %s: %w", chat, err)
	}
	return s.take(ctx, corp, got, asked)
}

// codeNoRoom says that an id names no customer group.
const codeNoRoom = 90509

// settling is how long the platform's answers may trail its notices.
const settling = 5 * time.Second

// lock makes the caller the only one who changes a group.
func (s *Service) lock(corp, chat string) (unlock func()) {
	m := &s.locks[maphash.Comparable(s.seed, [2]string{corp, chat})%stripes]
	m.Lock()
	return m.Unlock
}

// ledger collects what an answer changes: events first, then rows.
type ledger struct {
	group   Group
	was     Group
	known   bool
	changed []Member
	events  []*event.Event
	drift   map[string]int
}

// take brings a group in line with an answer of the platform. An answer older than one
// taken in before says nothing.
func (s *Service) take(ctx context.Context, corp string, got wecom.GroupChat, asked time.Time) (Group, map[string]int, error) {
	defer s.lock(corp, got.ChatID)()
	was, known, err := s.find(ctx, corp, got.ChatID)
	if err != nil || was.PulledAt.After(asked) {
		return was, nil, err
	}
	l := &ledger{group: was, was: was, known: known, drift: map[string]int{}}
	l.group.Name, l.group.Owner, l.group.version = got.Name, got.Owner, got.MemberVersion
	l.group.CreatedAt, l.group.PulledAt, l.group.DismissedAt = got.CreateTime.Time(), asked, time.Time{}
	before, err := s.stays(ctx, corp, got.ChatID)
	if err != nil {
		return was, nil, err
	}
	l.group.Size, l.group.Externals = len(got.MemberList), 0
	there := map[string]bool{}
	for _, m := range got.MemberList {
		there[m.UserID] = true
		if m.Type == wecom.MemberExternal {
			l.group.Externals++
		}
		s.arrive(l, before[m.UserID], m)
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if m := before[id]; m.In() && !there[id] {
			s.depart(l, m, asked, QuitUnknown)
		}
	}
	if !known || was.Name != got.Name || was.Owner != got.Owner || !was.DismissedAt.IsZero() {
		l.drift[DriftGroup]++
	}
	if err := s.commit(ctx, l); err != nil {
		return was, nil, err
	}
	return l.group, l.drift, nil
}

// arrive holds a listed member against what we know of the member's stays.
func (s *Service) arrive(l *ledger, was Member, m wecom.GroupMember) {
	now := Member{
		Corp: l.group.Corp, Chat: l.group.Chat, ID: m.UserID, External: m.Type == wecom.MemberExternal, Scene: scenes[m.JoinScene],
		Inviter: m.Invitor.UserID, State: m.State, Stays: was.Stays, JoinedAt: m.JoinTime.Time(), Name: m.Name, Nickname: m.GroupNickname, Leaf: was.Leaf,
	}
	if now.JoinedAt.IsZero() {
		now.JoinedAt = cmp.Or(was.JoinedAt, l.group.PulledAt)
	}
	again := was.Stays > 0 && now.JoinedAt.After(was.JoinedAt)
	switch {
	case was.Stays > 0 && !was.In() && !again:
		if l.group.PulledAt.Sub(was.LeftAt) >= settling { // else the answer may be from before
			l.changed = append(l.changed, now)
			l.drift[DriftJoined]++
		}
		return
	case was.Stays > 0 && !again:
		if was.Scene != now.Scene || was.Inviter != now.Inviter || was.State != now.State || was.Name != now.Name || was.Nickname != now.Nickname {
			l.changed = append(l.changed, now)
		}
		return
	case again && was.In(): // the end of the stay before was missed
		was.LeftAt, was.Quit = now.JoinedAt, QuitUnknown
		l.events = append(l.events, s.left(l.group, was))
	}
	if was.Stays == 0 || again {
		now.Stays++
	}
	l.changed = append(l.changed, now)
	l.drift[DriftJoined]++
	l.events = append(l.events, s.joined(l.group, now, m.UnionID))
}

// depart ends a stay.
func (s *Service) depart(l *ledger, m Member, at time.Time, quit string) {
	m.LeftAt, m.Quit = at, quit
	if at.Before(m.JoinedAt) {
		m.LeftAt = m.JoinedAt
	}
	l.changed = append(l.changed, m)
	l.drift[DriftLeft]++
	l.events = append(l.events, s.left(l.group, m))
}

// commit tells the events of external members and then writes the rows. A crash between the
// two repeats both: an event is named by its stay.
func (s *Service) commit(ctx context.Context, l *ledger) error {
	evs := slices.DeleteFunc(l.events, func(ev *event.Event) bool { return ev == nil })
	for some := range slices.Chunk(evs, 500) {
		if _, err := s.Submit.SubmitEvents(ctx, some); err != nil {
			return fmt.Errorf("tell of members of group %s: %w", l.group.Chat, err)
		}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, m := range l.changed {
			if m.External && m.Leaf == 0 {
				m.Leaf = s.leafOf(m.Corp, m.ID)
			}
			if err := s.saveMember(ctx, m); err != nil {
				return err
			}
		}
		if err := s.save(ctx, l.group); err != nil {
			return err
		}
		if l.known && l.was.Size == l.group.Size && l.was.DismissedAt.Equal(l.group.DismissedAt) {
			return nil
		}
		return s.moveCodes(ctx, l.group, !l.known)
	})
}

// dismiss ends a group that is no more, with all stays.
func (s *Service) dismiss(ctx context.Context, corp, chat string, at time.Time) (Group, map[string]int, error) {
	defer s.lock(corp, chat)()
	was, known, err := s.find(ctx, corp, chat)
	if err != nil || !known || !was.DismissedAt.IsZero() {
		return was, nil, err
	}
	l := &ledger{group: was, was: was, known: true, drift: map[string]int{DriftGroup: 1}}
	l.group.DismissedAt, l.group.PulledAt, l.group.Size, l.group.Externals = at, at, 0, 0
	before, err := s.stays(ctx, corp, chat)
	if err != nil {
		return was, nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if m := before[id]; m.In() {
			s.depart(l, m, at, QuitDismissed)
		}
	}
	return l.group, l.drift, s.commit(ctx, l)
}

func (s *Service) leafOf(corp, id string) uint32 {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	leaf, _ := s.Identity.LookupLeaf(event.Identity{Type: "external_userid:" + corp, Value: id})
	return leaf
}

// joined is the event of a stay's beginning, nil for staff.
func (s *Service) joined(g Group, m Member, unionid string) *event.Event {
	ev := s.event(event.GroupJoined, g, m, m.JoinedAt, map[string]any{"scene": m.Scene, "inviter": m.Inviter, "state": m.State, "first": m.Stays == 1})
	if ev != nil && unionid != "" {
		ev.Identities = append(ev.Identities, event.Identity{Type: "unionid", Value: unionid})
	}
	return ev
}

// left is the event of a stay's end, nil for staff.
func (s *Service) left(g Group, m Member) *event.Event {
	return s.event(event.GroupLeft, g, m, m.LeftAt, map[string]any{"quit": m.Quit})
}

func (s *Service) event(name string, g Group, m Member, at time.Time, props map[string]any) *event.Event {
	if !m.External {
		return nil
	}
	for k, v := range props {
		if v == "" {
			delete(props, k)
		}
	}
	props["corp"], props["group"], props["group_name"], props["owner"] = g.Corp, g.Chat, g.Name, g.Owner
	raw, _ := json.Marshal(props)
	return &event.Event{
		SourceID: s.Source, MessageID: fmt.Sprintf("group/%s/%s/%s/%d/%s", g.Corp, g.Chat, m.ID, ms(m.JoinedAt), name), Name: name,
		At: at, ReceivedAt: s.Clock.Now(), Props: raw,
		Identities: []event.Identity{{Type: "external_userid:" + g.Corp, Value: m.ID}},
	}
}

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/acquisition"
	"yutang/internal/audience"
	"yutang/internal/contact"
	"yutang/internal/groupchat"
	"yutang/internal/livecode"
	"yutang/internal/masssend"
	"yutang/internal/page"
	"yutang/internal/reconcile"
	"yutang/internal/tag"
	"yutang/internal/wecom"
)

// whyHeld holds every call that changes something at the platform while sending is held: a
// copy of the brand must not act for it.
func (a *App) whyHeld() error {
	if hold, held := a.outreach.Held(); held {
		return fmt.Errorf("sending is held (%s)", hold.Reason)
	}
	return nil
}

// corpIDs lists the connected corps.
func (a *App) corpIDs(ctx context.Context) (ids []string, err error) {
	list, err := a.corps.List(ctx)
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids, err
}

// wroteTags tells the contacts what tags wrote to the platform, which calls nobody back.
func (a *App) wroteTags(ctx context.Context, corpID, user, external string, added, removed []string) error {
	return a.contacts.Wrote(ctx, corpID, user, external, func(c *contact.Contact) {
		c.Tags = slices.DeleteFunc(append(c.Tags, added...), func(t string) bool { return slices.Contains(removed, t) })
	})
}

// arrivalTags lets live codes tag who arrives.
type arrivalTags struct{ tags *tag.Service }

// Put passes an order on.
func (t arrivalTags) Put(ctx context.Context, o livecode.TagOrder) error {
	return t.tags.Put(ctx, tag.Order{Corp: o.Corp, User: o.User, External: o.External, Add: o.Add, Why: o.Why, At: o.At})
}

// linkTags lets acquisition links tag who arrives.
type linkTags struct{ tags *tag.Service }

// Put passes an order on.
func (t linkTags) Put(ctx context.Context, o acquisition.TagOrder) error {
	return t.tags.Put(ctx, tag.Order{Corp: o.Corp, User: o.User, External: o.External, Add: o.Add, Why: o.Why, At: o.At})
}

// lateWelcomes breaks the circle between live codes and welcomes, which read each other.
type lateWelcomes struct{ a *App }

// Check says what is wrong with a greeting.
func (w lateWelcomes) Check(ctx context.Context, _ string, raw json.RawMessage) error {
	return w.a.welcome.Check(ctx, raw, "")
}

// Keep keeps its media ready.
func (w lateWelcomes) Keep(ctx context.Context, owner, corpID string, raw json.RawMessage) error {
	return w.a.welcome.Keep(ctx, owner, corpID, raw)
}

// Drop lets them go.
func (w lateWelcomes) Drop(ctx context.Context, owner string) error {
	return w.a.welcome.Drop(ctx, owner)
}

// sales tells live codes what customers bought.
type sales struct{ a *App }

// Since sums completed orders per person from the earliest of its records' moments.
func (s sales) Since(ctx context.Context, from map[uint32]time.Time) (buyers int, net int64, err error) {
	since := map[uint32]time.Time{}
	s.a.timeline.RLock()
	for leaf, at := range from {
		root := s.a.timeline.Root(leaf)
		if old, ok := since[root]; !ok || at.Before(old) {
			since[root] = at
		}
	}
	s.a.timeline.RUnlock()
	for root, at := range since {
		n, sum, err := s.a.customers.OrdersSince(ctx, root, at)
		if err != nil {
			return 0, 0, err
		}
		if n > 0 {
			buyers++
			net += sum
		}
	}
	return buyers, net, nil
}

// nameOf is how staff may call a customer in a message.
func (a *App) nameOf(ctx context.Context, leaf uint32) string {
	a.timeline.RLock()
	root := a.timeline.Root(leaf)
	a.timeline.RUnlock()
	p, err := a.customers.Profile(ctx, root)
	if err != nil {
		return ""
	}
	var name string
	if json.Unmarshal(p.Traits["name"], &name) != nil {
		return ""
	}
	return name
}

// groupsAtOnce is how many groups are compared at the same time.
const groupsAtOnce = 8

// pullGroups compares the groups of a corp, and once a night reads their owners' counts.
func (a *App) pullGroups(ctx context.Context, run *reconcile.Run) error {
	items, err := run.Items(ctx, func(ctx context.Context) ([]string, error) {
		items, err := a.groups.Chats(ctx, run.Corp())
		if err != nil || !run.Full() {
			return items, err
		}
		owners, err := a.staff.Follows(ctx, run.Corp())
		for _, o := range owners {
			items = append(items, ownerItem+o)
		}
		return items, err
	})
	if err != nil {
		return err
	}
	return run.Each(ctx, groupsAtOnce, items, func(ctx context.Context, it reconcile.Item) error {
		if owner, ok := strings.CutPrefix(it.Name, ownerItem); ok {
			return a.groups.PullStats(ctx, run.Corp(), owner)
		}
		drift, err := a.groups.PullChat(ctx, run.Corp(), it.Name)
		run.Drift(drift)
		return err
	})
}

// ownerItem marks the items of a pull of groups that are owners, not groups.
const ownerItem = "owner:"

// chatsOf lists the living groups of owners, of everybody without any, for mass sends.
func (a *App) chatsOf(ctx context.Context, corpID string, owners []string) (out []masssend.Chat, err error) {
	f := groupchat.Filter{Corp: corpID, Limit: page.MaxLimit}
	for {
		p, err := a.groups.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, g := range p.Items {
			if len(owners) == 0 || slices.Contains(owners, g.Owner) {
				out = append(out, masssend.Chat{ID: g.Chat, Owner: g.Owner})
			}
		}
		if f.Cursor = p.Next; f.Cursor == "" {
			return out, nil
		}
	}
}

// groupsOf lists the groups that a member owns, as the platform knows them now.
func (a *App) groupsOf(ctx context.Context, corpID, owner string) (chats []string, err error) {
	client, err := a.corps.Client(ctx, corpID)
	if err != nil {
		return nil, err
	}
	f := wecom.GroupFilter{OwnerFilter: &wecom.OwnerFilter{UserIDList: []string{owner}}, Limit: 1000}
	for {
		p, err := client.GroupChatList(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("list groups of %s: %w", owner, err)
		}
		for _, g := range p.List {
			chats = append(chats, g.ChatID)
		}
		if f.Cursor = p.NextCursor; f.Cursor == "" {
			return chats, nil
		}
	}
}

// winBack finds or makes the audience of a name.
func (a *App) winBack(ctx context.Context, name string, rule json.RawMessage) (string, error) {
	list, err := a.audiences.List(ctx)
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if x.Name == name {
			return x.ID, nil
		}
	}
	var made audience.Audience
	err = a.access.Audited(ctx, "audience.create", func(ctx context.Context) (string, any, error) {
		made, err = a.audiences.Create(ctx, audience.Input{Name: name, Description: "好友关系已解除、且不再是任何员工好友的客户", Rule: rule})
		return made.ID, map[string]string{"name": name}, err
	})
	if err == nil {
		a.audiences.Build(made)
	}
	return made.ID, err
}

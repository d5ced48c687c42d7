package reconcile

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yutang/internal/contact"
	"yutang/internal/wecom"
)

const (
	atOnce     = 6   // members compared at the same time
	pageSize   = 100 // the platform's most
	fewUnknown = 20  // so many are read one by one, more by reading all
	lately     = 3 * time.Hour
	turns      = 12 // hours until everybody was compared by turns
)

// pullContacts compares the customers of each member. The list of ids says who is there;
// pages with details are read for everybody in a full run, and where much is unknown.
func (s *Service) pullContacts(ctx context.Context, run *Run) error {
	items, err := run.Items(ctx, func(ctx context.Context) ([]string, error) { return s.share(ctx, run) })
	if err != nil {
		return err
	}
	return run.Each(ctx, atOnce, items, func(ctx context.Context, it Item) error {
		client, err := run.Client(ctx)
		if err != nil {
			return err
		}
		m := &member{Service: s, run: run, client: client, user: it.Name}
		return m.pull(ctx, it.Cursor)
	})
}

// share says whose customers to compare.
func (s *Service) share(ctx context.Context, run *Run) ([]string, error) {
	follows, err := s.Staff.Follows(ctx, run.Corp())
	if err != nil || run.Full() {
		return follows, err
	}
	active, err := s.Contacts.Lately(ctx, run.Corp(), s.Clock.Now().Add(-lately))
	if err != nil {
		return nil, err
	}
	pulled, err := s.pulledAt(ctx, run.Corp())
	if err != nil {
		return nil, err
	}
	longest := slices.Clone(follows)
	slices.SortStableFunc(longest, func(a, b string) int { return cmp.Compare(pulled[a], pulled[b]) })
	share := longest[:min(len(longest), len(longest)/turns+1)]
	for _, user := range active {
		if _, ok := slices.BinarySearch(follows, user); ok {
			share = append(share, user)
		}
	}
	return share, nil
}

// member compares the customers of one member of staff.
type member struct {
	*Service
	run    *Run
	client *wecom.Client
	user   string
}

// paged is the cursor of a member whose pages are all read.
const paged = "paged"

func (m *member) pull(ctx context.Context, cursor string) error {
	if m.run.Full() && cursor != paged {
		if err := m.pages(ctx, cursor); err != nil {
			return err
		}
	}
	if err := m.list(ctx); err != nil {
		return err
	}
	_, err := m.DB.Exec(ctx, upsertPulled, m.run.Corp(), m.user, m.Clock.Now().UnixMilli())
	return err
}

// pages reads the details of all customers, from the cursor that was kept. One that the
// platform does not take any more leads back to the beginning.
func (m *member) pages(ctx context.Context, kept string) error {
	roster, err := m.Contacts.Roster(ctx, m.run.Corp(), m.user)
	if err != nil {
		return err
	}
	for cursor := kept; ; {
		asOf := m.Clock.Now()
		got, err := m.client.BatchGetByUser(ctx, []string{m.user}, cursor, pageSize)
		switch class := wecom.ClassOf(err); {
		case class == wecom.Relation:
			got = wecom.FollowingPage{}
		case class == wecom.Business && cursor != "" && cursor == kept:
			cursor, kept = "", ""
			continue
		case err != nil:
			return err
		}
		seen := make([]contact.Seen, len(got.List))
		for i, f := range got.List {
			seen[i] = contact.SeenOf(f.ExternalContact, f.FollowInfo)
		}
		drift, err := m.Contacts.Merge(ctx, roster, seen, asOf)
		if err != nil {
			return err
		}
		m.run.Drift(drift)
		if cursor = got.NextCursor; cursor == "" {
			cursor = paged
		}
		if err := m.run.Keep(ctx, m.user, cursor); err != nil {
			return err
		}
		if cursor == paged {
			return nil
		}
	}
}

// list compares who is there: the list of ids comes whole, so who is not on it is gone.
func (m *member) list(ctx context.Context) error {
	asOf := m.Clock.Now()
	listed, err := m.client.ExternalContactList(ctx, m.user)
	if err != nil {
		return err
	}
	roster, err := m.Contacts.Roster(ctx, m.run.Corp(), m.user)
	if err != nil {
		return err
	}
	unknown, ended, absent := roster.Compare(listed)
	drift, err := m.Contacts.Absent(ctx, m.run.Corp(), m.user, absent, asOf)
	if err != nil {
		return err
	}
	m.run.Drift(drift)
	if !m.run.Full() {
		unknown = append(unknown, ended...)
		if len(unknown) > fewUnknown {
			return m.pages(ctx, "")
		}
	}
	for _, external := range unknown {
		drift, err := m.Contacts.Pull(ctx, m.client, m.run.Corp(), external, contact.Edit{}, contact.BySync)
		if err != nil && wecom.ClassOf(err) != wecom.Relation {
			return err
		}
		m.run.Drift(drift)
	}
	return nil
}

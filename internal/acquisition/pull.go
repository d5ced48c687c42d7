package acquisition

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

const (
	pullKind  = "acquisition.pull"  // one job per corp, for ever
	alarmKind = "acquisition.alarm" // tells managers
)

// countedDays are the days of the counts that a pull keeps.
const countedDays = 30

// CorpAdded begins the nightly pulls of a corp. Saying it twice has no effect.
func (s *Service) CorpAdded(ctx context.Context, corpID string) error {
	return s.Jobs.Put(ctx, job.Job{Kind: pullKind, Key: corpID, Queue: corpID, Due: nextNight(s.Clock.Now(), s.Zone())})
}

func (s *Service) pullJob(ctx context.Context, j job.Job) error {
	if _, err := s.Corps.Get(ctx, j.Key); fault.Is(err, fault.NotFound) {
		return nil
	}
	err := s.Pull(ctx, j.Key)
	if err != nil && wecom.ClassOf(err) != wecom.Permission && wecom.ClassOf(err) != wecom.Business {
		return err
	}
	return &job.Later{At: nextNight(s.Clock.Now(), s.Zone()), Reason: "nightly"}
}

// Pull reads quota, links and their customers of a corp. A corp without 获客助手 gets a
// quota with a problem.
func (s *Service) Pull(ctx context.Context, corpID string) error {
	if _, err := s.PullQuota(ctx, corpID); err != nil {
		return err
	}
	client, err := s.Corps.Client(ctx, corpID)
	if err != nil {
		return err
	}
	if err := s.pullLinks(ctx, client, corpID); err != nil {
		return fmt.Errorf("pull acquisition links of corp %s: %w", corpID, err)
	}
	links, err := s.linksOf(ctx, selectRemote, corpID)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Problem != nil && l.Problem.Code == goneThere {
			continue
		}
		if err := s.pullCustomers(ctx, client, l); err != nil {
			return fmt.Errorf("pull customers of acquisition link %s: %w", l.ID, err)
		}
		if err := s.pullCounts(ctx, client, l); err != nil {
			return fmt.Errorf("pull the counts of acquisition link %s: %w", l.ID, err)
		}
	}
	return nil
}

// pullLinks adopts links that are not known here and notes those that are gone.
func (s *Service) pullLinks(ctx context.Context, client *wecom.Client, corpID string) error {
	all, err := remoteLinks(ctx, client)
	if err != nil {
		return err
	}
	known, err := s.remoteIDs(ctx, corpID)
	if err != nil {
		return err
	}
	for _, linkID := range all {
		if known[linkID] {
			continue
		}
		if err := s.adopt(ctx, client, corpID, linkID); err != nil {
			return err
		}
	}
	for linkID := range known {
		if !slices.Contains(all, linkID) {
			if err := s.lost(ctx, corpID, linkID); err != nil {
				return err
			}
		}
	}
	return nil
}

// adopt takes a link of the platform over, unless one of ours is being made with its name.
func (s *Service) adopt(ctx context.Context, client *wecom.Client, corpID, linkID string) error {
	d, err := client.AcquisitionGet(ctx, linkID)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	l := Link{
		ID: id.New("al"), Corp: corpID, LinkID: linkID, URL: d.Link.URL, Adopted: true, CreatedAt: now, UpdatedAt: now,
		Spec: Spec{Name: d.Link.LinkName, Users: d.Range.UserList, Departments: d.Range.DepartmentList, SkipVerify: d.SkipVerify},
	}
	l.hash = hashOf(l.Spec)
	taken := false
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if taken, err = s.beingMade(ctx, corpID, l.Spec.Name); err != nil || taken {
			return err
		}
		if err := s.insert(ctx, &l); err != nil {
			return err
		}
		return s.saveRemote(ctx, l)
	})
	if err == nil && !taken {
		s.learn(l)
	}
	return err
}

// lost notes that a link is gone at the platform.
func (s *Service) lost(ctx context.Context, corpID, linkID string) error {
	l, err := s.byLinkID(ctx, corpID, linkID)
	if fault.Is(err, fault.NotFound) || err == nil && (!l.DeletedAt.IsZero() || l.Problem != nil && l.Problem.Code == goneThere) {
		return nil
	}
	if err != nil {
		return err
	}
	l.Problem = gone(s.Clock.Now())
	if err := s.saveRemote(ctx, l); err != nil {
		return err
	}
	s.learn(l)
	return nil
}

func (s *Service) pullCustomers(ctx context.Context, client *wecom.Client, l Link) error {
	now := s.Clock.Now()
	for cursor := ""; ; {
		p, err := client.AcquisitionCustomers(ctx, l.LinkID, cursor, 1000)
		if err != nil {
			return err
		}
		err = s.DB.InTx(ctx, func(ctx context.Context) error {
			for _, c := range p.List {
				came := customer{link: l.Number, corp: l.Corp, external: c.ExternalUserID, user: c.UserID, state: c.State, seen: now, chatted: c.ChatStatus == 1}
				if err := s.saveCustomer(ctx, came); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if p.NextCursor == "" || p.NextCursor == cursor {
			return s.markPulled(ctx, l.Number, now)
		}
		cursor = p.NextCursor
	}
}

// pullCounts keeps what the platform counts of a link, for lists.
func (s *Service) pullCounts(ctx context.Context, client *wecom.Client, l Link) error {
	now := s.Clock.Now()
	st, err := client.AcquisitionStatistic(ctx, l.LinkID, wecom.UnixOf(now.AddDate(0, 0, -countedDays)), wecom.UnixOf(now))
	if err != nil {
		return err
	}
	return s.markCounted(ctx, l.Number, Counted{Clicks: st.Clicks, NewCustomers: st.NewCustomers, At: now})
}

// PullQuota reads the quota of a corp and tells managers when it has grown worse.
func (s *Service) PullQuota(ctx context.Context, corpID string) (Quota, error) {
	was, err := s.Quota(ctx, corpID)
	if err != nil {
		return Quota{}, err
	}
	now := s.Clock.Now()
	client, err := s.Corps.Client(ctx, corpID)
	if err != nil {
		return Quota{}, err
	}
	got, failure := client.AcquisitionQuota(ctx)
	q := Quota{Corp: corpID, Total: got.Total, Balance: got.Balance, PulledAt: now, Alarm: was.Alarm, AlarmAt: was.AlarmAt}
	if failure != nil {
		q = was
		q.Corp, q.Problem = corpID, problemOf(failure, now).Detail
	} else {
		for _, lot := range got.QuotaList {
			q.Lots = append(q.Lots, Lot{lot.ExpireDate.Time(), lot.Balance})
		}
	}
	alarm := q.judge(now)
	tell := failure == nil && alarm.worse(q.Alarm)
	if failure == nil && alarm != q.Alarm {
		q.Alarm, q.AlarmAt = alarm, now
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.saveQuota(ctx, q); err != nil || !tell {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{
			Kind: alarmKind, Key: fmt.Sprintf("%s/%s/%d", corpID, q.Alarm, now.UnixMilli()), Queue: corpID, Due: now, Payload: toJSON(q),
		})
	})
	if err == nil && failure != nil {
		err = fmt.Errorf("pull the acquisition quota of corp %s: %w", corpID, failure)
	}
	return q, err
}

var alarmTexts = map[Alarm]string{
	Expiring:  "获客助手：有额度将在 7 天内过期，剩余 %d / %d。",
	Low:       "获客助手：额度不足 10%%，剩余 %d / %d，请及时购买。",
	Exhausted: "获客助手：额度已用完（%d / %d），获客链接暂时不能添加新客户。",
}

// sendAlarm tells the corp's managers what is wrong with the quota.
func (s *Service) sendAlarm(ctx context.Context, j job.Job) error {
	var q Quota
	if err := json.Unmarshal(j.Payload, &q); err != nil {
		return fmt.Errorf("read an alarm: %w", err)
	}
	c, err := s.Corps.Get(ctx, q.Corp)
	if err != nil || len(c.Settings.Managers) == 0 {
		return err
	}
	client, err := s.Corps.Client(ctx, q.Corp)
	if err != nil {
		return err
	}
	_, err = client.MessageSend(ctx, wecom.AppMessage{
		ToUser: strings.Join(c.Settings.Managers, "|"), MsgType: "text", EnableDuplicateCheck: 1, DuplicateCheckInterval: 14400,
		Text: &wecom.TextContent{Content: fmt.Sprintf(alarmTexts[q.Alarm], q.Balance, q.Total)},
	})
	return err
}

// OnNotice hears the callbacks of 获客助手. Repeats have no effect.
func (s *Service) OnNotice(ctx context.Context, n notice.Notice) error {
	switch n.ChangeType {
	case "balance_low", "balance_exhausted", "quota_expire_soon":
		_, err := s.PullQuota(ctx, n.Corp)
		return err
	case "delete_link":
		return s.lost(ctx, n.Corp, n.LinkID)
	case "link_unavailable":
		return s.unavailable(ctx, n.Corp, n.LinkID)
	case "customer_start_chat":
		return s.chatted(ctx, n.Corp, n.ExternalUserID, n.UserID, n.At)
	}
	return nil
}

// unavailable notes that nobody of a link could be added. An update of the link clears it.
func (s *Service) unavailable(ctx context.Context, corpID, linkID string) error {
	l, err := s.byLinkID(ctx, corpID, linkID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	l.Problem = &Problem{Code: "unavailable", At: s.Clock.Now(), Detail: "nobody of the link can be added: its staff left, are full or have no right to customer contact"}
	return s.saveRemote(ctx, l)
}

// OnContact hears of every change of a contact: one added through a link belongs to it.
func (s *Service) OnContact(ctx context.Context, t contact.Transition) error {
	l, ok := s.find(t.Contact.Corp, t.Contact.Code)
	if !ok || t.Kind != contact.Added {
		return nil
	}
	when := t.At
	if !t.Contact.AddedAt.IsZero() {
		when = t.Contact.AddedAt
	}
	if s.Tagger != nil && len(l.Spec.Tags) > 0 {
		order := TagOrder{Corp: l.Corp, User: t.Contact.User, External: t.Contact.External, Add: l.Spec.Tags, Why: "acquisition link " + l.ID, At: when}
		if err := s.Tagger.Put(ctx, order); err != nil {
			return fmt.Errorf("tag a customer of acquisition link %s: %w", l.ID, err)
		}
	}
	return s.saveCustomer(ctx, customer{
		link: l.Number, corp: l.Corp, external: t.Contact.External, user: t.Contact.User, state: t.Contact.Code, seen: when,
	})
}

// Statistic is the use of a link between two dates, both inclusive.
type Statistic struct {
	Clicks       int64 `json:"clicks" doc:"people who opened the link, as the platform counts"`
	NewCustomers int64 `json:"new_customers" doc:"as the platform counts"`
	Customers    int   `json:"customers" doc:"known here, of all time"`
	Chatted      int   `json:"chatted" doc:"of these, have written"`
}

// Stats asks the platform for the use of a link, and adds what is known here.
func (s *Service) Stats(ctx context.Context, linkID string, from, to time.Time) (Statistic, error) {
	l, err := s.Get(ctx, linkID)
	if err != nil {
		return Statistic{}, err
	}
	var out Statistic
	if out.Customers, out.Chatted, err = s.count(ctx, l.Number); err != nil || l.LinkID == "" {
		return out, err
	}
	client, err := s.Corps.Client(ctx, l.Corp)
	if err != nil {
		return out, err
	}
	st, err := client.AcquisitionStatistic(ctx, l.LinkID, wecom.UnixOf(from), wecom.UnixOf(to))
	out.Clicks, out.NewCustomers = st.Clicks, st.NewCustomers
	return out, err
}

package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/staff"
	"yutang/internal/wecom"
)

// Loss is a relation that ended.
type Loss struct {
	ID       int64
	Corp     string
	User     string
	External string
	Nth      int // which addition of the contact it ended
	Leaf     uint32
	Kind     contact.State // Lost or Deleted
	At       time.Time
	Told     time.Time // zero: nobody yet
	Returned time.Time // zero: not yet
}

// gather is how long losses of one member wait for each other, to be told together.
const gather = 5 * time.Minute

// OnContact notes losses and returns. It is a subscriber of package contact.
func (s *Service) OnContact(ctx context.Context, t contact.Transition) error {
	c := t.Contact
	switch t.Kind {
	case contact.Added:
		return s.returned(ctx, c, t.At)
	case contact.WasLost, contact.WasDeleted:
		state := contact.Lost
		if t.Kind == contact.WasDeleted {
			state = contact.Deleted
		}
		due := s.Clock.Now().Truncate(gather).Add(gather)
		return s.DB.InTx(ctx, func(ctx context.Context) error {
			if err := s.insertLoss(ctx, Loss{
				Corp: c.Corp, User: c.User, External: c.External, Nth: c.Count, Leaf: c.Leaf, Kind: state, At: t.At,
			}); err != nil {
				return err
			}
			return s.Jobs.Put(ctx, job.Job{
				Kind: lossJob, Key: due.Format(time.RFC3339) + "/" + c.Corp + "/" + c.User, Queue: c.Corp + "/" + c.User, Due: due,
			})
		})
	}
	return nil
}

// tell sends one message about all losses of a member that nobody was told of: to the
// member what customers did, to those above what the member did too.
func (s *Service) tell(ctx context.Context, j job.Job) error {
	corpID, user, _ := strings.Cut(j.Queue, "/")
	losses, err := s.untold(ctx, corpID, user)
	if err != nil || len(losses) == 0 {
		return err
	}
	c, err := s.Clients.Get(ctx, corpID)
	if err != nil {
		return err
	}
	member, err := s.Staff.Get(ctx, corpID, user)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	above := slices.Concat(c.Settings.Managers, member.DirectLeaders)
	slices.Sort(above)
	above = slices.DeleteFunc(slices.Compact(above), func(m string) bool { return m == user })
	lost := slices.DeleteFunc(slices.Clone(losses), func(l Loss) bool { return l.Kind != contact.Lost })
	if err := s.send(ctx, corpID, above, s.words(ctx, who(member, user), losses)); err != nil {
		return err
	}
	if member.Here() && len(lost) > 0 {
		if err := s.send(ctx, corpID, []string{user}, s.words(ctx, "你", lost)); err != nil {
			return err
		}
	}
	return s.told(ctx, losses, s.Clock.Now())
}

func who(m staff.Member, user string) string {
	if m.Name != "" {
		return m.Name
	}
	return user
}

// shown is how many customers one message names.
const shown = 10

// words is the message: who was lost by whom, and how.
func (s *Service) words(ctx context.Context, member string, losses []Loss) string {
	var b strings.Builder
	fmt.Fprintf(&b, "客户流失提醒\n%s的 %d 位客户关系已解除：", member, len(losses))
	for i, l := range losses {
		if i == shown {
			fmt.Fprintf(&b, "\n… 另有 %d 位", len(losses)-shown)
			break
		}
		name := s.Name(ctx, l.Leaf)
		if name == "" {
			name = "客户"
		}
		how := "客户删除了员工"
		if l.Kind == contact.Deleted {
			how = "员工删除了客户"
		}
		fmt.Fprintf(&b, "\n· %s：%s", name, how)
	}
	return b.String()
}

// send repeats only a call that surely did nothing; the platform drops a text that it has
// just delivered. A member who cannot be reached is no reason to alarm the others again.
func (s *Service) send(ctx context.Context, corpID string, users []string, text string) error {
	if len(users) == 0 {
		return nil
	}
	client, err := s.Clients.Client(ctx, corpID)
	if err != nil {
		return err
	}
	_, err = client.MessageSend(ctx, wecom.AppMessage{
		ToUser: strings.Join(users, "|"), MsgType: "text", Text: &wecom.TextContent{Content: text}, EnableDuplicateCheck: 1,
	})
	if err != nil && wecom.Unsent(err) && wecom.ClassOf(err) != wecom.Business {
		return fmt.Errorf("send loss alert: %w", err)
	}
	if err != nil {
		s.Log.Warn("loss alert not confirmed", "corp", corpID, "members", len(users), "error", err)
	}
	return nil
}

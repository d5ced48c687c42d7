package handover

import (
	"context"
	"errors"
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
	Untold   string    // why not, once it was tried: NobodyAbove, NotMembers, Unreachable, or "wecom_" and the platform's code
	Returned time.Time // zero: not yet
}

// Why nobody was told of a loss.
const (
	NobodyAbove = "nobody"         // no manager is set, no leader known, and the member was not to be told or has left
	NotMembers  = "unknown_member" // the platform knows none of those who were to be told
	Unreachable = "unreachable"    // the platform could not be asked
)

// tries is how often an alert is tried while the platform cannot take it.
const tries = 8

// gather is how long losses of one member wait for each other, to be told together.
const gather = 5 * time.Minute

// OnContact notes losses and returns. It is a subscriber of package contact.
func (s *Service) OnContact(ctx context.Context, t contact.Transition) error {
	c := t.Contact
	switch t.Kind {
	case contact.Added:
		if err := s.returned(ctx, c, t.At); err != nil || t.Origin != contact.ByCallback {
			return err
		}
		return s.lookNow(ctx, c.Corp, c.User, c.External)
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
// member what customers did, to those above what the member did too. What reached nobody
// stays untold with the reason, and is told with the member's next loss.
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
	why, err := s.send(ctx, corpID, above, s.words(ctx, who(member, user), losses))
	if err != nil {
		return errors.Join(err, s.settle(ctx, losses, why))
	}
	lost := slices.DeleteFunc(slices.Clone(losses), func(l Loss) bool { return l.Kind != contact.Lost })
	if !member.Here() || len(lost) == 0 {
		return s.settle(ctx, losses, why)
	}
	whyNot, err := s.send(ctx, corpID, []string{user}, s.words(ctx, "你", lost))
	switch {
	case err != nil && why == "" && j.Attempts < tries:
		return err
	case err != nil && why != "":
		return errors.Join(err, s.settle(ctx, losses, whyNot))
	}
	if whyNot == "" && why != "" {
		if err := s.settle(ctx, lost, ""); err != nil {
			return err
		}
		losses = slices.DeleteFunc(losses, func(l Loss) bool { return l.Kind == contact.Lost })
	}
	return s.settle(ctx, losses, why)
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

// send tells users and says why nobody was reached, "" if somebody was. It repeats only a
// call that surely did nothing; the platform drops a text that it has just delivered. A
// member who cannot be reached is no reason to alarm the others again.
func (s *Service) send(ctx context.Context, corpID string, users []string, text string) (why string, err error) {
	if len(users) == 0 {
		return NobodyAbove, nil
	}
	client, err := s.Clients.Client(ctx, corpID)
	if err != nil {
		return Unreachable, err
	}
	sent, err := client.MessageSend(ctx, wecom.AppMessage{
		ToUser: strings.Join(users, "|"), MsgType: "text", Text: &wecom.TextContent{Content: text}, EnableDuplicateCheck: 1,
	})
	why = s.unreached(corpID, users, sent, err)
	if err != nil && wecom.Unsent(err) && wecom.ClassOf(err) != wecom.Business {
		return why, fmt.Errorf("send loss alert: %w", err)
	}
	return why, nil
}

// unreached says why a message reached nobody, and warns if it did not reach all. One whose
// answer was lost is taken as delivered.
func (s *Service) unreached(corpID string, users []string, sent wecom.SentMessage, err error) string {
	missing := slices.DeleteFunc(slices.Clone(users), func(u string) bool {
		return !slices.Contains(strings.Split(sent.InvalidUser+"|"+sent.UnlicensedUser, "|"), u)
	})
	if err != nil || len(missing) > 0 {
		s.Log.Warn("loss alert did not surely reach all", "corp", corpID, "members", len(users), "unknown", missing, "error", err)
	}
	switch code := wecom.CodeOf(err); {
	case err == nil && len(missing) == len(users), code == nobodyValid:
		return NotMembers
	case err != nil && code == 0 && wecom.Unsent(err):
		return Unreachable
	case err != nil && wecom.Unsent(err):
		return fmt.Sprintf("wecom_%d", code)
	}
	return ""
}

// nobodyValid is the platform's code for a message of which it knows no receiver.
const nobodyValid = 81013

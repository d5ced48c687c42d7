package livecode

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yutang/internal/contact"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// remarkKind names the jobs that write the remark of a new contact.
const remarkKind = "livecode.remark"

// arrival is one contact that came through a code.
type arrival struct {
	code     int64
	corp     string
	user     string
	external string
	addition int
	leaf     uint32
	at       time.Time
}

// Provenance says which code a state belongs to, for package contact. Deleted codes stay
// known.
func (s *Service) Provenance(_ context.Context, corpID, state string) (contact.Provenance, bool) {
	e, ok := s.find(corpID, state)
	if !ok {
		return contact.Provenance{}, false
	}
	return contact.Provenance{Channel: e.channel, CodeID: e.id, CodeName: e.name}, true
}

// OnContact hears of every change of a contact. An addition through a code counts once,
// is tagged and remarked; an end is noted. Repeats have no effect.
func (s *Service) OnContact(ctx context.Context, t contact.Transition) error {
	e, ok := s.find(t.Contact.Corp, t.Contact.Code)
	if !ok {
		return nil
	}
	a := arrival{
		code: e.number, corp: t.Contact.Corp, user: t.Contact.User, external: t.Contact.External,
		addition: t.Contact.Count, leaf: t.Contact.Leaf, at: t.At,
	}
	switch t.Kind {
	case contact.Added:
		if !t.Contact.AddedAt.IsZero() {
			a.at = t.Contact.AddedAt
		}
		return s.arrived(ctx, a)
	case contact.WasLost, contact.WasDeleted, contact.WasTransferred:
		return s.ended(ctx, a)
	}
	return nil
}

func (s *Service) arrived(ctx context.Context, a arrival) error {
	code, err := s.byNumber(ctx, a.code)
	if err != nil {
		return err
	}
	if s.Tagger != nil && len(code.Spec.Tags) > 0 {
		order := TagOrder{Corp: a.corp, User: a.user, External: a.external, Add: code.Spec.Tags, Why: "live code " + code.ID, At: a.at}
		if err := s.Tagger.Put(ctx, order); err != nil {
			return fmt.Errorf("tag an arrival through live code %s: %w", code.ID, err)
		}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		isNew, err := s.insertArrival(ctx, a, dayOf(a.at, s.Zone()).String())
		if err != nil || !isNew {
			return err
		}
		if code.Spec.Remark != "" {
			if err := s.putRemark(ctx, code, a); err != nil {
				return err
			}
		}
		return s.count(ctx, a)
	})
}

// count adds an arrival to the counters, in ctx's transaction, and asks for another list
// if that changes it.
func (s *Service) count(ctx context.Context, a arrival) error {
	code, err := s.byNumber(ctx, a.code)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	in, err := s.input(ctx, code, now)
	if err != nil {
		return err
	}
	credits := Credits(in, a.user, a.at)
	for user, delta := range credits {
		if err := s.addCredit(ctx, a.code, user, delta); err != nil {
			return err
		}
	}
	if err := s.addCount(ctx, a.code, a.user, dayOf(a.at, s.Zone()).String()); err != nil {
		return err
	}
	if in.Counters, err = s.counters(ctx, a.code); err != nil {
		return err
	}
	if code.Gone(now) || !differs(code.Remote, Plan(in)) {
		return nil
	}
	return s.kick(ctx, code.Number, code.ID, code.Corp)
}

// remarkJob is the payload of a remark job.
type remarkJob struct {
	Code     int64     `json:"code"`
	User     string    `json:"user"`
	External string    `json:"external"`
	At       time.Time `json:"at"`
}

func (s *Service) putRemark(ctx context.Context, code Code, a arrival) error {
	return s.Jobs.Put(ctx, job.Job{
		Kind: remarkKind, Key: fmt.Sprintf("%d/%s/%s/%d", a.code, a.user, a.external, a.addition), Queue: code.Corp, Due: s.Clock.Now(),
		Payload: []byte(toJSON(remarkJob{a.code, a.user, a.external, a.at})),
	})
}

// remark writes the remark of a new contact by the pattern of its code.
func (s *Service) remark(ctx context.Context, j job.Job) error {
	var wanted remarkJob
	if err := json.Unmarshal(j.Payload, &wanted); err != nil {
		return fmt.Errorf("read a remark job: %w", err)
	}
	code, err := s.byNumber(ctx, wanted.Code)
	if err != nil || code.Spec.Remark == "" {
		return err
	}
	client, err := s.Corps.Client(ctx, code.Corp)
	if err != nil {
		return err
	}
	name := ""
	if strings.Contains(code.Spec.Remark, "{name}") {
		c, err := client.ExternalContactGet(ctx, wanted.External, "")
		if gone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		name = c.ExternalContact.Name
	}
	text := fill(code.Spec, name, wanted.At.In(s.Zone()))
	err = client.Remark(ctx, wecom.Remark{UserID: wanted.User, ExternalUserID: wanted.External, Remark: &text})
	if gone(err) {
		return nil
	}
	if err != nil || s.Remarked == nil {
		return err
	}
	return s.Remarked(ctx, code.Corp, wanted.User, wanted.External, text)
}

// gone says that the contact has ended meanwhile, so there is nothing to remark.
func gone(err error) bool { return wecom.ClassOf(err) == wecom.Relation }

// fill writes a remark pattern. What is too long is cut from the customer's name first.
func fill(spec Spec, name string, at time.Time) string {
	write := func(name string) string {
		text := strings.NewReplacer("{name}", name, "{channel}", spec.Channel, "{code}", spec.Name, "{date}", at.Format("0102")).Replace(spec.Remark)
		return strings.TrimSpace(text)
	}
	r := []rune(name)
	for len(r) > 1 && len([]rune(write(string(r)))) > MaxRemark {
		r = r[:len(r)-1]
	}
	return cut(write(string(r)), MaxRemark)
}

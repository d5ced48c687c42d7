package livecode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

// maxWayRemark is the platform's limit on the name of a contact way, in characters.
const maxWayRemark = 30

// wayOf is the contact way that a code should have.
func wayOf(code Code, plan Allocation, now time.Time) wecom.ContactWay {
	skip := code.Spec.SkipVerify
	way := wecom.ContactWay{
		Type: wecom.WayMulti, Scene: wecom.SceneQR, Remark: cut(code.Spec.Name, maxWayRemark),
		SkipVerify: &skip, State: code.State, User: plan.Users,
	}
	if code.Spec.Kind != Multi {
		way.Type = wecom.WaySingle
	}
	if code.Spec.Kind == Temporary {
		way.IsTemp = true
		way.ExpiresIn = int64(code.Spec.ExpiresAt.Sub(now) / time.Second)
	}
	return way
}

// cut is the first n characters of text.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

// hashOf tells contact ways apart. The remaining time of a temporary one does not count.
func hashOf(way wecom.ContactWay) string {
	way.ExpiresIn, way.ConfigID = 0, ""
	sum := sha256.Sum256([]byte(toJSON(way)))
	return hex.EncodeToString(sum[:12])
}

// apply makes or updates the contact way, calling the platform only if it differs.
func (s *Service) apply(ctx context.Context, code *Code, way wecom.ContactWay) error {
	if code.Remote.ConfigID != "" && code.Remote.Hash == hashOf(way) {
		return nil
	}
	client, err := s.Corps.Client(ctx, code.Corp)
	if err != nil {
		return err
	}
	if code.Remote.ConfigID == "" {
		made, err := s.makeWay(ctx, client, code, way)
		if err != nil || made {
			return err
		}
	}
	err = client.UpdateContactWay(ctx, change(code.Remote.ConfigID, way))
	if wecom.Is(err, wecom.CodeBadContactWay) {
		return s.remake(ctx, client, code, way)
	}
	if err != nil && !wecom.Unsent(err) {
		code.Remote.Hash = "" // what it shows is unknown until an update succeeds
	}
	return err
}

// change is way as an update wants it.
func change(configID string, way wecom.ContactWay) wecom.ContactWay {
	return wecom.ContactWay{ConfigID: configID, Remark: way.Remark, SkipVerify: way.SkipVerify, State: way.State, User: way.User}
}

// makeWay gives the code a contact way. made is false when one of an earlier try was found
// and adopted: what it shows must be brought up to date then.
func (s *Service) makeWay(ctx context.Context, client *wecom.Client, code *Code, way wecom.ContactWay) (made bool, err error) {
	r := &code.Remote
	if !r.creatingAt.IsZero() && code.Spec.Kind != Temporary {
		found, err := s.lookFor(ctx, client, code.Corp, code.State, r.creatingAt)
		if err != nil {
			return false, fmt.Errorf("look for a contact way of an earlier try: %w", err)
		}
		if found.ConfigID != "" {
			r.ConfigID, r.QRURL, r.Hash, r.creatingAt = found.ConfigID, found.QRCode, "", time.Time{}
			return false, s.saveRemote(ctx, *code)
		}
	}
	r.creatingAt = s.Clock.Now()
	if err := s.saveRemote(ctx, *code); err != nil {
		return false, err
	}
	added, err := client.AddContactWay(ctx, way)
	if err != nil {
		if wecom.Unsent(err) {
			r.creatingAt = time.Time{}
		}
		return false, err
	}
	r.ConfigID, r.QRURL, r.creatingAt = added.ConfigID, added.QRCode, time.Time{}
	return true, nil
}

// remake makes a contact way anew that the platform knows no more.
func (s *Service) remake(ctx context.Context, client *wecom.Client, code *Code, way wecom.ContactWay) error {
	r := &code.Remote
	r.ConfigID, r.QRURL, r.HasImage, r.Hash, r.RemadeAt = "", "", false, "", s.Clock.Now()
	s.Log.Warn("the platform lost a live code; it is made anew and its printed QR image is void", "code", code.ID, "corp", code.Corp)
	_, err := s.makeWay(ctx, client, code, way)
	return err
}

// remove deletes the contact way of a code that takes no more contacts.
func (s *Service) remove(ctx context.Context, code *Code) error {
	r := &code.Remote
	if r.ConfigID == "" && (r.creatingAt.IsZero() || code.Spec.Kind == Temporary) {
		r.Problem, r.creatingAt = nil, time.Time{}
		return nil
	}
	client, err := s.Corps.Client(ctx, code.Corp)
	if err != nil {
		return err
	}
	if r.ConfigID == "" {
		found, err := s.lookFor(ctx, client, code.Corp, code.State, r.creatingAt)
		if err != nil {
			return err
		}
		r.ConfigID = found.ConfigID
	}
	if r.ConfigID != "" {
		if err := client.DelContactWay(ctx, r.ConfigID); err != nil && !wecom.Is(err, wecom.CodeBadContactWay) {
			return err
		}
	}
	r.ConfigID, r.Hash, r.Shown, r.Resting, r.Backup, r.Problem, r.creatingAt = "", "", nil, nil, false, nil, time.Time{}
	return nil
}

// lookSlack is how far the platform's clock may be from ours.
const lookSlack = time.Hour

// lookFor finds the contact way with this state among those made since a moment and not
// known here. ConfigID is "" when there is none.
func (s *Service) lookFor(ctx context.Context, client *wecom.Client, corpID, state string, since time.Time) (found wecom.ContactWay, err error) {
	err = s.eachUnknown(ctx, client, corpID, since.Add(-lookSlack), func(configID string) (bool, error) {
		way, err := client.GetContactWay(ctx, configID)
		if wecom.Is(err, wecom.CodeBadContactWay) {
			return true, nil
		}
		if err == nil && way.State == state {
			found, found.ConfigID = way, configID
			return false, nil
		}
		return true, err
	})
	return found, err
}

// eachUnknown visits the contact ways at the platform that no code of ours has, until
// visit returns false.
func (s *Service) eachUnknown(ctx context.Context, client *wecom.Client, corpID string, since time.Time, visit func(configID string) (bool, error)) error {
	filter := wecom.WayFilter{Limit: 1000}
	filter.StartTime = wecom.UnixOf(since)
	for {
		ids, next, err := client.ListContactWay(ctx, filter)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(ids, configChunk) {
			unknown, err := s.unknownConfigs(ctx, corpID, part)
			if err != nil {
				return err
			}
			for _, configID := range unknown {
				if on, err := visit(configID); err != nil || !on {
					return err
				}
			}
		}
		if next == "" || next == filter.Cursor {
			return nil
		}
		filter.Cursor = next
	}
}

// remedies tell people what to do about refusals of the platform.
var remedies = map[int]string{
	40003: "a userid is unknown to the platform: check the members and pull the directory",
	41045: "the corp has reached its 500,000 contact ways: delete codes that are not used",
	41054: "a member is not activated or has not confirmed their real name",
	48002: "the app may not use customer contact: list it under 客户联系, 可调用接口的应用",
	60011: "a member is outside the visible range of the app",
	60020: "this server's address is not among the app's trusted IPs",
	84074: "a member has no right to customer contact: add them under 客户联系, 使用范围",
}

// problemOf says what a failed look at a code means for people.
func problemOf(err error, now time.Time) *Problem {
	p := &Problem{Code: "internal", Detail: "our own failure; it is tried again", At: now, Retries: true}
	if class := wecom.ClassOf(err); class != wecom.None {
		code := wecom.CodeOf(err)
		p.Code, p.Detail = "wecom_"+class.String(), err.Error()
		if code != 0 {
			p.Code = fmt.Sprintf("wecom_%d", code)
		}
		if text := remedies[code]; text != "" {
			p.Detail = text
		}
		p.Retries = class != wecom.Business && class != wecom.Permission && class != wecom.Relation
		return p
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		p.Code, p.Detail = f.Code, f.Error()
		p.Retries = f.Kind == fault.Unavailable || f.Kind == fault.RateLimited
	}
	return p
}

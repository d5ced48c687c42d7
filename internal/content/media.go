package content

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

// upload is a way to give the platform a file. Ids of different ways are not exchangeable.
type upload string

const (
	upImage       upload = "image" // media/upload
	upVideo       upload = "video"
	upFile        upload = "file"
	upPicture     upload = "picture"      // media/uploadimg: a permanent address
	upMomentImage upload = "moment_image" // media/upload_attachment
	upMomentVideo upload = "moment_video"
)

// life is how long the platform keeps a media id.
const life = 72 * time.Hour

// renewAt is when an id made at t is made anew: at 60 % of its life, so that a day of
// failures does not end it. Keys differ by up to 5 %, so that what was uploaded together
// is not renewed together.
func renewAt(k mediaKey, t time.Time) time.Time {
	var h uint32 = 2166136261
	for _, b := range []byte(k.corp + k.asset + string(k.upload)) {
		h = (h ^ uint32(b)) * 16777619
	}
	return t.Add(life*57/100 + life*time.Duration(h%6)/100/2)
}

const (
	// margin is how long an id must still live to be used in a call that is made now.
	margin = time.Minute
	// lasting is how long it must still live for a task that the platform works on later.
	lasting = 2 * time.Hour
	// young is how old an id must be before a refusal is taken as its end.
	young = time.Minute
)

// mediaKey names one id at the platform.
type mediaKey struct {
	corp   string
	asset  string
	upload upload
}

// media is what the platform calls a file.
type media struct {
	id      string
	made    time.Time
	expires time.Time // zero: never
}

func (m media) alive(at time.Time) bool {
	return m.id != "" && (m.expires.IsZero() || at.Before(m.expires))
}

// uploadOf is the way that an attachment's asset must go.
func uploadOf(a Attachment, use Use) upload {
	switch {
	case use == Moment && a.Kind == KindVideo:
		return upMomentVideo
	case use == Moment:
		return upMomentImage
	case a.Kind == KindLink:
		return upPicture
	case a.Kind == KindVideo:
		return upVideo
	case a.Kind == KindFile:
		return upFile
	}
	return upImage
}

// needs lists the ids that a content needs in a corp, each once.
func (c Content) needs(corp string, use Use) []mediaKey {
	var out []mediaKey
	seen := map[mediaKey]bool{}
	for _, a := range c.Attachments {
		k := mediaKey{corp, a.Asset, uploadOf(a, use)}
		if a.Asset != "" && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// Media is what the platform has of an asset for one corp.
type Media struct {
	Corp      string    `json:"corp"`
	As        string    `json:"as" enum:"image,video,file,picture,moment_image,moment_video" doc:"the way of upload; ids of one are of no use to another"`
	MadeAt    time.Time `json:"made_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"absent: the platform keeps it for good"`
	RenewsAt  time.Time `json:"renews_at,omitzero" doc:"when it is uploaded again by itself; absent when nothing keeps it: then it is uploaded when it is used"`
}

// Media tells what the platform has of assets now, by asset.
func (s *Service) Media(ctx context.Context, assets ...string) (map[string][]Media, error) {
	out, now := map[string][]Media{}, s.Clock.Now()
	kept, err := s.selectKept(ctx, assets)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for k, m := range s.media {
		if !slices.Contains(assets, k.asset) || !m.alive(now) {
			continue
		}
		one := Media{Corp: k.corp, As: string(k.upload), MadeAt: m.made, ExpiresAt: m.expires}
		if kept[k] && !m.expires.IsZero() {
			one.RenewsAt = renewAt(k, m.made)
		}
		out[k.asset] = append(out[k.asset], one)
	}
	for _, all := range out {
		slices.SortFunc(all, func(a, b Media) int { return cmp.Or(cmp.Compare(a.Corp, b.Corp), cmp.Compare(a.As, b.As)) })
	}
	return out, nil
}

func (s *Service) held(k mediaKey) media {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.media[k]
}

// Now gives the attachments that can be sent at once, from memory. missing counts those
// left out because the platform has no living id for them yet.
func (s *Service) Now(corp string, c Content, use Use) (ready []wecom.Attachment, missing int) {
	at := s.Clock.Now().Add(margin)
	for _, a := range c.Attachments {
		var m media
		if a.Asset != "" {
			if m = s.held(mediaKey{corp, a.Asset, uploadOf(a, use)}); !m.alive(at) {
				missing++
				continue
			}
		}
		ready = append(ready, a.forPlatform(use, m.id))
	}
	return ready, missing
}

// Ready gives text and attachments as the platform wants them, uploading what is missing
// or about to end. It may take as long as the uploads do.
func (s *Service) Ready(ctx context.Context, corp string, c Content, use Use) (string, []wecom.Attachment, error) {
	at := s.Clock.Now().Add(lasting)
	var out []wecom.Attachment
	for i, a := range c.Attachments {
		var m media
		if a.Asset != "" {
			var err error
			if m, err = s.ensure(ctx, mediaKey{corp, a.Asset, uploadOf(a, use)}, at); err != nil {
				return "", nil, fmt.Errorf("upload attachment %d: %w", i, err)
			}
		}
		out = append(out, a.forPlatform(use, m.id))
	}
	return c.Text, out, nil
}

// ensure gives an id that is alive at the moment given.
func (s *Service) ensure(ctx context.Context, k mediaKey, at time.Time) (media, error) {
	if m := s.held(k); m.alive(at) {
		return m, nil
	}
	m, err := s.renew(ctx, k)
	if err == nil {
		err = s.watch(ctx, k)
	}
	return m, err
}

// renew uploads a file, once for all who ask at the same time. The upload goes on for the
// others when the one who began it gives up.
func (s *Service) renew(ctx context.Context, k mediaKey) (media, error) {
	ch := s.once.DoChan(k.corp+"\x00"+k.asset+"\x00"+string(k.upload), func() (any, error) {
		return s.upload(context.WithoutCancel(ctx), k)
	})
	select {
	case <-ctx.Done():
		return media{}, ctx.Err()
	case r := <-ch:
		m, _ := r.Val.(media)
		return m, r.Err
	}
}

func (s *Service) upload(ctx context.Context, k mediaKey) (media, error) {
	asset, err := s.selectAsset(ctx, k.asset)
	if err != nil {
		return media{}, err
	}
	client, err := s.Client(ctx, k.corp)
	if err != nil {
		return media{}, err
	}
	m := media{made: s.Clock.Now()}
	if m.id, err = s.send(ctx, client, k.upload, asset); err != nil {
		return media{}, err
	}
	if k.upload != upPicture {
		m.expires = m.made.Add(life)
	}
	if err := s.saveMedia(ctx, k, m); err != nil {
		return media{}, err
	}
	s.mu.Lock()
	s.media[k] = m
	s.mu.Unlock()
	return m, nil
}

// Stale says that the platform did not know an id of the content (40007, say). All ids of
// it are made anew, soon. Ids made within the last minute are left: another reason then.
func (s *Service) Stale(ctx context.Context, corp string, c Content, use Use) error {
	now := s.Clock.Now()
	var dead []mediaKey
	s.mu.Lock()
	for _, k := range c.needs(corp, use) {
		if m, there := s.media[k]; there && now.Sub(m.made) >= young {
			delete(s.media, k)
			dead = append(dead, k)
		}
	}
	s.mu.Unlock()
	if len(dead) == 0 {
		return nil
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, k := range dead {
			if err := s.deleteMedia(ctx, k); err != nil {
				return err
			}
		}
		return s.watch(ctx, dead...)
	})
}

// bytes reads an asset whole: an upload may have to go out twice.
func (s *Service) bytes(a Asset) (raw []byte, err error) {
	f, err := s.Open(a)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if raw, err = io.ReadAll(f); err == nil && int64(len(raw)) != a.Size {
		err = fault.New(fault.Internal, "asset_damaged", "asset %s has %d bytes on disk, want %d", a.ID, len(raw), a.Size)
	}
	return raw, err
}

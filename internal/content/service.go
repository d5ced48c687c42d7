package content

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// Config is what the service is made of.
type Config struct {
	DB     *db.DB
	Box    *seal.Box
	Clock  clock.Clock
	Jobs   *job.Queue
	Dir    string // of the asset files
	Client func(ctx context.Context, corp string) (*wecom.Client, error)
	Guard  func(ctx context.Context, asset string) (owners []string, err error) // who else needs an asset; nil: nobody
}

// Service owns assets and what the platform calls them. Safe for concurrent use.
type Service struct {
	Config
	vault vault
	files sync.Mutex // held while a file and its row are put in place, and while files are swept
	once  singleflight.Group

	mu    sync.RWMutex
	media map[mediaKey]media
}

// New makes the service and takes over its kinds of jobs. Call it before the queue starts.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, vault: vault{dir: cfg.Dir, box: cfg.Box}, media: map[mediaKey]media{}}
	cfg.Jobs.Handle(kindMedia, (*renewer)(s))
	cfg.Jobs.Handle(kindSweep, &job.Each{
		Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20,
		Do: func(ctx context.Context, _ job.Job) error { return s.sweep(ctx) },
	})
	return s
}

// Start reads what is alive at the platform and clears up after an earlier process. Before
// it Now finds nothing.
func (s *Service) Start(ctx context.Context) error {
	all, err := s.selectMedia(ctx)
	if err != nil {
		return fmt.Errorf("load media ids: %w", err)
	}
	s.mu.Lock()
	s.media = all
	s.mu.Unlock()
	if err := s.vault.clear(); err != nil {
		return fmt.Errorf("clear asset files: %w", err)
	}
	return s.sweep(ctx)
}

// Check holds a content against the limits of a use, its assets included. Errors name the
// fields below at.
func (s *Service) Check(ctx context.Context, c Content, use Use, at ...string) error {
	if err := c.Check(use, at...); err != nil {
		return err
	}
	var f faults
	if len(at) > 0 {
		f.at = at[0]
	}
	for i, a := range c.Attachments {
		if a.Asset == "" {
			continue
		}
		asset, err := s.selectAsset(ctx, a.Asset)
		if fault.Is(err, fault.NotFound) {
			f.add(pointer(f.at, i, "asset"), "there is no asset %q", a.Asset)
			continue
		}
		if err != nil {
			return err
		}
		if why := asset.unfit(a.Kind, use); why != "" {
			f.add(pointer(f.at, i, "asset"), "%s", why)
		}
	}
	return f.err()
}

const (
	momentLong, momentShort = 1440, 1080
	momentVideo             = 30 * time.Second
)

// unfit says why the asset cannot be what an attachment of the kind needs; "" if it can.
func (a Asset) unfit(kind string, use Use) string {
	need := AssetImage // of covers too
	switch kind {
	case KindFile:
		return ""
	case KindVideo:
		need = AssetVideo
	}
	switch {
	case a.Kind != need:
		return fmt.Sprintf("is of kind %s; %s is needed here", a.Kind, wanted[need])
	case use == Moment && (max(a.Width, a.Height) > momentLong || min(a.Width, a.Height) > momentShort):
		return fmt.Sprintf("has %d x %d pixels; in moments an image may have %d x %d", a.Width, a.Height, momentLong, momentShort)
	case use == Moment && need == AssetVideo && a.Duration > momentVideo:
		return fmt.Sprintf("lasts %s; in moments a video may last 30 s", a.Duration.Round(time.Second))
	}
	return ""
}

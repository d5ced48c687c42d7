package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
)

// Asset is a file that messages carry.
type Asset struct {
	ID        string
	Kind      string // AssetImage, AssetVoice, AssetVideo or AssetFile
	Name      string
	Type      string // media type, found in the bytes
	Hash      string // SHA-256 of the bytes
	Size      int64
	Width     int // of an image, in pixels
	Height    int
	Duration  time.Duration // of a video or voice
	CreatedAt time.Time
	CreatedBy string
}

// NewAsset is a file to be taken in. Kind "" takes the kind that the bytes are of;
// AssetFile takes anything.
type NewAsset struct {
	Kind string
	Name string
	Body io.Reader
	By   string // who uploads it
}

// Sizes that the platform takes, in bytes.
const (
	MinFile  = 6
	MaxImage = 10 << 20
	MaxVideo = 10 << 20
	MaxVoice = 2 << 20
	MaxFile  = 20 << 20

	maxVoiceLength = time.Minute
	maxName        = 200
)

var maxOf = map[string]int64{AssetImage: MaxImage, AssetVideo: MaxVideo, AssetVoice: MaxVoice, AssetFile: MaxFile}

var wanted = map[string]string{AssetImage: "a JPEG or PNG image", AssetVideo: "an MP4 video", AssetVoice: "an AMR recording"}

// Add takes a file in. It is on disk, sealed, before its row is. Errors of input name the
// form fields file, kind and name.
func (s *Service) Add(ctx context.Context, n NewAsset) (Asset, error) {
	name, err := cleanName(n.Name)
	if err != nil {
		return Asset{}, err
	}
	if _, known := maxOf[n.Kind]; !known && n.Kind != "" {
		return Asset{}, fault.BadField("kind", "choose one of image, video, voice, file")
	}
	d, err := s.vault.draft()
	if err != nil {
		return Asset{}, fmt.Errorf("take in asset: %w", err)
	}
	defer d.drop()
	f, err := take(n.Body, d)
	if err == nil {
		err = f.check(&n, d.size)
	}
	if err != nil {
		return Asset{}, err
	}
	a := Asset{
		ID: id.New("ast"), Kind: n.Kind, Name: name, Type: f.mime, Size: d.size, Width: f.width, Height: f.height,
		Duration: f.duration, CreatedAt: s.Clock.Now(), CreatedBy: n.By,
	}
	return a, s.store(ctx, d, &a)
}

// store puts the file in place and writes the row, while no sweep runs.
func (s *Service) store(ctx context.Context, d *draft, a *Asset) (err error) {
	if a.Hash, err = d.finish(); err != nil {
		return fmt.Errorf("take in asset: %w", err)
	}
	s.files.Lock()
	defer s.files.Unlock()
	if err := d.keep(a.Hash); err != nil {
		return fmt.Errorf("keep asset file: %w", err)
	}
	return s.insertAsset(ctx, *a)
}

func cleanName(name string) (string, error) {
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.TrimSpace(name)
	switch {
	case name == "" || name == "." || name == "..":
		return "", fault.BadField("name", "is needed: the platform shows it")
	case len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return "", fault.BadField("name", "has at most %d bytes of plain text", maxName)
	}
	return name, nil
}

// take streams body into the draft and says what it is.
func take(body io.Reader, d *draft) (facts, error) {
	in := &intake{r: body}
	f, err := probe(io.TeeReader(in, d))
	switch {
	case in.err != nil:
		return facts{}, in.err
	case errors.Is(err, errDamaged):
		return facts{}, fault.BadField("file", "looks like an image, video or recording but is damaged")
	case err != nil:
		return facts{}, fmt.Errorf("take in asset: %w", err)
	case d.size < MinFile:
		return facts{}, fault.BadField("file", "has fewer than %d bytes", MinFile)
	}
	return f, nil
}

// intake stops at what no kind may have, and tells the sender's errors from ours.
type intake struct {
	r    io.Reader
	size int64
	err  error
}

// Read reads on.
func (i *intake) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	if i.size += int64(n); i.size > MaxFile {
		err = fault.BadField("file", "has more than %d MB", MaxFile>>20)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		i.err = err
	}
	return n, err
}

// check settles the kind and holds the file against the limits of it.
func (f facts) check(n *NewAsset, size int64) error {
	if n.Kind == "" {
		n.Kind = f.kind
	}
	most := maxOf[n.Kind]
	switch {
	case n.Kind != AssetFile && n.Kind != f.kind:
		return fault.BadField("file", "is %s, not %s", f.mime, wanted[n.Kind])
	case size > most:
		return fault.BadField("file", "has %d bytes; %s may have %d MB, kind=file %d MB", size, wanted[n.Kind], most>>20, MaxFile>>20)
	case n.Kind == AssetVoice && f.duration > maxVoiceLength:
		return fault.BadField("file", "lasts %s; a recording may last 60 s", f.duration.Round(time.Second))
	}
	return nil
}

// Asset is one asset.
func (s *Service) Asset(ctx context.Context, assetID string) (Asset, error) {
	return s.selectAsset(ctx, assetID)
}

// Assets lists the assets of a kind ("" all), newest first.
func (s *Service) Assets(ctx context.Context, kind, cursor string, limit int) (page.Page[Asset], error) {
	limit = page.Limit(limit)
	before := "~" // behind every id
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Asset]{}, err
	}
	all, err := s.listAssets(ctx, kind, before, limit+1)
	if err != nil {
		return page.Page[Asset]{}, err
	}
	return page.Cut(all, limit, func(a Asset) string { return a.ID }), nil
}

// Rename gives an asset the name that customers see with it.
func (s *Service) Rename(ctx context.Context, assetID, name string) (Asset, error) {
	name, err := cleanName(name)
	if err != nil {
		return Asset{}, err
	}
	if err := s.renameAsset(ctx, assetID, name); err != nil {
		return Asset{}, err
	}
	return s.selectAsset(ctx, assetID)
}

// Open reads the bytes of an asset. The end of the reader says that all were right.
func (s *Service) Open(a Asset) (io.ReadCloser, error) { return s.vault.open(a.Hash) }

// Usage is one place that keeps an asset ready.
type Usage struct {
	Owner string // such as "welcome:wel_01..."
	Corp  string
}

// Uses lists who keeps an asset, or needs it otherwise: then without a corp.
func (s *Service) Uses(ctx context.Context, assetID string) ([]Usage, error) {
	out, err := s.selectUses(ctx, assetID)
	if err != nil || s.Guard == nil {
		return out, err
	}
	owners, err := s.Guard(ctx, assetID)
	for _, owner := range owners {
		out = append(out, Usage{Owner: owner})
	}
	return out, err
}

const kindSweep = "content.sweep"

// Delete removes an asset that nobody keeps; its file goes once the deletion is committed.
func (s *Service) Delete(ctx context.Context, assetID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		uses, err := s.Uses(ctx, assetID)
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			return fault.New(fault.Conflict, "asset_in_use", "the asset is used by %s, %d in all; change those first", uses[0].Owner, len(uses))
		}
		if err := s.deleteAsset(ctx, assetID); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: kindSweep, Key: assetID, Due: s.Clock.Now()})
	})
}

// sweep removes the files that no asset has any more.
func (s *Service) sweep(ctx context.Context) error {
	s.files.Lock()
	defer s.files.Unlock()
	used, err := s.selectHashes(ctx)
	if err != nil {
		return err
	}
	if err := s.vault.sweep(used); err != nil {
		return fmt.Errorf("sweep asset files: %w", err)
	}
	return nil
}

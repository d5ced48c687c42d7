package privacy

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

// KeepExport is how long an export can be fetched.
const KeepExport = 7 * 24 * time.Hour

// Export is a file with everything that is held of one person.
type Export struct {
	ID        string
	Ord       uint32
	Ready     bool
	Size      int64 // of the ZIP file, 0 until it is ready
	MadeBy    string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Export asks for a customer's file; a job makes it at once.
func (s *Service) Export(ctx context.Context, ord uint32, by string) (Export, error) {
	s.Timeline.RLock()
	root := s.Timeline.Root(ord)
	s.Timeline.RUnlock()
	now := s.Clock.Now()
	x := Export{ID: id.New("exp"), Ord: root, MadeBy: by, CreatedAt: now, ExpiresAt: now.Add(KeepExport)}
	err := s.Access.Audited(ctx, "customer.export", func(ctx context.Context) (string, any, error) {
		if err := s.insertExport(ctx, x); err != nil {
			return "", nil, err
		}
		for _, j := range []job.Job{{Kind: exportKind, Key: x.ID, Due: now}, {Kind: expireKind, Key: x.ID, Due: x.ExpiresAt}} {
			if err := s.Jobs.Put(ctx, j); err != nil {
				return "", nil, err
			}
		}
		return id.Customer(root), map[string]string{"export": x.ID}, nil
	})
	return x, err
}

// ExportOf is an export of whoever asks; that of another, or one that is over, is not found.
func (s *Service) ExportOf(ctx context.Context, key, by string) (Export, error) {
	x, err := s.readExport(ctx, key)
	if err == nil && (x.MadeBy != by || !s.Clock.Now().Before(x.ExpiresAt)) {
		err = noExport(key)
	}
	return x, err
}

// ExportFile is the ZIP file of a finished export, for whoever made it.
func (s *Service) ExportFile(ctx context.Context, key, by string) (x Export, file []byte, err error) {
	if x, err = s.ExportOf(ctx, key, by); err != nil {
		return x, nil, err
	}
	if !x.Ready {
		return x, nil, fault.New(fault.Precondition, "export_not_ready", "the file is being made; ask again in a moment")
	}
	err = s.Access.Audited(ctx, "customer.export.fetch", func(ctx context.Context) (string, any, error) {
		file, err = s.exportBody(ctx, key)
		return id.Customer(x.Ord), map[string]string{"export": key}, err
	})
	return x, file, err
}

func noExport(key string) error {
	return fault.New(fault.NotFound, "export_not_found", "you have no export %q, or its days are over", key)
}

// runExport makes the file.
func (s *Service) runExport(ctx context.Context, j job.Job) error {
	x, err := s.readExport(ctx, j.Key)
	if fault.Is(err, fault.NotFound) || x.Ready {
		return nil // the person was erased meanwhile, or it is made
	}
	if err != nil {
		return err
	}
	file, err := s.compile(ctx, x.Ord)
	if err != nil {
		return fmt.Errorf("export customer %d: %w", x.Ord, err)
	}
	return s.finishExport(ctx, x.ID, file)
}

func (s *Service) expire(ctx context.Context, j job.Job) error { return s.deleteExport(ctx, j.Key) }

// compile gathers everything into a ZIP file of JSON files.
func (s *Service) compile(ctx context.Context, ord uint32) ([]byte, error) {
	p, err := s.find(ctx, ord, false)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, v any) error {
		raw, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".json", Method: zip.Deflate, Modified: s.Clock.Now()})
		if err == nil {
			_, err = w.Write(raw)
		}
		return err
	}
	if err := s.addKnown(ctx, p, add); err != nil {
		return nil, err
	}
	for _, h := range holdings {
		if h.quiet {
			continue
		}
		rows, err := s.rows(ctx, h, p)
		if err == nil && len(rows) > 0 {
			err = add(h.table, rows)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("close file: %w", err)
	}
	return out.Bytes(), nil
}

// addKnown adds what is not rows of a table: the profile, events and consents.
func (s *Service) addKnown(ctx context.Context, p person, add func(name string, v any) error) error {
	profile, err := s.Customers.Profile(ctx, p.root)
	if err != nil {
		return err
	}
	err = add("profile", map[string]any{
		"customer": profile.ID, "traits": profile.Traits, "tags": profile.Tags, "aipl": profile.Lifecycle.AIPL,
		"aarrr": profile.Lifecycle.AARRR, "tier": profile.Tier, "first_seen": profile.FirstSeen, "last_seen": profile.LastSeen,
		"orders": profile.Orders.Count, "net_revenue": profile.Orders.Decimal().Float(), "currency": profile.Orders.Currency,
	})
	if err != nil {
		return err
	}
	type owned struct {
		Type      string    `json:"type"`
		Value     string    `json:"value"`
		FirstSeen time.Time `json:"first_seen"`
	}
	names := []owned{}
	for _, o := range p.identities {
		names = append(names, owned{o.Type, o.Value, o.FirstSeen})
	}
	if err := add("identities", names); err != nil {
		return err
	}
	evs, err := s.told(ctx, p.root)
	if err != nil {
		return err
	}
	if err := add("events", evs); err != nil {
		return err
	}
	consents, err := s.Consents(ctx, p.root)
	if err != nil {
		return err
	}
	return add("consents", consents)
}

// toldEvent is an event as an export shows it.
type toldEvent struct {
	Seq        uint64           `json:"seq"`
	Name       string           `json:"name"`
	At         time.Time        `json:"at"`
	ReceivedAt time.Time        `json:"received_at"`
	MessageID  string           `json:"message_id"`
	Identities []event.Identity `json:"identities,omitempty"`
	Properties json.RawMessage  `json:"properties,omitempty"`
	Context    json.RawMessage  `json:"context,omitempty"`
	Traits     []event.TraitOp  `json:"traits,omitempty"`
	Tags       []event.TagOp    `json:"tags,omitempty"`
}

// told is every event of a customer, the newest first.
func (s *Service) told(ctx context.Context, root uint32) ([]toldEvent, error) {
	out := []toldEvent{}
	for seqs := range slices.Chunk(s.seqs(root), 1000) {
		evs, err := s.Log.Read(ctx, seqs)
		if err != nil {
			return nil, err
		}
		for _, ev := range evs {
			out = append(out, toldEvent{
				ev.Seq, ev.Name, ev.At, ev.ReceivedAt, ev.MessageID, ev.Identities, ev.Props, ev.Context, ev.Traits, ev.Tags,
			})
		}
	}
	return out, nil
}

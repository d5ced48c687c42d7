package experiment

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const idPrefix = "exp_"

// ID is the public id of the experiment of this name.
func ID(name string) string { return fmt.Sprintf("%s%016x", idPrefix, fingerprint(name)) }

// keyOf reads an id or a name.
func keyOf(experiment string) int64 {
	if hex, ok := strings.CutPrefix(experiment, idPrefix); ok && len(hex) == 16 {
		if n, err := strconv.ParseInt(hex, 16, 64); err == nil {
			return n
		}
	}
	return fingerprint(experiment)
}

const (
	experimentFields = `id, name, origin, kind, settings, started_at, stopped_at, decision, created_at`
	selectExperiment = `SELECT ` + experimentFields + ` FROM experiment WHERE id = $1`
	selectPage       = `SELECT ` + experimentFields + ` FROM experiment WHERE name > $1 ORDER BY name LIMIT $2`
	selectArms       = `SELECT arm, share, changed FROM experiment_arm WHERE experiment = $1 ORDER BY pos`
)

func scanInfo(scan func(...any) error) (x Info, err error) {
	var settings, decision string
	var started, stopped, created int64
	if err = scan(&x.key, &x.Name, &x.Origin, &x.Kind, &settings, &started, &stopped, &decision, &created); err != nil {
		return x, err
	}
	x.ID, x.StartedAt, x.StoppedAt, x.CreatedAt = ID(x.Name), optional(started), optional(stopped), time.UnixMilli(created).UTC()
	if err := json.Unmarshal([]byte(settings), &x.raw); err != nil {
		return x, fmt.Errorf("read settings of experiment %s: %w", x.Name, err)
	}
	x.Settings = x.raw.filled()
	if x.raw.Kind != "" {
		x.Kind = x.raw.Kind
	}
	x.Settings.Kind = x.Kind
	if decision != "" {
		x.Decision = &Decision{}
		err = json.Unmarshal([]byte(decision), x.Decision)
	}
	return x, err
}

func optional(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

// Get is one experiment, by name or id.
func (s *Service) Get(ctx context.Context, experiment string) (x Info, err error) {
	err = s.DB.Each(ctx, selectExperiment, []any{keyOf(experiment)}, func(rows *sql.Rows) (err error) {
		x, err = scanInfo(rows.Scan)
		return err
	})
	if err == nil && x.Name == "" {
		err = fault.New(fault.NotFound, "experiment_not_found", "there is no experiment %q", experiment)
	}
	if err == nil {
		err = s.addArms(ctx, &x)
	}
	return x, err
}

// List is experiments by name.
func (s *Service) List(ctx context.Context, cursor string, limit int) (out page.Page[Info], err error) {
	after := ""
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items := []Info{}
	err = s.DB.Each(ctx, selectPage, []any{after, limit + 1}, func(rows *sql.Rows) error {
		x, err := scanInfo(rows.Scan)
		items = append(items, x)
		return err
	})
	for i := 0; err == nil && i < len(items); i++ {
		err = s.addArms(ctx, &items[i])
	}
	if err != nil {
		return out, fmt.Errorf("list experiments: %w", err)
	}
	return page.Cut(items, limit, func(x Info) string { return x.Name }), nil
}

// addArms fills in the arms: those of the settings, else those that came with exposures.
func (s *Service) addArms(ctx context.Context, x *Info) error {
	records := s.exposed(x.Name)
	x.Arms = []ArmInfo{}
	for _, a := range x.raw.Arms {
		x.Arms = append(x.Arms, ArmInfo{Arm: a, Records: records[a.Name]})
	}
	return s.DB.Each(ctx, selectArms, []any{x.key}, func(rows *sql.Rows) error {
		var a ArmInfo
		var share int64
		if err := rows.Scan(&a.Name, &share, &a.Changed); err != nil {
			return err
		}
		a.Share, a.Records = float64(share)/1e4, records[a.Name]
		i := slices.IndexFunc(x.Arms, func(b ArmInfo) bool { return b.Name == a.Name })
		switch {
		case i < 0 && len(x.raw.Arms) > 0:
			a.Share = 0 // not planned
			x.Arms = append(x.Arms, a)
		case i < 0:
			x.Arms = append(x.Arms, a)
		default:
			x.Arms[i].Changed = a.Changed
		}
		return nil
	})
}

const (
	upsertSettings = `INSERT INTO experiment (id, name, origin, kind, settings, started_at, stopped_at, decision, created_at)
VALUES ($1, $2, '', $3, $4, 0, 0, '', $5)
ON CONFLICT (id) DO UPDATE SET settings = excluded.settings`
	updateStopped  = `UPDATE experiment SET stopped_at = $1 WHERE id = $2`
	updateDecision = `UPDATE experiment SET decision = $1 WHERE id = $2`
)

const maxName = 200

// Put sets how an experiment is measured. One that was never heard of is declared by it:
// then experiment is its name.
func (s *Service) Put(ctx context.Context, experiment string, settings Settings) (Info, error) {
	if err := settings.Validate(); err != nil {
		return Info{}, err
	}
	if n := len(experiment); n == 0 || n > maxName {
		return Info{}, fault.BadField("/name", "is 1 to %d bytes", maxName)
	}
	raw, err := json.Marshal(settings)
	if err != nil {
		return Info{}, err
	}
	name := experiment
	switch x, err := s.Get(ctx, experiment); {
	case err == nil:
		name = x.Name
	case !fault.Is(err, fault.NotFound) || strings.HasPrefix(experiment, idPrefix):
		return Info{}, err
	}
	kind := settings.Kind
	if kind == "" {
		kind = kindOf(Exposure{Experiment: name})
	}
	if _, err := s.DB.Exec(ctx, upsertSettings, fingerprint(name), name, string(kind), string(raw), s.Clock.Now().UnixMilli()); err != nil {
		return Info{}, fmt.Errorf("set experiment %s: %w", name, err)
	}
	s.stale(name)
	return s.Get(ctx, name)
}

// Declare names an experiment's arms before the first exposure, in place of those declared
// before. Shares that somebody has set count more. Its caller may have a transaction.
func (s *Service) Declare(ctx context.Context, name, origin string, kind Kind, list []Arm) error {
	id, now := fingerprint(name), s.Clock.Now().UnixMilli()
	if _, err := s.DB.Exec(ctx, declareExperiment, id, name, origin, string(kind), now); err != nil {
		return fmt.Errorf("declare experiment %s: %w", name, err)
	}
	if _, err := s.DB.Exec(ctx, forgetArms, id); err != nil {
		return fmt.Errorf("declare experiment %s: %w", name, err)
	}
	for _, a := range list {
		if _, err := s.DB.Exec(ctx, insertArm, id, a.Name, int64(a.Share*1e4+0.5)); err != nil {
			return fmt.Errorf("declare experiment %s: %w", name, err)
		}
	}
	return nil
}

const forgetArms = `DELETE FROM experiment_arm WHERE experiment = $1 AND (SELECT started_at FROM experiment WHERE id = $1) = 0`

const declareExperiment = `INSERT INTO experiment (id, name, origin, kind, settings, started_at, stopped_at, decision, created_at)
VALUES ($1, $2, $3, $4, '{}', 0, 0, '', $5)
ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, kind = excluded.kind`

// Stop ends the enrolment: who is exposed later does not count. Those exposed before are
// measured to the end of their horizon.
func (s *Service) Stop(ctx context.Context, experiment string) (Info, error) {
	x, err := s.Get(ctx, experiment)
	if err != nil {
		return x, err
	}
	if x.StoppedAt != nil {
		return x, fault.New(fault.Precondition, "stopped", "experiment %s is stopped already", x.Name)
	}
	return s.setStopped(ctx, x, s.Clock.Now().UnixMilli())
}

// Resume takes a stop back.
func (s *Service) Resume(ctx context.Context, experiment string) (Info, error) {
	x, err := s.Get(ctx, experiment)
	if err != nil {
		return x, err
	}
	if x.StoppedAt == nil {
		return x, fault.New(fault.Precondition, "running", "experiment %s is not stopped", x.Name)
	}
	return s.setStopped(ctx, x, 0)
}

func (s *Service) setStopped(ctx context.Context, x Info, at int64) (Info, error) {
	if _, err := s.DB.Exec(ctx, updateStopped, at, x.key); err != nil {
		return x, fmt.Errorf("stop experiment %s: %w", x.Name, err)
	}
	s.stale(x.Name)
	return s.Get(ctx, x.Name)
}

// Decide notes what is made of the result. By and At of d are filled in.
func (s *Service) Decide(ctx context.Context, experiment, by string, d Decision) (Info, error) {
	x, err := s.Get(ctx, experiment)
	if err != nil {
		return x, err
	}
	if d.Arm != "" && !slices.ContainsFunc(x.Arms, func(a ArmInfo) bool { return a.Name == d.Arm }) {
		return x, fault.BadField("/arm", "experiment %s has no arm %q", x.Name, d.Arm)
	}
	if strings.TrimSpace(d.Note) == "" {
		return x, fault.BadField("/note", "say why")
	}
	d.By, d.At = by, s.Clock.Now()
	raw, err := json.Marshal(d)
	if err != nil {
		return x, err
	}
	if _, err := s.DB.Exec(ctx, updateDecision, string(raw), x.key); err != nil {
		return x, fmt.Errorf("decide experiment %s: %w", x.Name, err)
	}
	s.stale(x.Name)
	return s.Get(ctx, x.Name)
}

package event

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"time"

	"yutang/internal/fault"
)

// Source is what sends us events. Its write key is stored as a hash only.
type Source struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`
	Disabled bool      `json:"disabled"`
	Internal bool      `json:"internal" doc:"the system's own: it is not stopped"`
	Created  time.Time `json:"created_at"`
}

func (l *Log) loadSources(ctx context.Context) error {
	var sources []Source
	keys, names := map[[32]byte]int{}, map[string]int{}
	const text = "SELECT id, name, key_hash, created_at, disabled FROM source ORDER BY id"
	err := l.db.Each(ctx, text, nil, func(r *sql.Rows) error {
		var s Source
		var hash []byte
		var created int64
		if err := r.Scan(&s.ID, &s.Name, &hash, &created, &s.Disabled); err != nil {
			return err
		}
		s.Created = time.UnixMilli(created).UTC()
		keys[[32]byte(hash)] = len(sources)
		names[s.Name] = len(sources)
		sources = append(sources, s)
		return nil
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.markInternal(sources)
	l.sources, l.keyHash, l.byName = sources, keys, names
	return nil
}

// Sources lists all sources in order of making.
func (l *Log) Sources() []Source {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return append([]Source(nil), l.sources...)
}

// SourceByKey finds the source that a write key belongs to.
func (l *Log) SourceByKey(writeKey string) (Source, bool) {
	hash := sha256.Sum256([]byte(writeKey))
	l.mu.RLock()
	defer l.mu.RUnlock()
	i, ok := l.keyHash[hash]
	if !ok {
		return Source{}, false
	}
	return l.sources[i], true
}

// SourceByName finds a source by its name.
func (l *Log) SourceByName(name string) (Source, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	i, ok := l.byName[name]
	if !ok {
		return Source{}, false
	}
	return l.sources[i], true
}

// AddSource makes a source. Internal sources have a write key that nobody is told.
func (l *Log) AddSource(ctx context.Context, name, writeKey string, at time.Time) (Source, error) {
	if name == "" || len(name) > 64 {
		return Source{}, fault.BadField("/name", "a source's name has 1 to 64 characters")
	}
	if writeKey == "" {
		return Source{}, fault.BadField("/write_key", "a source needs a write key")
	}
	hash := sha256.Sum256([]byte(writeKey))
	err := l.db.InTx(ctx, func(ctx context.Context) error {
		_, err := l.db.Exec(ctx, `INSERT INTO source (id, name, key_hash, created_at, disabled)
			SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, FALSE FROM source`, name, hash[:], at.UnixMilli())
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return Source{}, fault.New(fault.Conflict, "source_exists", "a source named %q or with this write key exists", name)
	}
	if err != nil {
		return Source{}, err
	}
	if err := l.loadSources(ctx); err != nil {
		return Source{}, err
	}
	s, _ := l.SourceByName(name)
	return s, nil
}

// Source finds the source of this name, making it with the key if it is absent.
func (l *Log) Source(ctx context.Context, name, writeKey string, at time.Time) (Source, error) {
	if s, ok := l.SourceByName(name); ok {
		return s, nil
	}
	return l.AddSource(ctx, name, writeKey, at)
}

// InternalSource is Source for what the system itself sends by: nobody is told the key, and
// nobody stops it. It is internal while this program runs.
func (l *Log) InternalSource(ctx context.Context, name, writeKey string, at time.Time) (Source, error) {
	l.mu.Lock()
	if l.internal == nil {
		l.internal = map[string]bool{}
	}
	l.internal[name] = true
	l.markInternal(l.sources)
	l.mu.Unlock()
	return l.Source(ctx, name, writeKey, at)
}

// markInternal marks those of sources that are the system's own. Under mu.
func (l *Log) markInternal(sources []Source) {
	for i := range sources {
		sources[i].Internal = l.internal[sources[i].Name]
	}
}

// DisableSource stops or starts accepting events of a source. One of the system's own is
// not stopped.
func (l *Log) DisableSource(ctx context.Context, id int64, disabled bool) error {
	for _, s := range l.Sources() {
		if s.ID == id && s.Internal && disabled {
			return fault.New(fault.Precondition, "internal_source", "%q is the system's own source and cannot be stopped: parts of it would fall silent; stop what sends by it instead", s.Name)
		}
	}
	n, err := l.db.Exec(ctx, "UPDATE source SET disabled = $1 WHERE id = $2", disabled, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "source_not_found", "there is no source %d", id)
	}
	return l.loadSources(ctx)
}

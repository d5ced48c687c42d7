package contact

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"yutang/internal/db"
)

// row is a relation as stored.
type row struct {
	Contact
	history history
	digest  []byte // of what the platform said last; empty before that
}

// words is what is sealed of a relation.
type words struct {
	Remark      string   `json:"r,omitempty"`
	Description string   `json:"d,omitempty"`
	Company     string   `json:"c,omitempty"`
	Mobiles     []string `json:"m,omitempty"`
}

const (
	sealScope = "contact"
	newsScope = "contact_news"
)

const contactFields = `corp, user_id, external, leaf, state, additions, added_at, ended_at, add_way, code, channel, code_id, code_name,
	tags, sealed, history, digest, changed_at`

func (s *Service) scan(rows *sql.Rows) (row, error) {
	var r row
	var added, ended, changed int64
	var tags string
	var sealed, past []byte
	err := rows.Scan(&r.Corp, &r.User, &r.External, &r.Leaf, &r.State, &r.Count, &added, &ended, &r.AddWay, &r.Code, &r.Channel,
		&r.CodeID, &r.CodeName, &tags, &sealed, &past, &r.digest, &changed)
	if err != nil {
		return r, err
	}
	r.AddedAt, r.EndedAt, r.ChangedAt = db.Moment(added), db.Moment(ended), db.Moment(changed)
	if r.history, err = decodeHistory(past); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
		return r, fmt.Errorf("read tags of a contact: %w", err)
	}
	return r, s.open(&r.Contact, sealed)
}

func (s *Service) open(c *Contact, sealed []byte) error {
	plain, err := s.Box.Open(nil, sealed, sealScope)
	if err != nil {
		return fmt.Errorf("open a contact: %w", err)
	}
	var w words
	if err := json.Unmarshal(plain, &w); err != nil {
		return fmt.Errorf("read a contact: %w", err)
	}
	c.Remark, c.Description, c.Company, c.Mobiles = w.Remark, w.Description, w.Company, w.Mobiles
	return nil
}

func (s *Service) rows(ctx context.Context, text string, args ...any) ([]row, error) {
	var out []row
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		r, err := s.scan(rows)
		out = append(out, r)
		return err
	})
	return out, err
}

var contactColumns = []string{
	"corp", "user_id", "external", "leaf", "state", "additions", "added_at", "ended_at", "add_way", "code", "channel", "code_id",
	"code_name", "tags", "sealed", "history", "digest", "changed_at",
}

const keepContact = `ON CONFLICT (corp, user_id, external) DO UPDATE SET leaf = excluded.leaf, state = excluded.state,
	additions = excluded.additions, added_at = excluded.added_at, ended_at = excluded.ended_at, add_way = excluded.add_way,
	code = excluded.code, channel = excluded.channel, code_id = excluded.code_id, code_name = excluded.code_name,
	tags = excluded.tags, sealed = excluded.sealed, history = excluded.history, digest = excluded.digest,
	changed_at = excluded.changed_at`

// save writes relations, inside a transaction.
func (s *Service) save(ctx context.Context, rows []row) error {
	args := make([]any, 0, len(rows)*len(contactColumns))
	for _, r := range rows {
		plain := text(words{r.Remark, r.Description, r.Company, r.Mobiles})
		tags := r.Tags
		if tags == nil {
			tags = []string{}
		}
		args = append(args, r.Corp, r.User, r.External, r.Leaf, string(r.State), r.Count, db.Millis(r.AddedAt), db.Millis(r.EndedAt), r.AddWay,
			r.Code, r.Channel, r.CodeID, r.CodeName, text(tags), s.Box.Seal(nil, []byte(plain), sealScope), r.history.encode(), blob(r.digest),
			db.Millis(r.ChangedAt))
	}
	return s.DB.InsertMany(ctx, "contact", contactColumns, args, keepContact)
}

// blob is b for a column that may be empty and not null: an empty one reads back as nil.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// text is v as JSON. What is kept here always marshals.
func text(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

const selectContact = `SELECT ` + contactFields + ` FROM contact WHERE corp = $1 AND user_id = $2 AND external = $3`

// load is the relation of two, a new one if there is none.
func (s *Service) load(ctx context.Context, corp, user, external string) (row, error) {
	rows, err := s.rows(ctx, selectContact, corp, user, external)
	if err != nil {
		return row{}, err
	}
	if len(rows) == 1 {
		return rows[0], nil
	}
	return row{Contact: Contact{Corp: corp, User: user, External: external}}, nil
}

// holder is one relation as far as the whole person is concerned.
type holder struct {
	corp, user, external string
	state                State
	count                int
}

func (r row) holder() holder { return holder{r.Corp, r.User, r.External, r.State, r.Count} }

const selectLeafHolders = `SELECT corp, user_id, external, state, additions FROM contact WHERE leaf = $1`

func (s *Service) holders(ctx context.Context, leaf uint32) ([]holder, error) {
	var out []holder
	err := s.DB.Each(ctx, selectLeafHolders, []any{leaf}, func(rows *sql.Rows) error {
		var h holder
		err := rows.Scan(&h.corp, &h.user, &h.external, &h.state, &h.count)
		out = append(out, h)
		return err
	})
	return out, err
}

// known is what we hold of some external contacts of a corp.
type known struct {
	relations map[string][]row
	people    map[string]told
}

const knownChunk = 100 // external contacts named in one statement

var (
	selectKnown      = `SELECT ` + contactFields + ` FROM contact WHERE corp = $1 AND external IN (` + db.Marks(2, knownChunk) + `)`
	selectKnownOne   = `SELECT ` + contactFields + ` FROM contact WHERE corp = $1 AND external = $2`
	selectPeople     = `SELECT external, leaf, version, details, holders FROM contact_person WHERE corp = $1 AND external IN (` + db.Marks(2, knownChunk) + `)`
	selectPeopleOnly = `SELECT external, leaf, version, details, holders FROM contact_person WHERE corp = $1 AND external = $2`
)

// known reads all relations of external contacts, and what their records were told.
func (s *Service) known(ctx context.Context, corp string, externals []string) (known, error) {
	k := known{relations: map[string][]row{}, people: map[string]told{}}
	externals = slices.Compact(slices.Sorted(slices.Values(externals)))
	for part := range slices.Chunk(externals, knownChunk) {
		relations, people := selectKnownOne, selectPeopleOnly
		if len(part) > 1 {
			relations, people = selectKnown, selectPeople
		}
		args := []any{corp}
		for _, e := range part {
			args = append(args, e)
		}
		for len(part) > 1 && len(args) <= knownChunk {
			args = append(args, part[0]) // a repeat names nobody more
		}
		rows, err := s.rows(ctx, relations, args...)
		if err != nil {
			return k, err
		}
		for _, r := range rows {
			k.relations[r.External] = append(k.relations[r.External], r)
		}
		if err := s.told(ctx, corp, people, args, k.people); err != nil {
			return k, err
		}
	}
	return k, nil
}

// relation is the relation of two, a new one if there is none.
func (k known) relation(corp, user, external string) row {
	for _, r := range k.relations[external] {
		if r.User == user {
			return r
		}
	}
	return row{Contact: Contact{Corp: corp, User: user, External: external}}
}

// told is what the customer's record was last told about an external contact.
type told struct {
	corp, external string
	leaf           uint32
	version        int64
	details        []byte
	holders        []byte
}

func (s *Service) told(ctx context.Context, corp, text string, args []any, into map[string]told) error {
	return s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		t := told{corp: corp}
		err := rows.Scan(&t.external, &t.leaf, &t.version, &t.details, &t.holders)
		into[t.external] = t
		return err
	})
}

var toldColumns = []string{"corp", "external", "leaf", "version", "details", "holders"}

const keepTold = `ON CONFLICT (corp, external) DO UPDATE SET leaf = excluded.leaf, version = excluded.version,
	details = excluded.details, holders = excluded.holders`

func (s *Service) saveTold(ctx context.Context, all []told) error {
	args := make([]any, 0, len(all)*len(toldColumns))
	for _, t := range all {
		args = append(args, t.corp, t.external, t.leaf, t.version, blob(t.details), blob(t.holders))
	}
	return s.DB.InsertMany(ctx, "contact_person", toldColumns, args, keepTold)
}

package library

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"yutang/internal/db"
	"yutang/internal/fault"
)

const (
	materialColumns = `id, space, kind, folder, name, tags, latest, approved, used, opened, forwarded, expires_at, trashed_at,
		created_at, created_by, updated_at, updated_by`
	insertMaterial = `INSERT INTO library_material (` + materialColumns + `, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9, 0, $10, $11, $12, $13, $14)`
	selectMaterial = `SELECT ` + materialColumns + ` FROM library_material WHERE id = $1`
	updateMaterial = `UPDATE library_material SET folder = $1, name = $2, tags = $3, latest = $4, approved = $5, expires_at = $6,
		trashed_at = $7, updated_at = $8, updated_by = $9, search = $10 WHERE id = $11`
	selectSearch  = `SELECT search FROM library_material WHERE id = $1`
	listMaterials = `SELECT ` + materialColumns + ` FROM library_material WHERE space = $1 AND id < $2
		AND ($3 = '' OR kind = $3) AND ($4 = '*' OR folder = $4) AND search LIKE $5 ESCAPE '\' AND tags LIKE $6 ESCAPE '\'
		AND ($7 = '' OR id IN (SELECT material FROM library_version WHERE state = $7))
		AND (trashed_at > 0) = $8 ORDER BY id DESC LIMIT $9`
	eachInUse = `SELECT ` + materialColumns + ` FROM library_material WHERE approved > 0 AND trashed_at = 0 ORDER BY id`
	bodyInUse = `SELECT m.id, v.body FROM library_material m JOIN library_version v ON v.material = m.id AND v.version = m.approved
		WHERE m.trashed_at = 0`
	countUse       = `UPDATE library_material SET used = used + 1 WHERE id = $1`
	versionColumns = `version, state, body, note, created_at, created_by, submitted_at, submitted_by, decided_at, decided_by, reason`
	insertVersion  = `INSERT INTO library_version (material, ` + versionColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', 0, '', '')`
	selectVersion = `SELECT ` + versionColumns + ` FROM library_version WHERE material = $1 AND version = $2`
	listVersions  = `SELECT ` + versionColumns + ` FROM library_version WHERE material = $1 AND version < $2 ORDER BY version DESC LIMIT $3`
	updateVersion = `UPDATE library_version SET state = $1, submitted_at = $2, submitted_by = $3, decided_at = $4, decided_by = $5,
		reason = $6 WHERE material = $7 AND version = $8`
	insertAsset = `INSERT INTO library_asset (asset, material, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	assetUses   = `SELECT DISTINCT a.material, m.name FROM library_asset a JOIN library_material m ON m.id = a.material WHERE a.asset = $1`
	selectRule  = `SELECT approval FROM library_setting WHERE id = 1`
	saveRule    = `INSERT INTO library_setting (id, approval, revision) VALUES (1, $1, 1) ON CONFLICT (id) DO UPDATE SET approval = excluded.approval`
	revise      = `INSERT INTO library_setting (id, approval, revision) VALUES (1, FALSE, 1)
		ON CONFLICT (id) DO UPDATE SET revision = library_setting.revision + 1`
	selectRevision = `SELECT revision FROM library_setting WHERE id = 1`
)

func list[T any](items []T) string {
	if items == nil {
		items = []T{}
	}
	raw, _ := json.Marshal(items) // plain values: no error
	return string(raw)
}

// like is a pattern of LIKE that finds text anywhere.
func like(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

func (s *Service) insertMaterial(ctx context.Context, m Material, search string) error {
	_, err := s.DB.Exec(ctx, insertMaterial, m.ID, string(m.Space), string(m.Kind), m.Folder, m.Name, list(m.Tags), m.Latest, m.Approved,
		db.Millis(m.ExpiresAt), db.Millis(m.CreatedAt), m.CreatedBy, db.Millis(m.UpdatedAt), m.UpdatedBy, search)
	return err
}

func (s *Service) updateMaterial(ctx context.Context, m Material, search string) error {
	if err := s.revise(ctx); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, updateMaterial, m.Folder, m.Name, list(m.Tags), m.Latest, m.Approved, db.Millis(m.ExpiresAt), db.Millis(m.TrashedAt),
		db.Millis(m.UpdatedAt), m.UpdatedBy, search, m.ID)
	return err
}

func (s *Service) readMaterials(ctx context.Context, query string, args ...any) ([]Material, error) {
	var out []Material
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var m Material
		var tags string
		var expires, trashed, created, updated int64
		err := rows.Scan(&m.ID, &m.Space, &m.Kind, &m.Folder, &m.Name, &tags, &m.Latest, &m.Approved, &m.Used, &m.Opened, &m.Forwarded,
			&expires, &trashed, &created, &m.CreatedBy, &updated, &m.UpdatedBy)
		if err != nil {
			return err
		}
		m.ExpiresAt, m.TrashedAt, m.CreatedAt, m.UpdatedAt = db.Moment(expires), db.Moment(trashed), db.Moment(created), db.Moment(updated)
		out = append(out, m)
		return json.Unmarshal([]byte(tags), &out[len(out)-1].Tags)
	})
	return out, err
}

// newestChunk is how many materials one query looks at.
const newestChunk = 50

var selectNewest = `SELECT m.id, v.version, v.state, v.body, v.note, v.created_at, v.created_by, v.submitted_at, v.submitted_by, v.decided_at, v.decided_by,
		v.reason
	FROM library_material m JOIN library_version v ON v.material = m.id AND v.version = m.latest WHERE m.id IN (` + db.Marks(1, newestChunk) + `)`

// fillNewest gives materials their newest versions.
func (s *Service) fillNewest(ctx context.Context, materials []Material) error {
	newest := map[string]Version{}
	for some := range slices.Chunk(materials, newestChunk) {
		args := make([]any, newestChunk)
		for i := range args {
			args[i] = some[min(i, len(some)-1)].ID
		}
		err := s.DB.Each(ctx, selectNewest, args, func(rows *sql.Rows) error {
			var id string
			v, err := scanVersion(rows, &id)
			newest[id] = v
			return err
		})
		if err != nil {
			return err
		}
	}
	for i := range materials {
		materials[i].Version = newest[materials[i].ID]
	}
	return nil
}

func (s *Service) selectMaterial(ctx context.Context, id string) (Material, error) {
	all, err := s.readMaterials(ctx, selectMaterial, id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "material_not_found", "there is no material %q", id)
	}
	if err != nil {
		return Material{}, err
	}
	return all[0], nil
}

func (s *Service) insertVersion(ctx context.Context, id string, v Version, assets []string) error {
	_, err := s.DB.Exec(ctx, insertVersion, id, v.Number, string(v.State), string(v.Body), v.Note, db.Millis(v.CreatedAt), v.CreatedBy)
	for _, asset := range assets {
		if err != nil {
			return err
		}
		_, err = s.DB.Exec(ctx, insertAsset, asset, id, v.Number)
	}
	return err
}

func (s *Service) readVersions(ctx context.Context, query string, args ...any) ([]Version, error) {
	var out []Version
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		v, err := scanVersion(rows)
		out = append(out, v)
		return err
	})
	return out, err
}

// scanVersion reads a version that follows what goes before in its row.
func scanVersion(rows *sql.Rows, before ...any) (v Version, err error) {
	var body string
	var created, submitted, decided int64
	err = rows.Scan(append(before, &v.Number, &v.State, &body, &v.Note, &created, &v.CreatedBy, &submitted, &v.SubmittedBy, &decided, &v.DecidedBy, &v.Reason)...)
	v.Body, v.CreatedAt, v.SubmittedAt, v.DecidedAt = json.RawMessage(body), db.Moment(created), db.Moment(submitted), db.Moment(decided)
	return v, err
}

func (s *Service) selectVersion(ctx context.Context, id string, number int) (Version, error) {
	all, err := s.readVersions(ctx, selectVersion, id, number)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "version_not_found", "the material has no version %d", number)
	}
	if err != nil {
		return Version{}, err
	}
	return all[0], nil
}

func (s *Service) updateVersion(ctx context.Context, id string, v Version) error {
	_, err := s.DB.Exec(ctx, updateVersion, string(v.State), db.Millis(v.SubmittedAt), v.SubmittedBy, db.Millis(v.DecidedAt), v.DecidedBy, v.Reason, id, v.Number)
	return err
}

// Guard says which materials name an asset, for content.Config.
func (s *Service) Guard(ctx context.Context, asset string) ([]string, error) {
	return guard(ctx, s.DB, asset)
}

func guard(ctx context.Context, d *db.DB, asset string) ([]string, error) {
	var out []string
	err := d.Each(ctx, assetUses, []any{asset}, func(rows *sql.Rows) error {
		var id, name string
		err := rows.Scan(&id, &name)
		out = append(out, "material:"+id)
		return err
	})
	return out, err
}

// NeedsApproval says whether a version needs a second look by somebody else.
func (s *Service) NeedsApproval(ctx context.Context) (needed bool, err error) {
	err = s.DB.Get(ctx, selectRule, nil, &needed)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return needed, err
}

// SetNeedsApproval changes that. Versions that wait go on waiting.
func (s *Service) SetNeedsApproval(ctx context.Context, needed bool) error {
	_, err := s.DB.Exec(ctx, saveRule, needed)
	return err
}

// revise says, in ctx's transaction, that what staff see is another.
func (s *Service) revise(ctx context.Context) error {
	_, err := s.DB.Exec(ctx, revise)
	return err
}

func (s *Service) revision(ctx context.Context) (n int64, err error) {
	err = s.DB.Get(ctx, selectRevision, nil, &n)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return n, err
}

func (s *Service) bodiesInUse(ctx context.Context) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	err := s.DB.Each(ctx, bodyInUse, nil, func(rows *sql.Rows) error {
		var id, body string
		err := rows.Scan(&id, &body)
		out[id] = json.RawMessage(body)
		return err
	})
	return out, err
}

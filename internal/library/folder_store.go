package library

import (
	"context"
	"database/sql"
	"encoding/json"

	"yutang/internal/db"
	"yutang/internal/fault"
)

const (
	folderColumns = `id, space, parent, name, position, panel, departments, created_at, created_by`
	insertFolder  = `INSERT INTO library_folder (` + folderColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	updateFolder  = `UPDATE library_folder SET parent = $1, name = $2, position = $3, panel = $4, departments = $5 WHERE id = $6`
	deleteFolder  = `DELETE FROM library_folder WHERE id = $1`
	selectFolder  = `SELECT ` + folderColumns + ` FROM library_folder WHERE id = $1`
	selectFolders = `SELECT ` + folderColumns + ` FROM library_folder WHERE space = $1 ORDER BY position, name, id`
	countIn       = `SELECT (SELECT COUNT(*) FROM library_folder WHERE parent = $1),
		(SELECT COUNT(*) FROM library_material WHERE folder = $1 AND trashed_at = 0)`
	insertFavourite = `INSERT INTO library_favourite (corp, userid, material, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	deleteFavourite = `DELETE FROM library_favourite WHERE corp = $1 AND userid = $2 AND material = $3`
	favourites      = `SELECT material FROM library_favourite WHERE corp = $1 AND userid = $2`
)

func (s *Service) insertFolder(ctx context.Context, f Folder) error {
	_, err := s.DB.Exec(ctx, insertFolder, f.ID, string(f.Space), f.Parent, f.Name, f.Position, f.Panel, list(f.Departments), db.Millis(f.CreatedAt), f.CreatedBy)
	return err
}

func (s *Service) updateFolder(ctx context.Context, f Folder) error {
	_, err := s.DB.Exec(ctx, updateFolder, f.Parent, f.Name, f.Position, f.Panel, list(f.Departments), f.ID)
	return err
}

func (s *Service) deleteFolder(ctx context.Context, folderID string) error {
	_, err := s.DB.Exec(ctx, deleteFolder, folderID)
	return err
}

// Folder is one folder.
func (s *Service) Folder(ctx context.Context, folderID string) (Folder, error) {
	all, err := s.readFolders(ctx, selectFolder, folderID)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "folder_not_found", "there is no folder %q", folderID)
	}
	if err != nil {
		return Folder{}, err
	}
	return all[0], nil
}

// Folders lists all folders of a space, in the order of their positions and names.
func (s *Service) Folders(ctx context.Context, space Space) ([]Folder, error) {
	return s.readFolders(ctx, selectFolders, string(space))
}

func (s *Service) readFolders(ctx context.Context, query string, args ...any) ([]Folder, error) {
	var out []Folder
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var f Folder
		var departments string
		var created int64
		if err := rows.Scan(&f.ID, &f.Space, &f.Parent, &f.Name, &f.Position, &f.Panel, &departments, &created, &f.CreatedBy); err != nil {
			return err
		}
		f.CreatedAt = db.Moment(created)
		out = append(out, f)
		return json.Unmarshal([]byte(departments), &out[len(out)-1].Departments)
	})
	return out, err
}

func (s *Service) countIn(ctx context.Context, folderID string) (folders, materials int, err error) {
	err = s.DB.Get(ctx, countIn, []any{folderID}, &folders, &materials)
	return folders, materials, err
}

// SetFavourite puts a script or material on a member's list, or takes it off.
func (s *Service) SetFavourite(ctx context.Context, who Staff, materialID string, on bool) error {
	if !on {
		_, err := s.DB.Exec(ctx, deleteFavourite, who.Corp, who.User, materialID)
		return err
	}
	_, err := s.DB.Exec(ctx, insertFavourite, who.Corp, who.User, materialID, s.Clock.Now().UnixMilli())
	return err
}

func (s *Service) favourites(ctx context.Context, who Staff) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.DB.Each(ctx, favourites, []any{who.Corp, who.User}, func(rows *sql.Rows) error {
		var material string
		err := rows.Scan(&material)
		out[material] = true
		return err
	})
	return out, err
}

func (s *Service) countUse(ctx context.Context, materialID string) error {
	_, err := s.DB.Exec(ctx, countUse, materialID)
	return err
}

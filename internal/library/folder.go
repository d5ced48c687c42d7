package library

import (
	"context"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// Department is a part of a corp.
type Department struct {
	Corp string `json:"corp"`
	ID   int64  `json:"id"`
}

// Folder holds materials, or is a scenario of scripts.
type Folder struct {
	ID          string
	Space       Space
	Parent      string // "" the top
	Name        string
	Position    int          // lower first
	Panel       bool         // shown to staff, with all below it; scripts always are
	Departments []Department // who sees it, with those below; none: everybody
	CreatedAt   time.Time
	CreatedBy   string
}

const (
	maxDepth       = 8
	maxFolders     = 2000
	maxDepartments = 100
)

// AddFolder makes a folder.
func (s *Service) AddFolder(ctx context.Context, f Folder) (Folder, error) {
	if f.Space != Scripts {
		f.Space = Materials
	}
	f.ID, f.CreatedAt, f.CreatedBy = id.New("fld"), s.Clock.Now(), actor(ctx)
	return f, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.checkFolder(ctx, &f); err != nil {
			return err
		}
		return s.insertFolder(ctx, f)
	})
}

// SetFolder renames, moves, or shows a folder: all but its id and space is replaced.
func (s *Service) SetFolder(ctx context.Context, f Folder) (Folder, error) {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := s.Folder(ctx, f.ID)
		if err != nil {
			return err
		}
		f.Space, f.CreatedAt, f.CreatedBy = was.Space, was.CreatedAt, was.CreatedBy
		if err := s.checkFolder(ctx, &f); err != nil {
			return err
		}
		if err := s.revise(ctx); err != nil {
			return err
		}
		return s.updateFolder(ctx, f)
	})
	return f, err
}

// DeleteFolder deletes a folder with nothing in it; what lies in the trash does not count.
func (s *Service) DeleteFolder(ctx context.Context, folderID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Folder(ctx, folderID); err != nil {
			return err
		}
		folders, materials, err := s.countIn(ctx, folderID)
		if err != nil {
			return err
		}
		if folders+materials > 0 {
			return fault.New(fault.Conflict, "folder_not_empty", "the folder has %d folders and %d materials: move them or put them into the trash", folders, materials)
		}
		if err := s.revise(ctx); err != nil {
			return err
		}
		return s.deleteFolder(ctx, folderID)
	})
}

// checkFolder holds a folder against the others of its space.
func (s *Service) checkFolder(ctx context.Context, f *Folder) error {
	if f.Name = strings.TrimSpace(f.Name); strings.Contains(f.Name, "/") {
		return fault.BadField("/name", "has no slash")
	}
	if err := checkName(f.Name); err != nil {
		return err
	}
	if f.Departments == nil {
		f.Departments = []Department{}
	}
	if len(f.Departments) > maxDepartments {
		return fault.BadField("/departments", "are %d of at most %d", len(f.Departments), maxDepartments)
	}
	all, err := s.Folders(ctx, f.Space)
	if err != nil {
		return err
	}
	if len(all) >= maxFolders {
		return fault.New(fault.Precondition, "too_many_folders", "there are %d folders of at most %d", len(all), maxFolders)
	}
	if slices.ContainsFunc(all, func(o Folder) bool { return o.ID != f.ID && o.Parent == f.Parent && o.Name == f.Name }) {
		return fault.BadField("/name", "there is a folder %q already", f.Name)
	}
	return checkParent(tree(all), *f)
}

// checkParent refuses a parent that is not there, that lies in the folder itself, or that
// makes the tree too deep.
func checkParent(byID map[string]Folder, f Folder) error {
	level := 1
	for at := f.Parent; at != "" && level <= maxDepth; level++ {
		parent, ok := byID[at]
		switch {
		case !ok:
			return fault.BadField("/parent", "there is no folder %q", at)
		case at == f.ID:
			return fault.BadField("/parent", "a folder cannot lie in itself")
		}
		at = parent.Parent
	}
	if level+height(byID, f.ID) > maxDepth {
		return fault.BadField("/parent", "folders are at most %d deep", maxDepth)
	}
	return nil
}

// height is how many levels lie below a folder.
func height(byID map[string]Folder, folderID string) int {
	most := 0
	if folderID == "" {
		return 0
	}
	for _, f := range byID {
		n := 0
		for at := f; at.Parent != "" && n <= maxDepth; at = byID[at.Parent] {
			if n++; at.Parent == folderID {
				most = max(most, n)
				break
			}
		}
	}
	return most
}

func tree(all []Folder) map[string]Folder {
	out := make(map[string]Folder, len(all))
	for _, f := range all {
		out[f.ID] = f
	}
	return out
}

// Staff is a member who looks at the library.
type Staff struct {
	Corp        string
	User        string
	Departments []int64 // of the member, with all above them
}

// shown says whether a member sees what lies in a folder.
func shown(byID map[string]Folder, space Space, folderID string, who Staff) bool {
	panel := space == Scripts
	for at, n := folderID, 0; at != "" && n <= maxDepth; n++ {
		f, ok := byID[at]
		if !ok || !f.lets(who) {
			return false
		}
		panel = panel || f.Panel
		at = f.Parent
	}
	return panel
}

func (f Folder) lets(who Staff) bool {
	return len(f.Departments) == 0 || slices.ContainsFunc(f.Departments, func(d Department) bool {
		return d.Corp == who.Corp && slices.Contains(who.Departments, d.ID)
	})
}

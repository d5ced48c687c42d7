package libraryhttp

import (
	"context"

	"yutang/internal/httpapi"
	"yutang/internal/library"
	"yutang/internal/page"
)

type foldersInput struct {
	Space library.Space `query:"space" enum:"materials,scripts" default:"materials"`
}

func (h *handlers) folders(ctx context.Context, in *foldersInput) (*httpapi.List[Folder], error) {
	all, err := h.Library.Folders(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[library.Folder]{Items: all}, wireFolder), nil
}

// FolderChange is all that can be said of a folder.
type FolderChange struct {
	Parent      string               `json:"parent,omitempty" doc:"empty: the top"`
	Name        string               `json:"name"`
	Position    int                  `json:"position,omitempty" doc:"lower first"`
	Panel       bool                 `json:"panel,omitempty" doc:"shown to staff, with all below it; scripts always are"`
	Departments []library.Department `json:"departments,omitempty" nullable:"false" doc:"who sees it; empty: everybody"`
}

func (c FolderChange) folder() library.Folder {
	return library.Folder{Parent: c.Parent, Name: c.Name, Position: c.Position, Panel: c.Panel, Departments: c.Departments}
}

type folderOutput struct{ Body Folder }

type addFolderInput struct {
	Body struct {
		Space library.Space `json:"space,omitempty" enum:"materials,scripts" doc:"materials if absent"`
		FolderChange
	}
}

func (h *handlers) addFolder(ctx context.Context, in *addFolderInput) (*folderOutput, error) {
	f := in.Body.folder()
	f.Space = in.Body.Space
	return h.changeFolder(ctx, "folder.create", f, h.Library.AddFolder)
}

type setFolderInput struct {
	ID   string `path:"id"`
	Body FolderChange
}

func (h *handlers) setFolder(ctx context.Context, in *setFolderInput) (*folderOutput, error) {
	f := in.Body.folder()
	f.ID = in.ID
	return h.changeFolder(ctx, "folder.update", f, h.Library.SetFolder)
}

func (h *handlers) changeFolder(ctx context.Context, action string, f library.Folder, change func(context.Context, library.Folder) (library.Folder, error)) (*folderOutput, error) {
	out := &folderOutput{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		made, err := change(ctx, f)
		out.Body = wireFolder(made)
		return made.ID, out.Body, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (h *handlers) deleteFolder(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	return &httpapi.Empty{}, h.Access.Audited(ctx, "folder.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Library.DeleteFolder(ctx, in.ID)
	})
}

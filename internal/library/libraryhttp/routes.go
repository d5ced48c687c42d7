// Package libraryhttp serves materials and scripts: to operators over the management API,
// and to staff in the side panel, where scripts come with the words for the customer
// chosen.
package libraryhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/library"
	"yutang/internal/sidepanel"
)

// Panel knows which member asks and which customers are theirs; sidepanel.Service does.
type Panel interface {
	Who(ctx context.Context) (sidepanel.Viewer, error)
	Get(ctx context.Context, v sidepanel.Viewer, external string) (sidepanel.Customer, error)
}

// Deps are what the routes need.
type Deps struct {
	Library *library.Service
	Access  *access.Service
	Panel   Panel
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeNone, Status: status}
	}
	staff := func(method, path, id, summary string, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: access.PanelUse, Scope: access.ScopeOwn, Status: status}
	}
	const get, post, put, del, gone = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.StatusNoContent
	const read, write, approve = access.ContentRead, access.ContentWrite, access.ContentApprove

	httpapi.Register(a, op(get, "/folders", "list-folders", "List the folders of materials, or the scenarios of scripts", read, 0), h.folders)
	httpapi.Register(a, op(post, "/folders", "create-folder", "Create a folder", write, http.StatusCreated), h.addFolder)
	httpapi.Register(a, op(put, "/folders/{id}", "update-folder", "Rename or move a folder, or say who of the staff sees it", write, 0), h.setFolder)
	httpapi.Register(a, op(del, "/folders/{id}", "delete-folder", "Delete an empty folder", write, gone), h.deleteFolder)

	httpapi.Register(a, op(post, "/materials", "create-material", "Create a material or script; its first version is a draft", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/materials", "list-materials", "List materials or scripts, newest first", read, 0), h.list)
	httpapi.Register(a, op(get, "/materials/{id}", "get-material", "Show a material with its newest version and what uses it", read, 0), h.get)
	httpapi.Register(a, op(put, "/materials/{id}", "update-material", "Rename, move or tag a material, or set its end", write, 0), h.update)
	httpapi.Register(a, op(del, "/materials/{id}", "trash-material", "Put a material that nothing uses into the trash", write, 0), h.trash)
	httpapi.Register(a, op(post, "/materials/{id}/restore", "restore-material", "Take a material out of the trash", write, 0), h.restore)
	httpapi.Register(a, op(post, "/materials/{id}/versions", "create-material-version", "Say something new, as a draft", write, http.StatusCreated), h.addVersion)
	httpapi.Register(a, op(get, "/materials/{id}/versions", "list-material-versions", "List the versions of a material, newest first", read, 0), h.versions)
	httpapi.Register(a, op(get, "/materials/{id}/versions/{version}", "get-material-version", "Show one version", read, 0), h.version)
	httpapi.Register(a, op(post, "/materials/{id}/publish", "publish-material", "Take a version into use, or hand it in for review", write, 0), h.publish)
	httpapi.Register(a, op(post, "/materials/{id}/approve", "approve-material", "Take a version in review into use", approve, 0), h.approve)
	httpapi.Register(a, op(post, "/materials/{id}/reject", "reject-material", "Send a version in review back", approve, 0), h.reject)
	httpapi.Register(a, op(post, "/materials/{id}/archive", "archive-material", "Take a material out of use", approve, 0), h.archive)
	httpapi.Register(a, op(post, "/materials/{id}/preview", "preview-material", "How a material looks for a customer", read, 0), h.previewMaterial)
	httpapi.Register(a, op(post, "/contents/preview", "preview-content", "How a content looks for a customer: values, fallbacks, lengths", read, 0), h.preview)
	httpapi.Register(a, op(get, "/materials/settings", "get-material-settings", "Whether versions need a second look", read, 0), h.settings)
	httpapi.Register(a, op(put, "/materials/settings", "set-material-settings", "Say whether versions need a second look", access.SettingsWrite, 0), h.setSettings)

	httpapi.Register(a, staff(get, "/panel/folders", "panel-list-folders", "The folders and scenarios shown to me", 0), h.panelFolders)
	httpapi.Register(a, staff(get, "/panel/materials", "panel-list-materials", "Materials shown to me, the best match first", 0), h.panelMaterials)
	httpapi.Register(a, staff(get, "/panel/scripts", "panel-list-scripts", "Scripts, the best match first, in the words for one of my customers", 0), h.panelScripts)
	httpapi.Register(a, staff(post, "/panel/materials/{id}/used", "panel-use-material", "I took a material or script", gone), h.used)
	httpapi.Register(a, staff(put, "/panel/materials/{id}/favourite", "panel-add-favourite", "Put a material or script on my list", gone), h.like)
	httpapi.Register(a, staff(del, "/panel/materials/{id}/favourite", "panel-remove-favourite", "Take it off my list", gone), h.unlike)
}

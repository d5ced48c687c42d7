// Package taghttp serves definitions of tags, what the platform is told of them, and
// operations on many customers over the management API. The list of all tags that
// customers carry, defined or not, is customerhttp's.
package taghttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/search"
	"yutang/internal/tag"
)

// Deps are what the routes need. Find is who passes a filter now.
type Deps struct {
	Tags   *tag.Service
	Find   func(ctx context.Context, f search.Filter) (*search.Found, error)
	Access *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	const read, write = access.TagsRead, access.TagsWrite
	const created, none, accepted = http.StatusCreated, http.StatusNoContent, http.StatusAccepted

	httpapi.Register(a, op(post, "/tags", "create-tags", "Define tags: of a corp, made at the platform too, or internal", write, created), h.create)
	httpapi.Register(a, op(get, "/tags/defined", "list-defined-tags", "List the defined tags with how many customers carry them", read, 0), h.list)
	httpapi.Register(a, op(get, "/tags/groups", "list-tag-groups", "List the groups with their tags, in the platform's order", read, 0), h.groups)
	httpapi.Register(a, op(patch, "/tags/groups/{id}", "rename-tag-group", "Rename a group; customers' labels follow", write, 0), h.renameGroup)
	httpapi.Register(a, op(del, "/tags/groups/{id}", "delete-tag-group", "Delete a group with its tags, at the platform and on customers", write, none), h.deleteGroup)
	httpapi.Register(a, op(get, "/tags/quota", "get-tag-quota", "Show how many tags a corp has at the platform and how many wait for room", read, 0), h.quota)
	httpapi.Register(a, op(post, "/tags/pull", "pull-tags", "Read a corp's tags from the platform now", write, accepted), h.pull)
	httpapi.Register(a, op(get, "/tags/{id}", "get-tag", "Show a defined tag", read, 0), h.get)
	httpapi.Register(a, op(patch, "/tags/{id}", "rename-tag", "Rename a tag; customers' labels follow", write, 0), h.rename)
	httpapi.Register(a, op(del, "/tags/{id}", "delete-tag", "Delete a tag, at the platform and on customers", write, none), h.remove)
	httpapi.Register(a, op(post, "/tags/{id}/promote", "promote-tag", "Make a held tag at the platform, now that there is room", write, 0), h.promote)
	httpapi.Register(a, op(put, "/tags/{id}/audience", "bind-tag", "Make a rule tag: an audience's members carry it, nobody else", write, 0), h.bind)
	httpapi.Register(a, op(post, "/tags/{id}/release", "release-tag", "End the rule of a tag", write, 0), h.release)

	httpapi.Register(a, op(get, "/tags/pushes", "list-tag-pushes", "List what the platform is to be told of contacts, or refused", read, 0), h.pushes)
	httpapi.Register(a, op(get, "/tags/pushes/counts", "count-tag-pushes", "Count pushes of a corp by state", read, 0), h.pushCounts)
	httpapi.Register(a, op(post, "/tags/pushes/retry", "retry-tag-pushes", "Try failed pushes again", write, 0), h.retry)

	httpapi.Register(a, op(post, "/tags/bulk", "begin-tag-bulk", "Add or remove tags of many customers", write, created), h.begin)
	httpapi.Register(a, op(get, "/tags/bulk", "list-tag-bulks", "List operations on many customers, newest first", read, 0), h.bulks)
	httpapi.Register(a, op(get, "/tags/bulk/{id}", "get-tag-bulk", "Show an operation with its progress", read, 0), h.bulk)
	httpapi.Register(a, op(get, "/tags/bulk/{id}/failures", "list-tag-bulk-failures", "List whom an operation could not change, and why", read, 0), h.failures)
	httpapi.Register(a, op(post, "/tags/bulk/{id}/pause", "pause-tag-bulk", "Stop an operation after the batch under way", write, 0), h.pause)
	httpapi.Register(a, op(post, "/tags/bulk/{id}/resume", "resume-tag-bulk", "Go on with a paused operation", write, 0), h.resume)
}

// actor names who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}

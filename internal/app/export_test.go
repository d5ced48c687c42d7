package app

import (
	"context"

	"yutang/internal/post"
	"yutang/internal/sop"
)

// Posts is the server's posts.
func (a *App) Posts() *post.Service { return a.posts }

// Plan plans a post as a step does.
func (a *App) Plan(ctx context.Context, o post.Order) error {
	return a.pipeline.Do(ctx, func(context.Context) error { a.posts.Plan(o); return nil })
}

// RemindAudit gives a member the task to fill in an audit.
func (a *App) RemindAudit(ctx context.Context, r sop.Reminder) error { return a.remindAudit(ctx, r) }

// Idle returns when no job is due or under way.
func (a *App) Idle(ctx context.Context) error { return a.jobs.Idle(ctx) }

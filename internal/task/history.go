package task

import "time"

// What may happen to a task.
const (
	WasAssigned   = "assigned"
	WasUnassigned = "unassigned"
	WasTold       = "told"
	WasUntold     = "untold" // the message did not surely arrive
	WasOpened     = "opened"
	WasDone       = "done"
	WasUndone     = "undone"
	WasOverdue    = "overdue"
	WasEscalated  = "escalated"
	WasHandedOver = "handed_over"
	WasCancelled  = "cancelled"
)

// Entry is one thing that happened to a task. By is a principal or "system".
type Entry struct {
	ID     string
	Task   string
	At     time.Time
	What   string
	By     string
	Staff  string
	Target string // who took over, or who was told
	Detail string // result or reason
}

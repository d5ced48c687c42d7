package sop

import (
	"cmp"
	"strings"

	"yutang/internal/flow"
)

// Node is one step as a canvas draws it, in the order of the document. Parent and Way say
// in which way of which step it stands, "" on the trunk.
type Node struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	Summary string   `json:"summary,omitempty" doc:"what it does, in the words of the document"`
	Parent  string   `json:"parent,omitempty"`
	Way     string   `json:"way,omitempty"`
	Depth   int      `json:"depth"`
	Ways    []string `json:"ways,omitempty"`
}

// outline lists the steps of a definition with their ways.
func outline(steps []flow.Step) []Node {
	var out []Node
	var walk func(steps []flow.Step, parent, way string, depth int)
	walk = func(steps []flow.Step, parent, way string, depth int) {
		for i := range steps {
			n, ways := node(&steps[i])
			n.Parent, n.Way, n.Depth = parent, way, depth
			for _, w := range ways {
				n.Ways = append(n.Ways, w.name)
			}
			out = append(out, n)
			for _, w := range ways {
				walk(w.steps, n.ID, w.name, depth+1)
			}
		}
	}
	walk(steps, "", "", 0)
	return out
}

type way struct {
	name  string
	steps []flow.Step
}

// node describes one step.
func node(s *flow.Step) (n Node, ways []way) {
	n = Node{ID: s.ID, Name: cmp.Or(s.Name, s.ID)}
	switch {
	case s.Send != nil:
		n.Kind, n.Summary = "send", s.Send.Channel
	case s.Task != nil:
		n.Kind, n.Summary = "task", s.Task.Title
	case s.Post != nil:
		n.Kind, n.Summary = "post", s.Post.To
	case s.Wait != nil:
		n.Kind, n.Summary = "wait", s.Wait.For
	case s.WaitUntil != nil:
		n.Kind, n.Summary = "wait_until", untilWords(s.WaitUntil)
	case s.WaitFor != nil:
		n.Kind, n.Summary = "wait_for", cmp.Or(s.WaitFor.Event, s.WaitFor.Task, "rule")+" ≤ "+s.WaitFor.Timeout
		ways = []way{{"met", s.WaitFor.Steps}, {"timed_out", s.WaitFor.Else}}
	case s.Branch != nil:
		n.Kind = "branch"
		for _, c := range s.Branch.Cases {
			ways = append(ways, way{c.Name, c.Steps})
		}
		ways = append(ways, way{flow.WayElse, s.Branch.Else})
	case s.Split != nil:
		n.Kind = "split"
		for _, a := range s.Split.Arms {
			ways = append(ways, way{a.Name, a.Steps})
		}
	default:
		n.Kind = other(s)
	}
	return n, ways
}

// other is the kind of a step without ways and waits.
func other(s *flow.Step) string {
	for _, k := range []struct {
		kind string
		is   bool
	}{
		{"holdout", s.Holdout != nil},
		{"update", s.Update != nil},
		{"coupon", s.Coupon != nil},
		{"start", s.Start != nil},
		{"stop", s.Stop != nil},
		{"webhook", s.Webhook != nil},
		{"goal", s.Goal != nil},
	} {
		if k.is {
			return k.kind
		}
	}
	return "exit"
}

// untilWords is when a wait_until goes on, such as "mon 09:00-21:00".
func untilWords(w *flow.WaitUntil) string {
	at := w.Time
	if w.Until != "" {
		at += "-" + w.Until
	}
	return strings.TrimSpace(w.Date + " " + strings.Join(w.Weekdays, " ") + " " + at)
}

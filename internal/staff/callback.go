package staff

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yutang/internal/wecom/notice"
)

// OnDirectory takes change_contact with any change type. News older than what is held, or
// of what nobody can understand, change nothing.
func (s *Service) OnDirectory(ctx context.Context, n notice.Notice) error {
	switch n.ChangeType {
	case "create_user", "update_user", "delete_user":
		if n.UserID == "" {
			return nil
		}
		return s.onUser(ctx, n)
	case "create_party", "update_party", "delete_party":
		return s.onParty(ctx, n)
	}
	return nil
}

func (s *Service) onUser(ctx context.Context, n notice.Notice) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		r, _, err := s.row(ctx, n.Corp, n.UserID)
		if err != nil {
			return err
		}
		at := n.At.UnixMilli()
		late := at < r.told || (at == r.told && !r.Here() && n.ChangeType == "update_user")
		if late {
			return nil
		}
		r.told = at
		if n.ChangeType == "delete_user" {
			r.Left, r.Status, r.Follow = n.At, Gone, false
			return s.save(ctx, []row{r})
		}
		if n.ChangeType == "create_user" {
			r.Left = time.Time{}
		}
		r.update(n)
		if n.NewUserID != "" && n.NewUserID != r.UserID {
			if err := s.remove(ctx, n.Corp, r.UserID); err != nil {
				return err
			}
			r.UserID = n.NewUserID
		}
		return s.save(ctx, []row{r})
	})
}

// update puts the fields that a notice has into the row: an update names only what changed.
func (r *row) update(n notice.Notice) {
	for name, into := range map[string]*string{"Name": &r.Name, "Alias": &r.Alias, "Position": &r.Position} {
		if v, ok := n.Fields[name]; ok && len(v) > 0 {
			*into = v[0]
		}
	}
	if text := field(n, "Department"); text != "" {
		r.Departments = numbers(text)
	}
	if text := field(n, "IsLeaderInDept"); text != "" {
		r.Leader = Led(r.Departments, flags(text))
	}
	if v, ok := n.Fields["DirectLeader"]; ok {
		r.DirectLeaders = names(v)
	}
	if status, err := strconv.Atoi(field(n, "Status")); err == nil {
		r.Status = status
	}
	if r.Status == 0 {
		r.Status = Active
	}
	if r.Status == Gone && r.Left.IsZero() {
		r.Left = n.At
	}
}

// Led lists the departments that a member leads: the platform gives a flag for each
// department of the member, in the same order.
func Led(departments []int64, leads []int) []int64 {
	var out []int64
	for i, d := range departments {
		if i < len(leads) && leads[i] == 1 {
			out = append(out, d)
		}
	}
	return out
}

func (s *Service) onParty(ctx context.Context, n notice.Notice) error {
	id, err := strconv.ParseInt(n.ID, 10, 64)
	if err != nil || id <= 0 {
		return nil
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		parts, err := s.parts(ctx, n.Corp)
		if err != nil {
			return err
		}
		p := parts[id]
		at := n.At.UnixMilli()
		late := at < p.told || (at == p.told && p.gone && n.ChangeType == "update_party")
		if late {
			return nil
		}
		p.Corp, p.ID, p.told, p.gone = n.Corp, id, at, n.ChangeType == "delete_party"
		if v := n.Fields["Name"]; len(v) > 0 {
			p.Name = v[0]
		}
		if parent, err := strconv.ParseInt(field(n, "ParentId"), 10, 64); err == nil {
			p.Parent = parent
		}
		if order, err := strconv.ParseInt(field(n, "Order"), 10, 64); err == nil {
			p.Order = order
		}
		return s.saveParts(ctx, []part{p})
	})
}

func field(n notice.Notice, name string) string {
	if v := n.Fields[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func numbers(text string) []int64 {
	var out []int64
	for part := range strings.SplitSeq(text, ",") {
		if v, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64); err == nil {
			out = append(out, v)
		}
	}
	return out
}

func flags(text string) []int {
	out := []int{}
	for _, v := range numbers(text) {
		out = append(out, int(v))
	}
	return out
}

func names(values []string) []string {
	var out []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

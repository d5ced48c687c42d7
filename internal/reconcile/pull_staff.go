package reconcile

import (
	"context"
	"fmt"

	"yutang/internal/staff"
	"yutang/internal/wecom"
)

// wholeDirectory is the single item of the kind staff.
const wholeDirectory = "directory"

// pullStaff reads the departments, their members and those who may have customers. A
// department that cannot be read is passed over; then nobody counts as gone.
func (s *Service) pullStaff(ctx context.Context, run *Run) error {
	items, err := run.Items(ctx, func(context.Context) ([]string, error) { return []string{wholeDirectory}, nil })
	if err != nil {
		return err
	}
	return run.Each(ctx, 1, items, func(ctx context.Context, _ Item) error {
		client, err := run.Client(ctx)
		if err != nil {
			return err
		}
		asOf := s.Clock.Now()
		d, unread, err := readDirectory(ctx, client)
		if err != nil {
			return err
		}
		drift, err := s.Staff.Merge(ctx, run.Corp(), d, asOf)
		if err != nil {
			return err
		}
		run.Drift(drift)
		return unread
	})
}

func readDirectory(ctx context.Context, client *wecom.Client) (d staff.Directory, unread, err error) {
	if d.Follows, err = client.FollowUserList(ctx); err != nil {
		return d, nil, fmt.Errorf("read who may have customers: %w", err)
	}
	departments, err := client.DepartmentList(ctx, 0)
	if err != nil {
		if wecom.ClassOf(err) != wecom.Permission {
			return d, nil, fmt.Errorf("read departments: %w", err)
		}
		return d, fmt.Errorf("read departments: %w", err), nil
	}
	d.Complete = true
	members := map[string]staff.Member{}
	for _, dep := range departments {
		d.Departments = append(d.Departments, staff.Department{ID: dep.ID, Parent: dep.ParentID, Name: dep.Name, Order: dep.Order, Leaders: dep.Leaders})
		users, err := readMembers(ctx, client, dep.ID)
		if err != nil {
			if class := wecom.ClassOf(err); class != wecom.Permission && class != wecom.Business {
				return d, nil, err
			}
			d.Complete, unread = false, err
		}
		for _, u := range users {
			members[u.UserID] = memberOf(u)
		}
	}
	for _, m := range members {
		d.Members = append(d.Members, m)
	}
	return d, unread, nil
}

// readMembers reads a department in full, or by its short list where the app may see no
// more or there are too many.
func readMembers(ctx context.Context, client *wecom.Client, department int64) ([]wecom.User, error) {
	users, err := client.UserList(ctx, department)
	if class := wecom.ClassOf(err); class == wecom.Permission || class == wecom.Business {
		users, err = client.UserSimpleList(ctx, department)
	}
	if err != nil {
		return nil, fmt.Errorf("read members of department %d: %w", department, err)
	}
	return users, nil
}

func memberOf(u wecom.User) staff.Member {
	return staff.Member{
		UserID: u.UserID, Name: u.Name, Alias: u.Alias, Position: u.Position, Departments: u.Department,
		Leader: staff.Led(u.Department, u.IsLeaderInDept), DirectLeaders: u.DirectLeader, Status: u.Status,
	}
}

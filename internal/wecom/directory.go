package wecom

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
)

// States of a member.
const (
	UserActive    = 1
	UserDisabled  = 2
	UserInactive  = 4
	UserLeft      = 5
	maxUserListID = 10_000
)

// User is a member of staff. What the app may not see is empty.
type User struct {
	UserID          string          `json:"userid"`
	Name            string          `json:"name"`
	Department      []int64         `json:"department"`
	Order           []int64         `json:"order"`
	MainDepartment  int64           `json:"main_department"`
	IsLeaderInDept  []int           `json:"is_leader_in_dept"` // 1 where the member leads, parallel to Department
	DirectLeader    []string        `json:"direct_leader"`
	Position        string          `json:"position"`
	Status          int             `json:"status"` // UserActive ... UserLeft
	Alias           string          `json:"alias"`
	Gender          string          `json:"gender"`
	Mobile          string          `json:"mobile"`
	Avatar          string          `json:"avatar"`
	ThumbAvatar     string          `json:"thumb_avatar"`
	Email           string          `json:"email"`
	BizMail         string          `json:"biz_mail"`
	Telephone       string          `json:"telephone"`
	Address         string          `json:"address"`
	QRCode          string          `json:"qr_code"`
	OpenUserID      string          `json:"open_userid"`
	ExtAttr         json.RawMessage `json:"extattr"`
	ExternalProfile json.RawMessage `json:"external_profile"`
}

// UserGet reads a member.
func (c *Client) UserGet(ctx context.Context, user string) (User, error) {
	return get[User](ctx, c, "/user/get", url.Values{"userid": {user}})
}

type userList struct {
	UserList []User `json:"userlist"`
}

// UserSimpleList is the members of a department: id, name and departments only.
func (c *Client) UserSimpleList(ctx context.Context, department int64) ([]User, error) {
	a, err := get[userList](ctx, c, "/user/simplelist", departmentQuery("department_id", department))
	return a.UserList, err
}

// UserList is the members of a department with what the app may see.
func (c *Client) UserList(ctx context.Context, department int64) ([]User, error) {
	a, err := get[userList](ctx, c, "/user/list", departmentQuery("department_id", department))
	return a.UserList, err
}

func departmentQuery(name string, id int64) url.Values {
	if id == 0 {
		return nil
	}
	return url.Values{name: {strconv.FormatInt(id, 10)}}
}

// DeptUser is one membership of a member in a department.
type DeptUser struct {
	UserID     string `json:"userid"`
	Department int64  `json:"department"`
}

// DeptUserPage is a page of memberships. NextCursor is "" at the end.
type DeptUserPage struct {
	List       []DeptUser `json:"dept_user"`
	NextCursor string     `json:"next_cursor"`
}

// UserListID lists the ids of all members, 10,000 memberships at a time when limit is 0.
func (c *Client) UserListID(ctx context.Context, cursor string, limit int) (DeptUserPage, error) {
	if limit == 0 {
		limit = maxUserListID
	}
	return read[DeptUserPage](ctx, c, "/user/list_id", struct {
		Cursor string `json:"cursor,omitempty"`
		Limit  int    `json:"limit,omitempty"`
	}{cursor, limit})
}

// UserIDByMobile finds a member by phone number.
func (c *Client) UserIDByMobile(ctx context.Context, mobile string) (string, error) {
	a, err := read[pair](ctx, c, "/user/getuserid", struct {
		Mobile string `json:"mobile"`
	}{mobile})
	return a.UserID, err
}

// Department is a node of the directory. The simple list has no name and no leaders.
type Department struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	NameEN   string   `json:"name_en"`
	ParentID int64    `json:"parentid"`
	Order    int64    `json:"order"`
	Leaders  []string `json:"department_leader"`
}

// DepartmentList reads a department and all below it; 0 is everything the app may see.
func (c *Client) DepartmentList(ctx context.Context, id int64) ([]Department, error) {
	a, err := get[struct {
		Department []Department `json:"department"`
	}](ctx, c, "/department/list", departmentQuery("id", id))
	return a.Department, err
}

// DepartmentSimpleList is DepartmentList with ids, parents and order only.
func (c *Client) DepartmentSimpleList(ctx context.Context, id int64) ([]Department, error) {
	a, err := get[struct {
		Department []Department `json:"department_id"`
	}](ctx, c, "/department/simplelist", departmentQuery("id", id))
	return a.Department, err
}

// DepartmentGet reads one department.
func (c *Client) DepartmentGet(ctx context.Context, id int64) (Department, error) {
	a, err := get[struct {
		Department Department `json:"department"`
	}](ctx, c, "/department/get", departmentQuery("id", id))
	return a.Department, err
}

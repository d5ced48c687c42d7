package groupchat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/wecom"
)

// Limits of join codes. Above CodeLimit members nobody comes in by a code; the next group
// takes over before that.
const (
	MaxActive  = 5
	CodeLimit  = 200
	DefaultAt  = 190
	maxGroups  = 200
	maxCodeRun = 40 // characters of the name that new groups begin with
)

// Code is a join code. Groups is all groups it may lead to, in order; Active those it
// leads to now.
type Code struct {
	ID        string
	Corp      string
	Name      string
	Config    string // the platform's id
	QR        string // address of the picture
	State     string // comes back with who joins
	Groups    []string
	Active    []string
	FullAt    int    // members at which a group gives way to the next
	AutoMake  bool   // the platform makes a new group when all are full
	BaseName  string // of the groups that it makes
	BaseNext  int    // number of the first
	Problem   string // what stands in the way: "full", "gone"
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Problems of a code.
const (
	AllFull = "full" // no group has room, and none is made
	Gone    = "gone" // the platform does not know the code any more
)

// NewCode asks for a join code, or says how one shall be.
type NewCode struct {
	Corp     string
	Name     string
	Groups   []string
	FullAt   int // 0 is DefaultAt
	AutoMake bool
	BaseName string
	BaseNext int
}

func (n *NewCode) validate() error {
	if n.FullAt == 0 {
		n.FullAt = DefaultAt
	}
	var fields []fault.Field
	bad := func(pointer, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	if n.Corp == "" {
		bad("/corp", "wants a corp")
	}
	if strings.TrimSpace(n.Name) == "" || utf8.RuneCountInString(n.Name) > 100 {
		bad("/name", "wants 1 to 100 characters")
	}
	if len(n.Groups) == 0 || len(n.Groups) > maxGroups {
		bad("/groups", "wants 1 to %d groups", maxGroups)
	}
	for i, g := range n.Groups {
		if slices.Contains(n.Groups[:i], g) {
			bad(fmt.Sprintf("/groups/%d", i), "stands there twice")
		}
	}
	if n.FullAt < 2 || n.FullAt > CodeLimit {
		bad("/full_at", "wants 2 to %d", CodeLimit)
	}
	if utf8.RuneCountInString(n.BaseName) > maxCodeRun {
		bad("/base_name", "wants at most %d characters", maxCodeRun)
	}
	if n.BaseNext < 0 {
		bad("/base_next", "wants 0 or more")
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "invalid", Message: "the code cannot be so", Fields: fields}
}

// CreateCode makes a join code at the platform and here.
func (s *Service) CreateCode(ctx context.Context, n NewCode) (Code, error) {
	c, err := s.shape(ctx, n)
	if err != nil {
		return c, err
	}
	c.ID, c.CreatedAt = id.New("gcode"), s.Clock.Now()
	c.State = strings.TrimPrefix(c.ID, "gcode_")
	client, err := s.Client(ctx, c.Corp)
	if err != nil {
		return c, err
	}
	if c.Config, err = client.AddJoinWay(ctx, c.way()); err != nil {
		return c, fmt.Errorf("add join code: %w", err)
	}
	way, err := client.GetJoinWay(ctx, c.Config)
	if err != nil {
		return c, fmt.Errorf("read join code: %w", err)
	}
	c.QR = way.QRCode
	return c, s.saveCode(ctx, &c)
}

// shape checks a wish and picks the groups it leads to first.
func (s *Service) shape(ctx context.Context, n NewCode) (c Code, err error) {
	if err := n.validate(); err != nil {
		return c, err
	}
	for i, chat := range n.Groups {
		if g, ok, err := s.find(ctx, n.Corp, chat); err != nil {
			return c, err
		} else if !ok || !g.DismissedAt.IsZero() {
			return c, fault.BadField(fmt.Sprintf("/groups/%d", i), "the corp has no such group")
		}
	}
	c = Code{
		Corp: n.Corp, Name: n.Name, Groups: n.Groups, FullAt: n.FullAt, AutoMake: n.AutoMake, BaseName: n.BaseName, BaseNext: n.BaseNext,
	}
	if c.Active, err = s.open(ctx, c); err != nil {
		return c, err
	}
	if len(c.Active) == 0 {
		c.Active, c.Problem = c.Groups[len(c.Groups)-1:], AllFull
		if c.AutoMake {
			c.Problem = ""
		}
	}
	return c, nil
}

// way is the code as the platform wants it.
func (c *Code) way() wecom.JoinWay {
	auto := 0
	if c.AutoMake {
		auto = 1
	}
	return wecom.JoinWay{
		ConfigID: c.Config, Scene: wecom.SceneQR, Remark: cut(c.Name, 30), AutoCreateRoom: &auto, RoomBaseName: c.BaseName, RoomBaseID: c.BaseNext,
		ChatIDList: c.Active, State: c.State,
	}
}

func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

// open picks the first groups of a code that have room, as many as it may lead to.
func (s *Service) open(ctx context.Context, c Code) (active []string, err error) {
	for _, chat := range c.Groups {
		g, ok, err := s.find(ctx, c.Corp, chat)
		if err != nil {
			return nil, err
		}
		if ok && g.DismissedAt.IsZero() && g.Size < c.FullAt && len(active) < MaxActive {
			active = append(active, chat)
		}
	}
	return active, nil
}

// ChangeCode changes a join code; the platform is told when something has changed for it.
func (s *Service) ChangeCode(ctx context.Context, key string, n NewCode) (Code, error) {
	defer s.lock("", key)()
	was, err := s.Code(ctx, key)
	if err != nil {
		return was, err
	}
	n.Corp = was.Corp
	next, err := s.shape(ctx, n)
	if err != nil {
		return was, err
	}
	next.ID, next.Config, next.QR, next.State, next.CreatedAt = was.ID, was.Config, was.QR, was.State, was.CreatedAt
	if err := s.tell(ctx, was, next); err != nil {
		return was, err
	}
	return next, s.saveCode(ctx, &next)
}

// tell updates the code at the platform if that makes a difference.
func (s *Service) tell(ctx context.Context, was, next Code) error {
	same := slices.Equal(was.Active, next.Active) && was.Name == next.Name && was.AutoMake == next.AutoMake &&
		was.BaseName == next.BaseName && was.BaseNext == next.BaseNext
	if same {
		return nil
	}
	client, err := s.Client(ctx, next.Corp)
	if err != nil {
		return err
	}
	if err := client.UpdateJoinWay(ctx, next.way()); err != nil {
		return fmt.Errorf("update join code: %w", err)
	}
	return nil
}

// DeleteCode ends a join code, at the platform too.
func (s *Service) DeleteCode(ctx context.Context, key string) error {
	defer s.lock("", key)()
	c, err := s.Code(ctx, key)
	if err != nil {
		return err
	}
	client, err := s.Client(ctx, c.Corp)
	if err != nil {
		return err
	}
	if err := client.DelJoinWay(ctx, c.Config); err != nil && wecom.CodeOf(err) != wecom.CodeBadContactWay {
		return fmt.Errorf("delete join code: %w", err)
	}
	return s.dropCode(ctx, key)
}

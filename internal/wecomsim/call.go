package wecomsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"unicode/utf8"
)

// endpoint is one call of the platform. run works under the lock at one frozen moment.
type endpoint struct {
	method  string
	path    string // below /cgi-bin
	need    string // permission
	open    bool   // needs no access_token
	form    bool   // multipart, field media
	free    bool   // no basic frequency limit
	own     []rate // limits of its own, per corp, besides or instead of the basic ones
	ownApp  []rate // the same per app
	atOnce  int    // calls in flight allowed; more answer 45033; 0 is any
	secrets bool   // query holds a secret: not logged
	run     func(s *Sim, c *call) (any, error)
}

// call is one request to an endpoint.
type call struct {
	app   *app
	query url.Values
	raw   []byte
	ip    string
	file  *upload

	fields  map[string]json.RawMessage
	warning string
	strict  bool
	done    bool // it had its effect
}

// upload is the file of a multipart request.
type upload struct {
	name, kind string
	data       []byte
}

// blob answers with bytes instead of JSON.
type blob struct {
	name, kind string
	data       []byte
}

const wrongFormat = "Warning: wrong json format. "

// parse reads the body's top level. A body with trailing rubbish is tolerated with a
// warning; one that is no object counts as empty, with a warning too.
func (c *call) parse() {
	c.fields = map[string]json.RawMessage{}
	if len(bytes.TrimSpace(c.raw)) == 0 {
		return
	}
	d := json.NewDecoder(bytes.NewReader(c.raw))
	var first json.RawMessage
	if err := d.Decode(&first); err != nil || json.Unmarshal(first, &c.fields) != nil {
		c.warning, c.raw = wrongFormat, nil
		c.fields = map[string]json.RawMessage{}
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		c.warning = wrongFormat
	}
	c.raw = first
}

// has says whether the body names the field.
func (c *call) has(field string) bool {
	_, ok := c.fields[field]
	return ok
}

// bind reads the body into dst, a pointer to a struct with json tags. An empty body answers
// 40063, a field of the wrong type 40058, in strict mode an unknown field too.
func (c *call) bind(dst any) error {
	if len(c.raw) == 0 {
		return code(40063)
	}
	return c.bindOptional(dst)
}

// bindOptional is bind for calls without required fields.
func (c *call) bindOptional(dst any) error {
	if len(c.raw) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(c.raw))
	if c.strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(dst); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return code(40058, "invalid Request Parameter, field ", wrong.Field)
		}
		return code(40058, "invalid Request Parameter, ", err)
	}
	return nil
}

// chars answers 40058 if v has more than n characters.
func (c *call) chars(field, v string, n int) error {
	if utf8.RuneCountInString(v) > n {
		return code(40058, field, " exceed max length ", n)
	}
	return nil
}

// cut shortens v to n characters, as the platform does silently; strict mode refuses.
func (c *call) cut(field string, v *string, n int) error {
	if c.strict {
		return c.chars(field, *v, n)
	}
	if r := []rune(*v); len(r) > n {
		*v = string(r[:n])
	}
	return nil
}

// limit is a page size: fallback if v is 0, 40058 above most or below 0.
func (c *call) limit(v, fallback, most int) (int, error) {
	if v == 0 {
		return fallback, nil
	}
	if v < 0 || v > most {
		return 0, code(40058, "limit must be 1 to ", most)
	}
	return v, nil
}

// user finds a member named by a required parameter and checks the app's visible range.
func (c *call) user(s *Sim, id string) (*member, error) {
	if id == "" {
		return nil, code(41009)
	}
	m, ok := s.member(id)
	if !ok || m.status == memberLeft {
		return nil, code(40003)
	}
	if !s.sees(c.app, m) {
		return nil, code(60011)
	}
	return m, nil
}

// follower is user plus 客户联系.
func (c *call) follower(s *Sim, id string) (*member, error) {
	m, err := c.user(s, id)
	if err != nil {
		return nil, err
	}
	if !m.follow {
		return nil, code(84074)
	}
	return m, nil
}

// external finds a customer named by a required parameter.
func (c *call) external(s *Sim, id string) (*customer, error) {
	if id == "" {
		return nil, code(41035)
	}
	e, ok := s.customers[id]
	if !ok {
		return nil, code(40096)
	}
	return e, nil
}

// relation finds the live relation of a member and a customer, both named by required
// parameters: 84061 if there is none.
func (c *call) relation(s *Sim, user, external string) (*follow, error) {
	m, err := c.follower(s, user)
	if err != nil {
		return nil, err
	}
	e, err := c.external(s, external)
	if err != nil {
		return nil, err
	}
	f, ok := e.relation(m.id)
	if !ok || f.lost {
		return nil, code(84061)
	}
	return f, nil
}

// cursorOf and after carry a place in a list: the number of the last row given.
func cursorOf(n int64) string { return "c" + strconv.FormatInt(n, 36) }

// after reads a cursor made by cursorOf; the empty one is the beginning. Others answer 40058.
func (c *call) after(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor[1:], 36, 64)
	if cursor[0] != 'c' || err != nil {
		return 0, code(40058, "invalid cursor")
	}
	return n, nil
}

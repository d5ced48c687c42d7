package privacy

import (
	"context"
	"strings"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

// covers: J3
func TestAct_TakesWhatThePlatformToldOfOnePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := &Service{Config{DB: d, Box: testBox(t)}}
		s.tellOfTwo(t)
		p := person{root: 1, leaves: []uint32{1}}
		var err error
		if p.externals, err = s.moreExternals(ctx, p); err != nil || strings.Join(p.externals, " ") != "wm_a" {
			t.Fatalf("externals %v, %v", p.externals, err)
		}
		counts, err := s.count(ctx, p)
		if err != nil || counts["archive"] != 1 || counts["desk"] != 1 || counts["contacts"] != 1 {
			t.Errorf("counts %v, %v", counts, err)
		}
		s.opensAll(t, p)
		err = d.InTx(ctx, func(ctx context.Context) error {
			e := Erasure{Counts: map[string]int{}}
			if err := s.eraseCallbacks(ctx, &e, p); err != nil || e.Counts["callbacks"] != 1 {
				t.Errorf("callbacks %v, %v", e.Counts, err)
			}
			return s.act(ctx, p, words{"erased_x_", 5})
		})
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int{
			"SELECT COUNT(*) FROM archive_message":                                                    1,
			"SELECT COUNT(*) FROM desk_message WHERE external = 'wm_b' OR external LIKE 'erased_x_%'": 2,
			"SELECT COUNT(*) FROM callback WHERE state = 'pending'":                                   1,
			"SELECT COUNT(*) FROM job":                                                                1,
			"SELECT COUNT(*) FROM contact":                                                            1,
			"SELECT COUNT(*) FROM callback WHERE lane LIKE '%wm_a%'":                                  0,
			"SELECT COUNT(*) FROM desk_message WHERE external LIKE 'erased%' AND LENGTH(body) > 0":    0,
		} {
			var n int
			if err := d.Get(ctx, text, nil, &n); err != nil || n != want {
				t.Errorf("%s: %d, %v, want %d", text, n, err, want)
			}
		}
		if found, err := s.callbacksOf(ctx, p); err != nil || len(found) != 0 {
			t.Errorf("callbacks still name the person: %v, %v", found, err)
		}
	})
}

// tellOfTwo stores what the platform told of two people.
func (s *Service) tellOfTwo(t *testing.T) {
	t.Helper()
	sealed := func(scope string) []byte { return s.Box.Seal(nil, []byte(`{"text":"canary wm_a"}`), scope) }
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := s.DB.Exec(context.Background(), text, args...); err != nil {
			t.Fatal(err)
		}
	}
	for i, external := range []string{"wm_a", "wm_b"} {
		id := "m" + external
		exec(`INSERT INTO archive_message (corp, msgid, seq, at, staff, external, room, kind, inbound, body)
			VALUES ('c', $1, 1, 1, '', $2, '', 'text', TRUE, $3)`, id, external, sealed("archive/c/"+id))
		exec(`INSERT INTO desk_message (corp, msgid, account, seq, at, external, servicer, origin, kind, step, recalled, body)
			VALUES ('c', $1, 'k', 1, 1, $2, '', 3, 'text', '', FALSE, $3)`, id, external, sealed("desk/c/message/"+id))
		exec(`INSERT INTO callback (id, corp, app, received_at, hash, event, lane, body, state, attempts, reason)
			VALUES ($1, 'c', 'main', 1, $2, 'x', $3, $4, 'pending', 0, '')`, i+1, []byte(id), "external/"+external,
			s.Box.Seal(nil, []byte("<xml>"+external+"</xml>"), "callback"))
		exec(`INSERT INTO job (kind, key, queue, payload, due, attempts, token, leased_until, dead, reason)
			VALUES ('contact.refresh', $1, '', $2, 1, 0, 0, 0, FALSE, '')`, "c/"+external+"/u", []byte(external))
		exec(`INSERT INTO contact (corp, user_id, external, leaf, state, additions, added_at, ended_at, add_way, code, channel, code_id, code_name, tags,
			sealed, history, digest, changed_at) VALUES ('c', 'u', $1, $2, 'active', 1, 1, 0, 0, '', '', '', '', '[]', $3, $4, $4, 1)`,
			external, i+1, sealed("contact"), []byte{})
	}
}

// opensAll checks that an export would show every sealed text of a person in clear.
func (s *Service) opensAll(t *testing.T, p person) {
	t.Helper()
	for _, h := range holdings {
		rows, err := s.rows(context.Background(), h, p)
		if err != nil {
			t.Errorf("%s: %v", h.table, err)
		}
		for name := range h.open {
			for _, row := range rows {
				if raw, ok := row[name].(interface{ MarshalJSON() ([]byte, error) }); !ok {
					t.Errorf("%s.%s is not opened: %T", h.table, name, row[name])
				} else if text, err := raw.MarshalJSON(); err != nil || !strings.Contains(string(text), "canary") {
					t.Errorf("%s.%s: %s", h.table, name, text)
				}
			}
		}
	}
}

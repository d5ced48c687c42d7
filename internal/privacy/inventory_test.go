package privacy

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

// Whoever adds a table says here whose it is: an erasure or export would miss it else.
func TestInventory_KnowsEveryTable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		known := map[string]bool{}
		for _, h := range holdings {
			known[h.table] = true
		}
		found := map[string]bool{}
		text := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
		if d.Dialect() == db.Postgres {
			text = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
		}
		err := d.Each(context.Background(), text, nil, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			found[name] = true
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name := range found {
			if !known[name] && !through[name] && !nobodys[name] {
				t.Errorf("table %s: say in inventory.go whether it holds personal data of customers", name)
			}
			if nobodys[name] && (known[name] || through[name]) {
				t.Errorf("table %s is said to hold nothing of a person, and is erased from", name)
			}
		}
		for name := range known {
			if !found[name] {
				t.Errorf("there is no table %s", name)
			}
		}
	})
}

// Each statement of the inventory is one that both engines take.
func TestInventory_RunsOnBothEngines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := &Service{Config{DB: d, Box: testBox(t)}}
		p := person{root: 1, leaves: []uint32{1, 2}, externals: []string{"wm_a", "wm_b"}}
		if counts, err := s.count(ctx, p); err != nil || len(counts) != 0 {
			t.Errorf("counts of nobody: %v, %v", counts, err)
		}
		for _, h := range holdings {
			if _, err := s.rows(ctx, h, p); err != nil {
				t.Errorf("rows: %v", err)
			}
		}
		if err := d.InTx(ctx, func(ctx context.Context) error { return s.act(ctx, p, words{"erased_x_", 5}) }); err != nil {
			t.Errorf("acts: %v", err)
		}
		if _, err := s.moreExternals(ctx, p); err != nil {
			t.Error(err)
		}
		if err := s.dropAnswers(ctx, []string{"x"}); err != nil {
			t.Error(err)
		}
		if _, err := s.callbacksOf(ctx, p); err != nil {
			t.Error(err)
		}
	})
}

func TestBind_NumbersWhatIsNamed(t *testing.T) {
	t.Parallel()
	named := map[string]any{":token": "tok", ":now": int64(7), ":empty": []byte{}, ":blank": []byte{1}}
	for text, want := range map[string]string{
		"a = $1":                  "a = $1 / 1",
		"x = :now, y = :token":    "x = $3, y = $2 / 3", // in the order of names
		"INSERT (:empty, :blank)": "INSERT ($1, $2) / 2",
	} {
		if !strings.Contains(text, "$1") && !strings.Contains(text, "INSERT") {
			text += " WHERE k = $1"
			want = strings.Replace(want, " / ", " WHERE k = $1 / ", 1)
		}
		got, args := bind(text, "k", named)
		if g := got + " / " + string(rune('0'+len(args))); g != want {
			t.Errorf("%s: %s, want %s", text, g, want)
		}
	}
}

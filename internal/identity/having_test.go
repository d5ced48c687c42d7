package identity

import (
	"context"
	"maps"
	"slices"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

func TestHaving_NamesTheRecordsThatHaveAnIdentityOfTheType(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.InTx(ctx, func(ctx context.Context) error {
			rows := []any{}
			for ord := int64(1); ord <= 5000; ord++ {
				typ := []string{"phone", "email"}[ord%2]
				rows = append(rows, ord, typ, []byte{byte(ord), byte(ord >> 8)}, []byte{}, ord, 0)
			}
			return d.InsertMany(ctx, "identity", []string{"id", "type", "blind", "sealed", "ord", "first_seen"}, rows, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := (&Service{db: d}).Having(ctx, "phone", []uint32{4998, 2, 3, 6000})
		if want := []uint32{2, 4998}; err != nil || !slices.Equal(slices.Sorted(maps.Keys(got)), want) {
			t.Fatalf("%v: %v", got, err)
		}
	})
}

package ltv

import (
	"context"
	"encoding/json"
)

// Values tells the expected value, in major units, of every customer that a Query is about,
// for reports that sum them up. Errors as of Predict.
func (r *Report) Values(ctx context.Context, query json.RawMessage, visit func(root uint32, value float64)) error {
	p, err := parse(query, r.Base)
	if err != nil {
		return err
	}
	s, err := r.learn(ctx, p)
	if err != nil {
		return err
	}
	for _, c := range s.people {
		visit(c.Root, c.Value)
	}
	return nil
}

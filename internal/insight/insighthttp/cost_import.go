package insighthttp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/insight/cost"
)

// CostImport says what became of a file.
type CostImport struct {
	Encoding   string            `json:"encoding"`
	Mapping    map[string]string `json:"mapping" doc:"column of each field"`
	Rows       int               `json:"rows"`
	Added      int               `json:"added"`
	Duplicates int               `json:"duplicates" doc:"rows that were there before"`
	Rejected   int               `json:"rejected"`
	Rejects    []RejectedCost    `json:"rejects" doc:"the first 1,000 rejected rows"`
}

// RejectedCost is a row of a file that was not taken.
type RejectedCost struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Reason string `json:"reason" say:"zh"`
}

type uploadInput struct{ httpapi.Upload }

func (h *handlers) importCosts(ctx context.Context, in *uploadInput) (*output[CostImport], error) {
	raw, m, err := readCostForm(in)
	if err != nil {
		return nil, err
	}
	who, _ := access.From(ctx)
	var rep cost.Report
	err = h.Access.Audited(ctx, "insight.cost_import", func(ctx context.Context) (string, any, error) {
		rep, err = h.Costs.Import(ctx, raw, m, who.ID)
		return "", map[string]any{"rows": rep.Rows, "added": rep.Added, "rejected": rep.Rejected}, err
	})
	if err != nil {
		return nil, err
	}
	out := CostImport{
		Encoding: rep.Encoding, Mapping: rep.Mapping, Rows: rep.Rows, Added: rep.Added, Duplicates: rep.Duplicates,
		Rejected: rep.Rejected, Rejects: []RejectedCost{},
	}
	for _, r := range rep.Rejects {
		out.Rejects = append(out.Rejects, RejectedCost(r))
	}
	return &output[CostImport]{out}, nil
}

// readCostForm reads the parts "file" and "map".
func readCostForm(in *uploadInput) (raw []byte, m cost.Mapping, err error) {
	for {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			if raw == nil {
				return nil, nil, fault.BadField("/file", "is required: send the file as a part named file")
			}
			return raw, m, nil
		}
		if err != nil {
			return nil, nil, unreadableForm(err)
		}
		text, err := io.ReadAll(io.LimitReader(part, cost.MaxFile+1))
		if err != nil {
			return nil, nil, unreadableForm(err)
		}
		switch name := part.FormName(); name {
		case "file":
			raw = text
		case "map":
			if err := json.Unmarshal(text, &m); err != nil {
				return nil, nil, fault.BadField("/map", `is a JSON object of columns by field: {"date":"日期","amount":"花费"}`)
			}
		default:
			return nil, nil, fault.BadField("/"+name, "is not a field of this form; the fields are map and file")
		}
	}
}

func unreadableForm(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.BadField("/file", "is larger than %d bytes; split it", cost.MaxFile)
	}
	return fault.BadField("", "the multipart form cannot be read: %v", err)
}

package livecodehttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/livecode"
	"yutang/internal/livecode/sheet"
)

// formOverhead is room for the fields of the form beside the file.
const formOverhead = 1 << 20

type uploadInput struct{ httpapi.Upload }

type batchOutput struct{ Body Batch }

func (h *handlers) createBatch(ctx context.Context, in *uploadInput) (*batchOutput, error) {
	up, err := readForm(in)
	if err != nil {
		return nil, err
	}
	out := &batchOutput{}
	err = h.access.Audited(ctx, "code.batch", func(ctx context.Context) (string, any, error) {
		b, err := h.codes.CreateBatch(ctx, up)
		out.Body = wireBatch(b)
		return b.ID, map[string]any{"rows": b.Rows, "accepted": b.Accepted}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// readForm reads the whole form; a file of codes is small.
func readForm(in *uploadInput) (up livecode.Upload, err error) {
	seen := map[string]bool{}
	for {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return up, unreadable(err)
		}
		raw, err := io.ReadAll(io.LimitReader(part, livecode.MaxBatchBytes+1))
		if err != nil {
			return up, unreadable(err)
		}
		name := part.FormName()
		if seen[name] {
			return up, fault.BadField(name, "stands there twice")
		}
		seen[name] = true
		switch name {
		case "corp":
			up.Corp = strings.TrimSpace(string(raw))
		case "defaults":
			if up.Defaults, err = livecode.ParseDefaults(raw); err != nil {
				return up, err
			}
		case "file":
			up.Body, up.File = raw, part.FileName()
		default:
			return up, fault.BadField(name, "is not a field of this form; the fields are corp, defaults and file")
		}
	}
	for _, name := range []string{"corp", "file"} {
		if !seen[name] {
			return up, fault.BadField(name, "is required")
		}
	}
	return up, nil
}

func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.BadField("file", "is larger than %d bytes; split it", large.Limit)
	}
	return fault.BadField("", "the multipart form cannot be read: %v", err)
}

type listBatchesInput struct {
	Corp string `query:"corp"`
	httpapi.PageQuery
}

func (h *handlers) batch(ctx context.Context, in *idInput) (*batchOutput, error) {
	b, err := h.codes.GetBatch(ctx, in.ID)
	return &batchOutput{wireBatch(b)}, err
}

func (h *handlers) image(ctx context.Context, in *idInput) (*huma.StreamResponse, error) {
	raw, err := h.codes.Image(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return stream(http.DetectContentType(raw), "", raw), nil
}

type sheetInput struct {
	IDs    string `query:"ids" doc:"ids of codes, comma-separated"`
	Batch  string `query:"batch" doc:"or the id of a batch"`
	From   int    `query:"from" minimum:"0" doc:"with batch: leave out so many codes from the beginning"`
	Layout string `query:"layout" enum:"labels,parcel,stand" default:"labels"`
	Format string `query:"format" enum:"pdf,png,zip" default:"pdf" doc:"png is for one code; a zip holds one PNG per code"`
	Brand  string `query:"brand" maxLength:"40" doc:"above the code; the brand's name if absent"`
	Hint   string `query:"hint" maxLength:"40" doc:"below the code"`
}

// defaultHint stands below a code when nothing else is asked for.
const defaultHint = "微信扫一扫，添加专属顾问"

func (h *handlers) sheet(ctx context.Context, in *sheetInput) (*huma.StreamResponse, error) {
	limit := sheet.MaxPDF
	switch in.Format {
	case "png":
		limit = 1
	case "zip":
		limit = sheet.MaxPNG
	}
	printables, err := h.printables(ctx, in, limit)
	if err != nil {
		return nil, err
	}
	brand, hint := in.Brand, in.Hint
	if brand == "" {
		b, err := h.access.Brand(ctx)
		if err != nil {
			return nil, err
		}
		brand = b.Name
	}
	if hint == "" {
		hint = defaultHint
	}
	cards := make([]sheet.Card, len(printables))
	for i, p := range printables {
		cards[i] = sheet.Card{QR: p.Image, Brand: brand, Hint: hint, Name: p.Name, Place: p.Place}
	}
	return h.render(in, cards)
}

func (h *handlers) printables(ctx context.Context, in *sheetInput, limit int) ([]livecode.Printable, error) {
	switch {
	case (in.IDs == "") == (in.Batch == ""):
		return nil, fault.BadField("ids", "give either ids or batch")
	case in.Batch != "":
		return h.codes.PrintBatch(ctx, in.Batch, in.From, limit)
	}
	ids := strings.Split(in.IDs, ",")
	if len(ids) > limit {
		return nil, fault.BadField("ids", "has more than %d entries, the most for %s", limit, in.Format)
	}
	return h.codes.Print(ctx, ids)
}

func (h *handlers) render(in *sheetInput, cards []sheet.Card) (*huma.StreamResponse, error) {
	var buf bytes.Buffer
	layout, now := sheet.Layout(in.Layout), h.clock.Now()
	switch in.Format {
	case "png":
		if err := sheet.PNG(&buf, cards[0], layout); err != nil {
			return nil, err
		}
		return stream("image/png", "code.png", buf.Bytes()), nil
	case "zip":
		if err := sheet.Zip(&buf, cards, layout, now); err != nil {
			return nil, err
		}
		return stream("application/zip", "codes.zip", buf.Bytes()), nil
	}
	if err := sheet.PDF(&buf, cards, layout, now); err != nil {
		return nil, err
	}
	return stream("application/pdf", "codes.pdf", buf.Bytes()), nil
}

// stream answers with a file that is ready. A name makes it a download.
func stream(kind, name string, raw []byte) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", kind)
		if name != "" {
			c.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
		}
		if _, err := c.BodyWriter().Write(raw); err != nil {
			panic(http.ErrAbortHandler) // a cut answer must not look whole
		}
	}}
}

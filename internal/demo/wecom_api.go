package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"net/http"

	"github.com/tidwall/gjson"
)

// api speaks to the program's own management API.
type api struct{ url, token string }

// refusal is an answer that is not what was asked for.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return fmt.Sprintf("the API answered %d: %s", r.status, r.text) }

// do sends a JSON body, nil for none, and gives the answer.
func (a api) do(ctx context.Context, method, path string, body any) (gjson.Result, error) {
	var in io.Reader
	if body != nil {
		in = bytes.NewReader(asJSON(body))
	}
	return a.send(ctx, method, path, "application/json", in)
}

// bytes sends a JSON body and gives the answer as it is.
func (a api) bytes(ctx context.Context, path string, body any) ([]byte, error) {
	return a.answer(ctx, "POST", path, "application/json", bytes.NewReader(asJSON(body)))
}

func (a api) send(ctx context.Context, method, path, kind string, body io.Reader) (gjson.Result, error) {
	text, err := a.answer(ctx, method, path, kind, body)
	return gjson.ParseBytes(text), err
}

func (a api) answer(ctx context.Context, method, path, kind string, body io.Reader) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sendDeadline)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, &refusal{res.StatusCode, string(text)}
	}
	return text, nil
}

// pond is a picture of rings on water.
func pond() image.Image {
	const w, h = 480, 320
	im := image.NewPaletted(image.Rect(0, 0, w, h), nil)
	for i := range 64 {
		im.Palette = append(im.Palette, color.RGBA{R: uint8(8 + 2*i), G: uint8(92 + 2*i), B: uint8(86 + 2*i), A: 255})
	}
	for y := range h {
		for x := range w {
			d := math.Hypot(float64(x)-w*0.62, 1.9*(float64(y)-h*0.45))
			ring := math.Sin(d/13) * math.Exp(-d/240)
			shade := 18 + 22*float64(y)/h + 20*ring
			im.SetColorIndex(x, y, uint8(max(0, min(63, shade))))
		}
	}
	return im
}

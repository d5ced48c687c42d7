package demo

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"mime/multipart"
	"strings"

	"golang.org/x/sync/errgroup"
)

// shelves is what the library of the demo holds. Attachments name their file.
type shelves struct {
	Pictures []struct{ Name, Subtitle, From, To string }
	Files    []struct{ Name, Text string }
	Folders  []shelf
}

type shelf struct {
	Space   string
	Name    string
	Panel   bool
	Posters []string // keys of templates that come with the program
	Items   []struct {
		Kind string          `json:"kind"`
		Name string          `json:"name"`
		Tags []string        `json:"tags"`
		Body json.RawMessage `json:"body"`
	}
}

// welcomePicture is carried by welcomes that have no picture of their own.
const welcomePicture = "欢迎图"

//go:embed library.json
var libraryJSON []byte

// library fills the library: pictures that the poster room draws, folders, materials and
// scripts, all in use. A folder that exists stays as it is.
func (c *setup) library(ctx context.Context) error {
	var s shelves
	if err := json.Unmarshal(libraryJSON, &s); err != nil {
		return err
	}
	if err := c.files(ctx, s); err != nil {
		return err
	}
	had := map[string]bool{}
	for _, space := range []string{"materials", "scripts"} {
		got, err := c.api.do(ctx, "GET", "/folders?space="+space, nil)
		if err != nil {
			return err
		}
		for _, f := range got.Get("items").Array() {
			had[space+"/"+f.Get("name").Str] = true
		}
	}
	for i, f := range s.Folders {
		if had[f.Space+"/"+f.Name] {
			continue
		}
		if err := c.folder(ctx, f, i); err != nil {
			return fmt.Errorf("folder %s: %w", f.Name, err)
		}
	}
	return nil
}

// folder makes one with what lies in it.
func (c *setup) folder(ctx context.Context, f shelf, position int) error {
	made, err := c.api.do(ctx, "POST", "/folders", map[string]any{"space": f.Space, "name": f.Name, "position": position, "panel": f.Panel})
	if err != nil {
		return err
	}
	folder := made.Get("id").Str
	for _, item := range f.Items {
		body := map[string]any{"kind": item.Kind, "name": item.Name, "tags": item.Tags, "folder": folder, "body": c.withFiles(item.Body)}
		if err := c.publish(ctx, "/materials", body); err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
	}
	if len(f.Posters) == 0 {
		return nil
	}
	examples, err := c.api.do(ctx, "GET", "/posters/examples", nil)
	if err != nil {
		return err
	}
	for _, key := range f.Posters {
		name := examples.Get(`items.#(key=="` + key + `").name`).Str
		if err := c.publish(ctx, "/posters", map[string]any{"name": name, "folder": folder, "example": key, "tags": []string{"海报"}}); err != nil {
			return fmt.Errorf("poster %s: %w", name, err)
		}
	}
	return nil
}

func (c *setup) publish(ctx context.Context, path string, body map[string]any) error {
	made, err := c.api.do(ctx, "POST", path, body)
	if err == nil {
		_, err = c.api.do(ctx, "POST", "/materials/"+made.Get("id").Str+"/publish", map[string]any{})
	}
	return err
}

// withFiles puts the ids of files where a body has their names.
func (c *setup) withFiles(body json.RawMessage) json.RawMessage {
	text := string(body)
	for name, asset := range c.assets {
		text = strings.ReplaceAll(text, `"asset": "`+name+`"`, `"asset": "`+asset+`"`)
	}
	return json.RawMessage(text)
}

// files takes in what materials show, each once.
func (c *setup) files(ctx context.Context, s shelves) error {
	c.assets = map[string]string{}
	got, err := c.api.do(ctx, "GET", "/assets?limit=200", nil)
	if err != nil {
		return err
	}
	for _, a := range got.Get("items").Array() {
		c.assets[a.Get("name").Str] = a.Get("id").Str
	}
	var rings bytes.Buffer
	if err := png.Encode(&rings, pond()); err != nil {
		return err
	}
	if err := c.takeIn(ctx, "image", welcomePicture, "welcome.png", rings.Bytes()); err != nil {
		return err
	}
	for _, f := range s.Files {
		if err := c.takeIn(ctx, "file", f.Name, f.Name, []byte(f.Text)); err != nil {
			return err
		}
	}
	drawn := make([][]byte, len(s.Pictures))
	all, drawing := errgroup.WithContext(ctx)
	for i, p := range s.Pictures {
		if c.assets[p.Name] != "" {
			continue
		}
		all.Go(func() (err error) {
			drawn[i], err = c.api.bytes(drawing, "/posters/render", map[string]any{"template": cover(p.Name, p.Subtitle, p.From, p.To), "format": "jpeg"})
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return fmt.Errorf("draw pictures: %w", err)
	}
	for i, p := range s.Pictures {
		if err := c.takeIn(ctx, "image", p.Name, "picture.jpg", drawn[i]); err != nil {
			return err
		}
	}
	return nil
}

// takeIn makes an asset of a file unless there is one of its name.
func (c *setup) takeIn(ctx context.Context, kind, name, file string, raw []byte) error {
	if c.assets[name] != "" {
		return nil
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	err := errors.Join(form.WriteField("kind", kind), form.WriteField("name", name))
	if err != nil {
		return err
	}
	w, err := form.CreateFormFile("file", file)
	if err != nil {
		return err
	}
	if _, err = w.Write(raw); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	made, err := c.api.send(ctx, "POST", "/assets", form.FormDataContentType(), &body)
	c.assets[name] = made.Get("id").Str
	return err
}

// cover is the template of a picture: a line of words over rings and colours.
func cover(title, subtitle, from, to string) map[string]any {
	layer := func(kind string, x, y, w, h int, more map[string]any) map[string]any {
		more["kind"], more["x"], more["y"], more["w"], more["h"] = kind, x, y, w, h
		return more
	}
	return map[string]any{"width": 900, "height": 720, "background": to, "layers": []map[string]any{
		layer("rect", 0, 0, 900, 720, map[string]any{"gradient": map[string]any{"from": from, "to": to, "angle": 60}}),
		layer("ellipse", 480, -160, 620, 620, map[string]any{"fill": "#ffffff", "opacity": 0.10}),
		layer("ellipse", 590, -50, 400, 400, map[string]any{"fill": "#ffffff", "opacity": 0.14}),
		layer("ellipse", -160, 470, 420, 420, map[string]any{"fill": "#000000", "opacity": 0.10}),
		layer("text", 72, 72, 500, 44, map[string]any{"text": "鱼塘", "size": 32, "color": "#ffffff", "weight": 600, "spacing": 8}),
		layer("rect", 72, 126, 56, 5, map[string]any{"fill": "#ffffff", "radius": 2}),
		layer("text", 68, 166, 760, 150, map[string]any{"text": title, "size": 112, "color": "#ffffff", "weight": 800, "shrink": true}),
		layer("text", 74, 334, 740, 64, map[string]any{"text": subtitle, "size": 44, "color": "#ffffff", "shrink": true}),
	}}
}

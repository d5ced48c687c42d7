package wecom

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// Kinds of media.
const (
	MediaImage = "image"
	MediaVoice = "voice"
	MediaVideo = "video"
	MediaFile  = "file"
)

// Uses of an attachment upload.
const (
	ForMoment = 1
	ForAlbum  = 2
)

// maxMedia is more than the largest file the platform takes.
const maxMedia = 21 << 20

// Media is an uploaded file. The id lives for three days and is good for all apps of the
// corp; an id for moments and one for messages do not replace each other.
type Media struct {
	Type      string `json:"type"`
	MediaID   string `json:"media_id"`
	CreatedAt Unix   `json:"created_at"`
}

// UploadMedia uploads a file for messages.
func (c *Client) UploadMedia(ctx context.Context, kind, name string, r io.Reader) (Media, error) {
	return upload[Media](ctx, c, "/media/upload", url.Values{"type": {kind}}, name, r, true)
}

// UploadAttachment uploads a file for moments (ForMoment) or the product album (ForAlbum).
func (c *Client) UploadAttachment(ctx context.Context, kind string, use int, name string, r io.Reader) (Media, error) {
	q := url.Values{"media_type": {kind}, "attachment_type": {strconv.Itoa(use)}}
	return upload[Media](ctx, c, "/media/upload_attachment", q, name, r, true)
}

// UploadImage uploads a picture for good and gives its address. A corp may do so 3,000
// times a month.
func (c *Client) UploadImage(ctx context.Context, name string, r io.Reader) (string, error) {
	a, err := upload[struct {
		URL string `json:"url"`
	}](ctx, c, "/media/uploadimg", nil, name, r, false)
	return a.URL, err
}

func upload[T any](ctx context.Context, c *Client, path string, q url.Values, name string, r io.Reader, repeat bool) (T, error) {
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	if err := fill(form, name, r); err != nil {
		var zero T
		return zero, &Error{Path: path, Class: NotSent, Msg: "read the file", cause: err}
	}
	return decode[T](ctx, c, request{
		method: http.MethodPost, path: path, query: q, body: buf.Bytes(), kind: form.FormDataContentType(),
		timeout: mediaTimeout, repeat: repeat,
	})
}

func fill(form *multipart.Writer, name string, r io.Reader) error {
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="media"; filename="%s"`, fileName.Replace(name)))
	h.Set("Content-Type", "application/octet-stream")
	part, err := form.CreatePart(h)
	if err != nil {
		return err
	}
	n, err := io.Copy(part, io.LimitReader(r, maxMedia+1))
	if err != nil {
		return err
	}
	if n > maxMedia {
		return fmt.Errorf("the file is larger than %d bytes", maxMedia)
	}
	return form.Close()
}

var fileName = strings.NewReplacer(`\`, "_", `"`, "_", "\r", "_", "\n", "_")

// File says what GetMedia wrote.
type File struct {
	Name string
	Type string // MIME type
	Size int64
}

// GetMedia writes an uploaded file to w. After an error w may hold a part of it.
func (c *Client) GetMedia(ctx context.Context, mediaID string, w io.Writer) (File, error) {
	var f File
	_, err := c.do(ctx, request{
		method: http.MethodGet, path: "/media/get", query: url.Values{"media_id": {mediaID}}, timeout: mediaTimeout,
		stream: func(res *http.Response) (err error) {
			_, params, _ := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
			f.Name, f.Type = params["filename"], res.Header.Get("Content-Type")
			f.Size, err = io.Copy(w, res.Body)
			return err
		},
	})
	return f, err
}

// streams says that an answer is a file. An error comes as JSON without a disposition.
func streams(res *http.Response) bool { return res.Header.Get("Content-Disposition") != "" }

package sensors

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/ingest"
)

// maxForm bounds a form in bytes: a full batch in base64 with escapes.
const maxForm = 1 << 20

// form is the part of a request that carries items.
type form struct {
	data    string
	pointer string // "/data" or "/data_list"
	packing string // the field gzip
}

// fields reads the form in the body, or else in the address.
func fields(r *http.Request, body []byte) (form, error) {
	values := r.URL.Query()
	if len(body) > 0 {
		posted, err := parse(r.Header.Get("Content-Type"), body)
		if err != nil {
			return form{}, err
		}
		for name, list := range posted {
			values[name] = list
		}
	}
	for _, name := range [...]string{"data_list", "data"} {
		if data := values.Get(name); data != "" {
			return form{data: data, pointer: "/" + name, packing: values.Get("gzip")}, nil
		}
	}
	return form{}, fault.BadField("/data", "nothing to store: send data or data_list, JSON in base64")
}

func parse(contentType string, body []byte) (url.Values, error) {
	kind, params, _ := mime.ParseMediaType(contentType)
	if kind != "multipart/form-data" {
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fault.BadField("", "not a form: send data=... with percent escapes")
		}
		return values, nil
	}
	values := url.Values{}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, fault.BadField("", "not a multipart form: check its boundary")
		}
		value, err := io.ReadAll(part) // bounded by body
		if err != nil {
			return nil, fault.BadField("", "not a multipart form: it ends early")
		}
		values.Set(part.FormName(), string(value))
	}
}

// items unpacks the field into the items it carries: one object, or a list of them.
func (f form) items() ([]ingest.Raw, error) {
	doc, err := f.unpack()
	if err != nil {
		return nil, ingest.Within(f.pointer, err)
	}
	doc = bytes.TrimLeft(doc, " \t\r\n")
	if len(doc) > 0 && doc[0] == '{' {
		doc = append(append([]byte{'['}, doc...), ']')
	}
	var list []ingest.Raw
	if err := ingest.Decode(doc, &list); err != nil {
		return nil, fault.BadField(f.pointer, "not a JSON object or list of objects: send them in base64, packed with gzip=1 or plain with gzip=0")
	}
	return list, nil
}

func (f form) unpack() ([]byte, error) {
	if f.packing == "9" {
		return nil, fault.BadField("", "encrypted data (gzip=9) is not read: switch encryption off in the library and use https")
	}
	data := strings.TrimSpace(f.data)
	if data[:min(1, len(data))] == "{" || data[:min(1, len(data))] == "[" {
		return sized([]byte(data))
	}
	raw, err := decode64(data)
	if err != nil {
		return nil, err
	}
	if len(raw) < 2 || raw[0] != 0x1f || raw[1] != 0x8b {
		return sized(raw)
	}
	var buf bytes.Buffer
	err = ingest.Unpack(&buf, bytes.NewReader(raw), ingest.MaxBatch)
	return buf.Bytes(), err
}

func sized(doc []byte) ([]byte, error) {
	if len(doc) > ingest.MaxBatch {
		return nil, fault.New(fault.Invalid, ingest.TooLarge, "more than %d KiB: send less at once", ingest.MaxBatch>>10)
	}
	return doc, nil
}

// spelling undoes what happens to base64 on its way: a + read as a space, the alphabet for
// addresses, a second round of percent escapes.
var spelling = strings.NewReplacer(" ", "+", "-", "+", "_", "/", "\n", "", "\r", "", "=", "",
	"%2B", "+", "%2F", "/", "%3D", "", "%2b", "+", "%2f", "/", "%3d", "")

func decode64(data string) ([]byte, error) {
	raw, err := base64.RawStdEncoding.DecodeString(spelling.Replace(data))
	if err != nil {
		return nil, fault.BadField("", "not base64: encode the JSON in base64, then escape it for the form")
	}
	return raw, nil
}

package wecomsim

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// Classes of media ids; one class is not accepted where another is wanted.
const (
	mediaPlain  = "media"  // media/upload
	mediaMoment = "moment" // upload_attachment, attachment_type 1
	mediaAlbum  = "album"  // upload_attachment, attachment_type 2
	mediaImage  = "image"  // uploadimg: permanent, known by URL only
)

// mediaLife is how long a media id is good.
const mediaLife = 3 * day

type media struct {
	id, class, kind string // kind is image, voice, video or file
	name            string
	data            []byte
	made            time.Time
}

func mediaEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/media/upload", form: true, run: uploadMedia},
		{method: post, path: "/media/uploadimg", form: true, own: []rate{{1000, day}, {3000, month}}, run: uploadImage},
		{method: post, path: "/media/upload_attachment", form: true, need: permContact, run: uploadAttachment},
		{method: get, path: "/media/get", run: getMedia},
	}
}

func uploadMedia(s *Sim, c *call) (any, error) {
	kind := c.query.Get("type")
	if kind != "image" && kind != "voice" && kind != "video" && kind != "file" {
		return nil, code(40004)
	}
	if err := c.checkFile(kind); err != nil {
		return nil, err
	}
	m := s.keepMedia(mediaPlain, kind, c.file)
	return obj{"type": kind, "media_id": m.id, "created_at": strconv.FormatInt(m.made.Unix(), 10)}, nil
}

func uploadImage(s *Sim, c *call) (any, error) {
	if err := c.checkFile("image"); err != nil {
		return nil, err
	}
	m := s.keepMedia(mediaImage, "image", c.file)
	return obj{"url": s.cfg.PublicURL + "/sim/image/" + m.id}, nil
}

func uploadAttachment(s *Sim, c *call) (any, error) {
	kind, class := c.query.Get("media_type"), mediaMoment
	switch c.query.Get("attachment_type") {
	case "1":
	case "2":
		class = mediaAlbum
	default:
		return nil, code(41072)
	}
	if kind != "image" && (kind != "video" || class == mediaAlbum) {
		return nil, code(40004)
	}
	if err := c.checkFile(kind); err != nil {
		return nil, err
	}
	m := s.keepMedia(class, kind, c.file)
	return obj{"type": kind, "media_id": m.id, "created_at": m.made.Unix()}, nil
}

func getMedia(s *Sim, c *call) (any, error) {
	id := c.query.Get("media_id")
	if id == "" {
		return nil, code(41006)
	}
	m, ok := s.media[id]
	if !ok || s.expired(m) {
		return nil, code(40007)
	}
	return blob{name: m.name, kind: http.DetectContentType(m.data), data: m.data}, nil
}

var mediaSizes = map[string]int{"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}

// checkFile checks the uploaded file's size and, where the platform looks, its format.
func (c *call) checkFile(kind string) error {
	data := c.file.data
	switch {
	case len(data) == 0:
		return code(44001)
	case len(data) <= 5:
		return code(40006)
	case len(data) > mediaSizes[kind]:
		return code(45001)
	}
	ok := true
	switch kind {
	case "image":
		ok = bytes.HasPrefix(data, []byte("\xff\xd8\xff")) || bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n"))
	case "voice":
		ok = bytes.HasPrefix(data, []byte("#!AMR"))
	case "video":
		ok = len(data) > 12 && string(data[4:8]) == "ftyp"
	}
	if !ok {
		return code(40005)
	}
	return nil
}

func (s *Sim) keepMedia(class, kind string, u *upload) *media {
	name := u.name
	if name == "" {
		name = kind
	}
	m := &media{id: s.ids.make("3", 63), class: class, kind: kind, name: name, data: u.data, made: s.at}
	s.media[m.id] = m
	if class != mediaImage {
		s.after(mediaLife, func() { m.data = nil })
	}
	return m
}

func (s *Sim) expired(m *media) bool {
	return m.class != mediaImage && !s.at.Before(m.made.Add(mediaLife))
}

// usable answers 40007 unless id is an unexpired media id of the class and kind.
func (s *Sim) usable(id, class, kind string) error {
	m, ok := s.media[id]
	if id == "" || !ok || m.class != class || m.kind != kind || s.expired(m) {
		return code(40007)
	}
	return nil
}

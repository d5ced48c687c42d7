package content

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	_ "image/jpeg" // the two formats that the platform takes
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"time"
)

// The kinds of asset.
const (
	AssetImage = "image" // JPEG or PNG
	AssetVoice = "voice" // AMR
	AssetVideo = "video" // MP4
	AssetFile  = "file"  // anything
)

// facts are what the bytes of a file say about it, whatever its name claims.
type facts struct {
	kind     string
	mime     string
	width    int
	height   int
	duration time.Duration
}

var errDamaged = errors.New("the file is damaged")

// probe reads all of r and says what it is. Something that looks like an image, MP4 or AMR
// and cannot be read as one is errDamaged.
func probe(r io.Reader) (facts, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return facts{}, err
	}
	f := facts{kind: AssetFile, mime: http.DetectContentType(head)}
	switch {
	case f.mime == "image/png" || f.mime == "image/jpeg":
		err = f.image(br)
	case isMP4(head):
		f.kind, f.mime = AssetVideo, "video/mp4"
		err = f.mp4(br)
	case bytes.HasPrefix(head, []byte(amrMagic)):
		f.kind, f.mime = AssetVoice, "audio/amr"
		err = f.amr(br)
	default:
		err = nil
	}
	if err != nil {
		return facts{}, err
	}
	_, err = io.Copy(io.Discard, br)
	return f, err
}

func (f *facts) image(r io.Reader) error {
	cfg, _, err := image.DecodeConfig(r)
	if err != nil {
		return errDamaged
	}
	f.kind, f.width, f.height = AssetImage, cfg.Width, cfg.Height
	return nil
}

// notVideo are brands of the same container that are no MP4 video.
var notVideo = []string{"qt  ", "heic", "heix", "hevc", "mif1", "msf1", "avif", "avis", "M4A ", "M4B ", "crx "}

func isMP4(head []byte) bool {
	return len(head) >= 12 && string(head[4:8]) == "ftyp" && !slices.Contains(notVideo, string(head[8:12]))
}

// mp4 walks the boxes of the file to the movie header, which may lie before or behind the
// pictures.
func (f *facts) mp4(r *bufio.Reader) error {
	for {
		name, size, err := box(r)
		if errors.Is(err, io.EOF) {
			return errDamaged // no movie header
		}
		if err != nil {
			return err
		}
		switch name {
		case "moov":
			continue // its children follow
		case "mvhd":
			return f.movieHeader(r)
		}
		if err := skip(r, size); err != nil {
			return err
		}
	}
}

// box reads the head of a box: its name and how many bytes follow, -1 for all that is left.
func box(r io.Reader) (name string, size int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", 0, short(err)
	}
	name, size = string(head[4:]), int64(binary.BigEndian.Uint32(head[:4]))
	switch size {
	case 0:
		return name, -1, nil
	case 1:
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return "", 0, cut(err)
		}
		size = int64(binary.BigEndian.Uint64(head[:])) - 8
	}
	if size < 8 {
		return "", 0, errDamaged
	}
	return name, size - 8, nil
}

func skip(r io.Reader, n int64) error {
	if n < 0 {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	_, err := io.CopyN(io.Discard, r, n)
	return cut(err)
}

// movieHeader reads how long the movie is.
func (f *facts) movieHeader(r io.Reader) error {
	var b [32]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return cut(err)
	}
	scale, length := uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
	if b[0] == 1 {
		scale, length = uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	}
	if scale == 0 {
		return errDamaged
	}
	if seconds := length / scale; seconds < 24*60*60 {
		f.duration = time.Duration(length * 1000 / scale * uint64(time.Millisecond))
		return nil
	}
	return errDamaged
}

const amrMagic = "#!AMR\n"

// amrFrame is how many bytes follow the head of a frame, by its mode. A frame is 20 ms.
var amrFrame = [16]int{12, 13, 15, 17, 19, 20, 26, 31, 5}

func (f *facts) amr(r *bufio.Reader) error {
	if _, err := r.Discard(len(amrMagic)); err != nil {
		return cut(err)
	}
	for {
		head, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		mode := head >> 3 & 15
		if mode > 8 && mode < 15 {
			return errDamaged
		}
		if _, err := r.Discard(amrFrame[mode]); err != nil {
			return cut(err)
		}
		f.duration += 20 * time.Millisecond
	}
}

// short keeps a clean end apart from a cut one.
func short(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}

// cut says that the file ends too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}

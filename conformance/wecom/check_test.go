package wecom

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/silenceper/wechat/v2/util"
	"github.com/xen0n/go-workwx"
)

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-told +decoded):\n%s", what, diff)
	}
}

// refused checks that an SDK has decoded the platform's error code.
func refused(t *testing.T, what string, err error, want int) {
	t.Helper()
	if got := codeOf(err); got != want {
		t.Errorf("%s: code %d of %v, want %d", what, got, err, want)
	}
}

func codeOf(err error) int {
	var x *workwx.WorkwxClientError
	if errors.As(err, &x) {
		return int(x.Code)
	}
	var s *util.CommonError
	if errors.As(err, &s) {
		return int(s.ErrCode)
	}
	return 0
}

// soon checks a moment of the platform's against another, to a few seconds.
func soon(t *testing.T, what string, got int64, want time.Time) {
	t.Helper()
	if d := got - want.Unix(); d < -5 || d > 5 {
		t.Errorf("%s: %v, want about %v", what, time.Unix(got, 0).UTC(), want.UTC())
	}
}

func picture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))
	return b.Bytes()
}

// file is content that suits a name.
func file(name string) []byte {
	switch filepath.Ext(name) {
	case ".amr":
		return []byte("#!AMR\n0123456789")
	case ".mp4":
		return []byte("\x00\x00\x00\x18ftypisom0123456789")
	case ".png":
		return picture()
	}
	return []byte("hello, world")
}

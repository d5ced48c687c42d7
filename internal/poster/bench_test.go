package poster

import (
	"context"
	"testing"
)

func BenchmarkRender(b *testing.B) {
	s := New(Config{Bindings: sampleBindings})
	tmpl, err := Parse(Examples[0].Template)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Render(context.Background(), Order{Template: tmpl, Sample: true, Format: JPEG}); err != nil {
			b.Fatal(err)
		}
	}
}

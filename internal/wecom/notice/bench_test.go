package notice

import "testing"

// BenchmarkParse reads a callback of a new contact.
func BenchmarkParse(b *testing.B) {
	raw := []byte(self(ExternalContact, AddContact, pairXML+"<State>s1</State><WelcomeCode>c1</WelcomeCode>"))
	for b.Loop() {
		if _, err := Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

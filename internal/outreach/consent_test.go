package outreach

import "testing"

// A policy that says nothing of a channel leaves it as careful as it is by default.
//
// covers: C5
func TestAllows_UnsaidChannelKeepsItsDefault(t *testing.T) {
	t.Parallel()
	strict := Policy{Consent: map[string]ConsentNeed{WeComMass: ConsentGiven}}
	for _, tc := range []struct {
		policy       Policy
		channel      string
		given, known bool
		want         bool
	}{
		{Policy{}, WeComMass, false, false, true},
		{Policy{}, WeComMass, false, true, false},
		{Policy{}, "sms", false, false, false},
		{Policy{}, "sms", true, true, true},
		{strict, WeComMass, false, false, false},
		{strict, WeComMass, true, true, true},
	} {
		if got := tc.policy.allows(tc.channel, tc.given, tc.known); got != tc.want {
			t.Errorf("%v on %s, given %v known %v: %v", tc.policy.Consent, tc.channel, tc.given, tc.known, got)
		}
	}
}

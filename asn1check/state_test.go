package asn1check

import "testing"

// The words are the contract's; the order is the order of precedence.
func TestStateWords(t *testing.T) {
	words := []string{
		"null", "erased", "fill", "wrong-algorithm", "truncated", "malformed", "inconsistent", "mismatched", "unrecognised", "ok",
	}
	sound := map[string]bool{"mismatched": true, "unrecognised": true, "ok": true}
	for i, want := range words {
		s := State(i + 1)
		text, err := s.MarshalText()
		if s.String() != want || string(text) != want || err != nil {
			t.Errorf("State(%d) = %q, %q, %v, want %q", i+1, s, text, err, want)
		}
		if s.Sound() != sound[want] {
			t.Errorf("%v.Sound() = %v, want %v", s, s.Sound(), sound[want])
		}
	}
	for _, s := range []State{0, OK + 1, 255} {
		if s.Sound() || s.String()[:6] != "state(" {
			t.Errorf("State(%d) = %q, sound %v, want a fallback that is not sound", uint8(s), s, s.Sound())
		}
	}
}

func TestAlgorithmWords(t *testing.T) {
	for a, want := range map[Algorithm]string{
		NoAlgorithm: "", RSA1024: "rsa-1024", RSA2048: "rsa-2048", P256: "ec-p256", OtherAlgorithm: "other", 200: "algorithm(200)",
	} {
		if a.String() != want {
			t.Errorf("Algorithm(%d).String() = %q, want %q", uint8(a), a, want)
		}
	}
}

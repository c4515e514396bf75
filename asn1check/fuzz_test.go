package asn1check

import "testing"

// FuzzVerdict looks for bytes that break a promise: a panic, a changed input, a number out of bounds, a leak.
func FuzzVerdict(f *testing.F) {
	for _, der := range goodDER(f) {
		image := slot(der, 1300, 0xFF)
		for _, j := range judges {
			f.Add(image[:j.size], image[j.size:])
		}
	}
	f.Add([]byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, slot, beyond []byte) { checkInvariants(t, slot, beyond) })
}

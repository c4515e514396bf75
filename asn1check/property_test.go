package asn1check

import (
	"bytes"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// dump matches what bytes look like when they are printed: eight hex digits in a row, or four numbers.
var dump = regexp.MustCompile(`[0-9A-Fa-f]{8}|([0-9A-Fa-fx]+,? ){3}[0-9]`)

// judges are all functions that take a slot, by name.
var judges = []struct {
	name    string
	size    int
	private bool
	judge   func(slot, beyond []byte) Verdict
}{
	{"RSAPrivate", 612, true, func(s, b []byte) Verdict { return RSAPrivate(s, b, Options{SkipPrimality: true}) }},
	{"ECPrivate", 192, true, ECPrivate},
	{"RSAPublic 1024", 384, false, func(s, _ []byte) Verdict { return RSAPublic(s, 1024) }},
	{"RSAPublic 2048", 384, false, func(s, _ []byte) Verdict { return RSAPublic(s, 2048) }},
	{"ECPublic", 192, false, func(s, _ []byte) Verdict { return ECPublic(s) }},
}

// goodDER is one key of every kind, the material that damage is done to.
func goodDER(t testing.TB) [][]byte {
	ec, rsa := mustEC(t, testScalar(1)), mustRSA(t, 0)
	return [][]byte{
		ec.DeviceDER(), ec.Public(), append(make([]byte, 37), ec.Public()...), ecPKCS8(t, testScalar(1)),
		rsa.DeviceDER(), rsa.MinimalDER(), rsa.Public(), rsa2048(), spki2048(t),
	}
}

// checkInvariants judges the bytes in every way, and holds each verdict to what must be true of any.
func checkInvariants(t interface{ Errorf(string, ...any) }, slot, beyond []byte) {
	slotBefore, beyondBefore := bytes.Clone(slot), bytes.Clone(beyond)
	for _, j := range judges {
		v := j.judge(slot, beyond)
		switch {
		case v.State < Null || v.State > OK || v.State == Mismatched || v.State == Unrecognised:
			t.Errorf("%s: state %v", j.name, v.State)
		case v.Offset < 0 || v.Offset > len(slot):
			t.Errorf("%s: offset %d of %d", j.name, v.Offset, len(slot))
		case v.Length < 0 || v.Offset+v.Length > len(slot) && v.State != Truncated && v.State != WrongAlgorithm:
			t.Errorf("%s: length %d at %d of %d in state %v", j.name, v.Length, v.Offset, len(slot), v.State)
		case v.Fault < -1 || v.Fault >= len(slot) && v.Fault != -1:
			t.Errorf("%s: fault %d of %d", j.name, v.Fault, len(slot))
		case v.State == OK && (v.Fault != -1 || v.Public == nil || v.Algorithm == NoAlgorithm):
			t.Errorf("%s: ok with fault %d, public %v", j.name, v.Fault, v.Public != nil)
		case v.Public != nil && v.State != OK && v.State != WrongAlgorithm:
			t.Errorf("%s: a public key in state %v", j.name, v.State)
		case v.Loads && !j.private:
			t.Errorf("%s: a public slot loads", j.name)
		case v.LoadsWhy == "" && j.private && v.Loads != (v.State == OK):
			t.Errorf("%s: loads %v in state %v without why", j.name, v.Loads, v.State)
		case dump.MatchString(v.Detail + v.LoadsWhy):
			t.Errorf("%s: bytes of the slot in %q", j.name, v.Detail+v.LoadsWhy)
		}
		if v.Public != nil && v.State == OK && !soundPublic(v) {
			t.Errorf("%s: the public key of an ok slot is not ok itself", j.name)
		}
	}
	if k, err := ParsePrivateKey(slot); err == nil {
		if again, err := ParsePrivateKey(k.DeviceDER()); err != nil || again.Fingerprint() != k.Fingerprint() {
			t.Errorf("ParsePrivateKey(DeviceDER()) = %v, %v, want %v", again, err, k)
		}
	}
	if !bytes.Equal(slot, slotBefore) || !bytes.Equal(beyond, beyondBefore) {
		t.Errorf("the input was changed")
	}
}

// soundPublic judges a verdict's public key in its turn.
func soundPublic(v Verdict) bool {
	switch v.Algorithm {
	case RSA1024:
		return RSAPublic(v.Public, 1024).State == OK
	case RSA2048:
		return RSAPublic(v.Public, 2048).State == OK
	}
	return ECPublic(v.Public).State == OK
}

func TestAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slot := rapid.SliceOfN(rapid.Byte(), 0, 700).Draw(t, "slot")
		beyond := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "beyond")
		checkInvariants(t, slot, beyond)
	})
}

func TestDamagedKeys(t *testing.T) {
	keys := goodDER(t)
	rapid.Check(t, func(t *rapid.T) {
		image := slot(rapid.SampledFrom(keys).Draw(t, "key"), 1400, rapid.SampledFrom([]byte{0, 0xFF, 0x5A}).Draw(t, "pad"))
		for range rapid.IntRange(0, 3).Draw(t, "edits") {
			at := rapid.OneOf(rapid.IntRange(0, 60), rapid.IntRange(0, 620)).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "edit") {
			case 0:
				image[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			case 1:
				image[at] = rapid.Byte().Draw(t, "value")
			case 2:
				copy(image[at:], image[at+1:])
			case 3:
				copy(image[at+1:], bytes.Clone(image[at:]))
			}
		}
		size := rapid.SampledFrom([]int{128, 192, 384, 612, 1216}).Draw(t, "size")
		checkInvariants(t, image[:size:size], image[size:])
	})
}

// A sound key of any scalar is recognised in every form, and only in its own slot.
func TestAnyScalar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scalar := rapid.SliceOfN(rapid.Byte(), 1, 32).Draw(t, "scalar")
		k, err := NewEC(scalar)
		if err != nil {
			t.Skip("out of range")
		}
		tail := rapid.SliceOfN(rapid.Byte(), 70, 70).Draw(t, "tail")
		for _, der := range [][]byte{k.DeviceDER(), ecDevice(encodeInteger(bigOf(scalar))[2:], k.Point())} {
			s := append(der, tail...)
			if v := ECPrivate(s, nil); v.State != OK || !v.Loads || !bytes.Equal(v.Public, k.Public()) {
				t.Errorf("ECPrivate = %v (%s), want ok", v.State, v.Detail)
			}
			if v := RSAPrivate(s, nil, Options{}); v.State != WrongAlgorithm || v.Loads || !bytes.Equal(v.Public, k.Public()) {
				t.Errorf("RSAPrivate = %v (%s), want wrong-algorithm", v.State, v.Detail)
			}
		}
	})
}

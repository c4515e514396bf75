package repair

import (
	"bytes"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// A candidate is a key that may be the right one for a slot. The key itself
// verifies; why it is this device's key is the evidence.
type candidate struct {
	key      *asn1check.PrivateKey
	action   Action
	source   string
	evidence string
	// patch are the bytes to begin the slot with where that is all it takes;
	// nil for the whole key.
	patch []byte
	// weak: nothing but the key's own number speaks for it, so that a damaged
	// number would not show.
	weak bool
}

// withoutShadows leaves out the weak candidates whose scalar differs so little
// from a better one's that they must be that key, damaged.
func withoutShadows(all []candidate) []candidate {
	scalar := func(c candidate) []byte { return c.key.DeviceDER()[scalarAt : scalarAt+32] }
	return slices.DeleteFunc(slices.Clone(all), func(weak candidate) bool {
		return weak.weak && slices.ContainsFunc(all, func(better candidate) bool {
			_, near := nearBits(scalar(weak), scalar(better))
			return !better.weak && near
		})
	})
}

// scalarAt is where an EC key's scalar begins, in every encoding.
const scalarAt = 7

// maxShare is the share of bits in which a number rebuilt from its relatives
// may differ from what the slot holds and still count as the same, damaged: a
// quarter. Two unrelated numbers of 512 bits differ in half of them and come
// that near with a chance below 2^-95.
const maxShare = 4

// slotKey returns the key that a private-key slot still determines by itself:
// sound as it is, or rebuilt.
func slotKey(app []byte, slot layout.Slot) (candidate, bool) {
	stored, ok := slot.Of(app)
	if !ok {
		return candidate{}, false
	}
	const own = "the slot's own numbers"
	if key := soundKey(app, slot); key != nil {
		return candidate{key: key, action: Rebuild, source: own, evidence: "the same key in the form that the device reads"}, true
	}
	if stored[0] == 0xFF {
		// Only the byte that the firmware looks at: put it back, keep the rest.
		mended := append(bytes.Clone(app[:slot.Offset]), dct.SequenceTag)
		if key := soundKey(append(mended, stored[1:]...), slot); key != nil {
			return candidate{
				key: key, action: Rebuild, source: own, patch: []byte{dct.SequenceTag},
				evidence: "with 30 in front the key verifies completely",
			}, true
		}
	}
	if slot.Transport == layout.TCP {
		return rebuildRSA(stored)
	}
	return rebuildEC(stored)
}

// rebuildEC finds the key of a damaged EC slot from the slot alone: the scalar
// at the place where all encodings of devices and tools have it, confirmed by a
// copy of the public point (behaviour.md 1.4). Where no point is left to
// confirm it, an undamaged structure around the scalar has to do: whatever
// reads such a key computes the point from it.
func rebuildEC(slot []byte) (candidate, bool) {
	if len(slot) < 192 {
		return candidate{}, false
	}
	for _, size := range []int{32, 33, 31} {
		key, err := asn1check.NewEC(slot[scalarAt : scalarAt+size])
		if err != nil {
			continue
		}
		want := key.Point()[1:]
		c := candidate{key: key, action: Derive, source: "the slot's own scalar"}
		publicAt := scalarAt + size + len(curveName)
		const publicHeader = 6 // [1], BIT STRING, unused bits, 04
		if embedded := slot[publicAt+publicHeader:][:64]; bytes.Equal(embedded, want) {
			c.action, c.source = Rebuild, "the slot's own numbers"
			c.evidence = "the scalar fits the point beside it; only the structure around them was damaged"
			return c, true
		} else if n, near := nearBits(embedded, want); near {
			c.evidence = fmt.Sprintf("the scalar's point differs from the stored one in %d of 512 bits", n)
			return c, true
		}
		if bytes.Equal(slot[128:192], want) {
			c.evidence = "the scalar fits the copy of the point that the device left behind the key"
			return c, true
		}
		head := bytes.Equal(slot[2:scalarAt], []byte{0x02, 1, 1, 0x04, byte(size)})
		if head && bytes.HasPrefix(slot[scalarAt+size:], []byte(curveName)) && slot[publicAt] != tagPublic {
			c.weak = true
			c.evidence = "no point is left to compare, and what reads this key computes it from the scalar; there is no other witness"
			return c, true
		}
	}
	return candidate{}, false
}

// Behind the scalar stand the curve's name, [0] with the OBJECT IDENTIFIER of
// P-256, and the public key, [1] (behaviour.md 1.4).
const (
	curveName = "\xA0\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07"
	tagPublic = 0xA1
)

// nearBits counts differing bits and says whether they are few enough for the
// two to be one number, damaged.
func nearBits(a, b []byte) (n int, near bool) {
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n, n*maxShare <= len(a)*8
}

// rebuildRSA finds the key of a damaged RSA slot from the slot alone, where two
// of n and the primes are intact; a damaged n must still be near their product,
// which binds both of them. Tags, lengths and everything that follows from the
// primes may be damaged.
func rebuildRSA(slot []byte) (candidate, bool) {
	for _, at := range rsaPlaces {
		if at.q+64 > len(slot) {
			continue
		}
		n := number(slot, at.n, 128)
		p, q := number(slot, at.p, 64), number(slot, at.q, 64)
		product := new(big.Int).Mul(p, q)
		for _, set := range []struct {
			n, p, q  *big.Int
			evidence string
		}{
			{n, p, q, "n is the product of the primes"},
			{n, p, quotient(n, p), "n is divided by the first prime"},
			{n, quotient(n, q), q, "n is divided by the second prime"},
			{product, p, q, "n is the product of the primes but for a few bits"},
		} {
			if set.p == nil || set.q == nil || set.n.BitLen() > 1024 {
				continue
			}
			if _, near := nearBits(set.n.FillBytes(make([]byte, 128)), slot[at.n:at.n+128]); !near {
				continue
			}
			key, err := asn1check.NewRSA(set.n, nil, set.p, set.q)
			if err != nil {
				continue
			}
			key = withStoredD(key, set.n, set.p, set.q, slot[at.d:at.d+128])
			return candidate{key: key, action: Rebuild, source: "the slot's own numbers", evidence: set.evidence + "; the rest follows from them"}, true
		}
	}
	return candidate{}, false
}

// rsaPlace is where the numbers of a PKCS#1 key lie in its slot: 128 bytes at n
// and d, 64 at p and q.
type rsaPlace struct{ n, d, p, q int }

// rsaPlaces are the device's fixed form (behaviour.md 1.2) and the shapes of
// minimal DER: n, p and q always need their leading 00; d is 127 to 129 bytes
// long, and its header a byte shorter below 128.
var rsaPlaces = []rsaPlace{
	{11, 148, 279, 346}, // fixed form, and DER with d of 129 bytes
	{11, 147, 278, 345}, // d of 128 bytes, no leading 00
	{11, 145, 276, 343}, // d of 127 bytes: its first is taken for a 128th
}

func number(slot []byte, at, size int) *big.Int { return new(big.Int).SetBytes(slot[at : at+size]) }

// quotient returns n/d where d divides n and is neither 1 nor n, else nil.
func quotient(n, d *big.Int) *big.Int {
	if d.BitLen() < 2 {
		return nil
	}
	q, r := new(big.Int).QuoRem(n, d, new(big.Int))
	if r.Sign() != 0 || q.BitLen() < 2 {
		return nil
	}
	return q
}

// withStoredD gives the key the form of d that the slot has, modulo phi or
// lambda, as far as it is legible: both are right, and the device's own is kept.
func withStoredD(key *asn1check.PrivateKey, n, p, q *big.Int, stored []byte) *asn1check.PrivateKey {
	one := big.NewInt(1)
	p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
	lambda := new(big.Int).Mul(p1, q1)
	phi := new(big.Int).Set(lambda)
	lambda.Quo(lambda, new(big.Int).GCD(nil, nil, p1, q1))
	e := big.NewInt(65537)
	form := func(modulus *big.Int) (*big.Int, int) {
		d := new(big.Int).ModInverse(e, modulus)
		if d == nil {
			return nil, 8 * len(stored)
		}
		apart, _ := nearBits(d.FillBytes(make([]byte, 128)), stored)
		return d, apart
	}
	_, fromPhi := form(phi)
	d, fromLambda := form(lambda)
	if d == nil || fromLambda >= fromPhi {
		return key
	}
	if other, err := asn1check.NewRSA(n, d, p, q); err == nil {
		return other
	}
	return key
}

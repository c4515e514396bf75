package asn1check

import "bytes"

// ecPrivate is a private key on a curve; point is nil where the encoding does not hold one.
type ecPrivate struct {
	curve    *curve
	scalar   []byte
	scalarAt int
	point    []byte
	pointAt  int
}

// flaw checks what neither crypto/x509 nor the device does (behaviour.md 1.5): that the two halves belong together.
func (k *ecPrivate) flaw(bool) *fault {
	q, ok := k.curve.times(k.scalar)
	switch {
	case !ok:
		return &fault{at: k.scalarAt, why: "d is not between 0 and the order of the curve"}
	case k.point == nil:
		return nil
	case !k.curve.holds(k.point):
		return &fault{at: k.pointAt, why: "the public point is not on the curve"}
	case !bytes.Equal(q, k.point):
		return &fault{at: -1, why: "the public point is not d times the base point"}
	}
	return nil
}

func (k *ecPrivate) spki() []byte {
	q, _ := k.curve.times(k.scalar)
	return ecSPKI(k.curve, q)
}

// ecPublic is a point that ought to be on a curve.
type ecPublic struct {
	curve   *curve
	point   []byte
	pointAt int
}

func (k *ecPublic) flaw(bool) *fault {
	if !k.curve.holds(k.point) {
		return &fault{at: k.pointAt, why: "the public point is not on the curve"}
	}
	return nil
}

func (k *ecPublic) spki() []byte { return ecSPKI(k.curve, k.point) }

package asn1check

import (
	"bytes"
	"crypto/ecdh"
)

// A curve is what a key must agree with to be on it. Only P-256 is ever right in a slot; the others are there so that
// a stranger is called by its name instead of "malformed".
type curve struct {
	name  string
	oid   string     // contents octets
	size  int        // octets of a coordinate
	group ecdh.Curve // nil where the standard library has no arithmetic
}

var (
	p256   = curves[0]
	curves = []*curve{
		{"p-256", "\x2A\x86\x48\xCE\x3D\x03\x01\x07", 32, ecdh.P256()},
		{"p-224", "\x2B\x81\x04\x00\x21", 28, nil},
		{"p-384", "\x2B\x81\x04\x00\x22", 48, ecdh.P384()},
		{"p-521", "\x2B\x81\x04\x00\x23", 66, ecdh.P521()},
		{"secp256k1", "\x2B\x81\x04\x00\x0A", 32, nil},
		{"brainpoolp256r1", "\x2B\x24\x03\x03\x02\x08\x01\x01\x07", 32, nil},
		{"brainpoolp384r1", "\x2B\x24\x03\x03\x02\x08\x01\x01\x0B", 48, nil},
		{"brainpoolp512r1", "\x2B\x24\x03\x03\x02\x08\x01\x01\x0D", 64, nil},
	}
)

func (c *curve) algorithm() Algorithm {
	if c == p256 {
		return P256
	}
	return OtherAlgorithm
}

// curve takes the next element, the OBJECT IDENTIFIER of a curve.
func (r *reader) curve() (*curve, *fault) {
	oid, f := r.primitive(tagOID, "curve")
	if f != nil {
		return nil, f
	}
	for _, c := range curves {
		if string(oid.b) == c.oid {
			return c, nil
		}
	}
	return nil, &fault{at: oid.at, why: "curve: not a known one"}
}

// point reads r, all of it, as an uncompressed point. Whether it is on the curve is arithmetic, and comes later.
func (r reader) point(c *curve) ([]byte, *fault) {
	if r.declared() != 1+2*c.size {
		return nil, &fault{at: r.lengthAt, why: "point: wrong length for its curve"}
	}
	if f := r.whole("point"); f != nil {
		return nil, f
	}
	if r.b[0] != 0x04 {
		return nil, &fault{at: r.at, why: "point: not in uncompressed form"}
	}
	return r.b, nil
}

// holds tells whether the uncompressed point is on the curve, as far as that can be told.
func (c *curve) holds(point []byte) bool {
	if c.group == nil {
		return false
	}
	_, err := c.group.NewPublicKey(point)
	return err == nil
}

// times multiplies the base point; ok is false unless 0 < scalar < order.
func (c *curve) times(scalar []byte) (point []byte, ok bool) {
	scalar = bytes.TrimLeft(scalar, "\x00")
	if c.group == nil || len(scalar) > c.size {
		return nil, false
	}
	d := make([]byte, c.size)
	copy(d[c.size-len(scalar):], scalar)
	k, err := c.group.NewPrivateKey(d)
	if err != nil {
		return nil, false
	}
	return k.PublicKey().Bytes(), true
}

// PointOnCurve tells whether point is 65 octets, 04 X Y, on P-256.
func PointOnCurve(point []byte) bool { return p256.holds(point) }

package asn1check

// Contents octets of the two algorithms that keys here are for (RFC 3279, 2.3).
const (
	oidRSA = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"
	oidEC  = "\x2A\x86\x48\xCE\x3D\x02\x01"
)

// algorithm takes the next element, an AlgorithmIdentifier; the curve is nil for RSA.
func (r *reader) algorithm() (*curve, *fault) {
	seq, f := r.element(tagSequence, "algorithm")
	if f != nil {
		return nil, f
	}
	oid, f := seq.primitive(tagOID, "algorithm")
	if f != nil {
		return nil, f
	}
	var c *curve
	switch string(oid.b) {
	case oidEC:
		c, f = seq.curve()
	case oidRSA:
		var null reader
		if null, f = seq.primitive(tagNull, "parameters"); f == nil {
			f = null.end("parameters")
		}
	default:
		f = &fault{at: oid.at, why: "algorithm: not a known one"}
	}
	if f != nil {
		return nil, f
	}
	return c, seq.end("algorithm")
}

// parseSPKI reads a SubjectPublicKeyInfo (RFC 5280, 4.1) of an RSA key or of a key on a known curve.
func parseSPKI(r *reader) (p parsed, f *fault) {
	seq, f := r.element(tagSequence, "key")
	if f != nil {
		return p, f
	}
	c, f := seq.algorithm()
	if f != nil {
		return p, f
	}
	bits, f := seq.bitString("subject public key")
	if f != nil {
		return p, f
	}
	if f := seq.end("key"); f != nil {
		return p, f
	}
	if c == nil {
		return bits.rsaPublic()
	}
	p.id = ecIdentity(spki, c)
	point, f := bits.point(c)
	if f != nil {
		return p, f
	}
	p.key = &ecPublic{curve: c, point: point, pointAt: bits.at}
	return p, nil
}

// rsaPublic reads r, all of it, as an RSAPublicKey (RFC 8017, A.1.1).
func (r reader) rsaPublic() (p parsed, f *fault) {
	seq, f := r.element(tagSequence, "rsa public key")
	if f != nil {
		return p, f
	}
	if f := r.end("subject public key"); f != nil {
		return p, f
	}
	n, f := seq.element(tagInteger, "n")
	if f != nil {
		return p, f
	}
	k := new(rsaPublic)
	if k.size, f = n.modulusSize(); f != nil {
		return p, f
	}
	p.id = rsaIdentity(spki, k.size)
	if k.n, f = n.natural("n", k.size+1, padded); f != nil {
		return p, f
	}
	e, f := seq.element(tagInteger, "e")
	if f != nil {
		return p, f
	}
	if k.e, f = e.natural("e", k.size+1, minimal); f != nil {
		return p, f
	}
	if f := seq.end("rsa public key"); f != nil {
		return p, f
	}
	p.key = k
	return p, nil
}

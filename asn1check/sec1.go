package asn1check

// parseSEC1 reads an ECPrivateKey (RFC 5915) that names its curve. The public key may be absent.
func parseSEC1(r *reader) (parsed, *fault) { return parseECPrivateKey(r, nil) }

// parseECPrivateKey reads an ECPrivateKey. In PKCS #8 the wrapper names the curve, and the key itself need not.
func parseECPrivateKey(r *reader, wrapped *curve) (p parsed, f *fault) {
	seq, f := r.element(tagSequence, "key")
	if f != nil {
		return p, f
	}
	k, f := seq.ecHead(wrapped)
	if f != nil {
		return p, f
	}
	p.id = ecIdentity(sec1, k.curve)
	if seq.declared() > 0 {
		if k.point, k.pointAt, f = seq.embeddedPoint(k.curve); f != nil {
			return p, f
		}
	}
	if f := seq.end("key"); f != nil {
		return p, f
	}
	p.key = &k
	return p, nil
}

// ecHead reads an ECPrivateKey up to and including the curve.
func (r *reader) ecHead(wrapped *curve) (k ecPrivate, f *fault) {
	if f := r.version(1); f != nil {
		return k, f
	}
	scalar, f := r.primitive(tagOctetString, "scalar")
	if f != nil {
		return k, f
	}
	k.scalar, k.scalarAt, k.curve = scalar.b, scalar.at, wrapped
	if wrapped == nil || len(r.b) > 0 && r.b[0] == tagContext0 {
		params, f := r.element(tagContext0, "curve [0]")
		if f != nil {
			return k, f
		}
		if k.curve, f = params.curve(); f != nil {
			return k, f
		}
		if wrapped != nil && wrapped != k.curve {
			return k, &fault{at: params.at, why: "curve [0]: not the curve of the wrapper"}
		}
		if f := params.end("curve [0]"); f != nil {
			return k, f
		}
	}
	// RFC 5915 wants exactly the size; devices up to 2.0.x write d as they would an INTEGER, with a sign octet more
	// or leading zeros less (behaviour.md 1.4).
	if len(k.scalar) < 1 || len(k.scalar) > k.curve.size+1 {
		return k, &fault{at: scalar.lengthAt, why: "scalar: wrong length for its curve"}
	}
	return k, nil
}

// embeddedPoint reads the public key [1] behind the curve.
func (r *reader) embeddedPoint(c *curve) (point []byte, at int, f *fault) {
	outer, f := r.element(tagContext1, "public key [1]")
	if f != nil {
		return nil, 0, f
	}
	bits, f := outer.bitString("public key [1]")
	if f != nil {
		return nil, 0, f
	}
	if f := outer.end("public key [1]"); f != nil {
		return nil, 0, f
	}
	point, f = bits.point(c)
	return point, bits.at, f
}

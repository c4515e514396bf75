package asn1check

// parsePKCS8 reads a PrivateKeyInfo (RFC 5208) around an RSAPrivateKey or an ECPrivateKey, without attributes.
func parsePKCS8(r *reader) (p parsed, f *fault) {
	seq, f := r.element(tagSequence, "key")
	if f != nil {
		return p, f
	}
	if f := seq.version(0); f != nil {
		return p, f
	}
	c, f := seq.algorithm()
	if f != nil {
		return p, f
	}
	inner, f := seq.element(tagOctetString, "private key")
	if f != nil {
		return p, f
	}
	if c == nil {
		p, f = parsePKCS1(&inner)
	} else {
		p, f = parseECPrivateKey(&inner, c)
	}
	if p.id.format != noFormat {
		p.id.format = pkcs8
	}
	if f != nil {
		return p, f
	}
	if f := inner.end("private key"); f != nil {
		return p, f
	}
	return p, seq.end("key")
}

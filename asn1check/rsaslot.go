package asn1check

import "bytes"

// RSAPrivate judges the device's private key on TCP: 612 bytes, an RSA-1024 key in PKCS #1. beyond is what follows the
// slot in the image and may be nil; it is looked at only to recognise a foreign key that runs past the slot.
func RSAPrivate(slot, beyond []byte, o Options) Verdict {
	v := rule{own: rsaIdentity(pkcs1, modulusOctets)}.judge(slot, 0, beyond, !o.SkipPrimality)
	v.Loads = rsaLoads(slot, v.State == OK || o.SkipPrimality)
	switch {
	case v.Loads && v.State != OK:
		v.LoadsWhy = "the device walks fixed strides, looks at no header or tag and never uses d"
	case !v.Loads && v.State == OK:
		v.LoadsWhy = "the device walks fixed strides and assumes e = 65537: it misreads short numbers and any other e"
	}
	return v
}

// rsaLoads tells whether the device's reader gets a working key. A first byte of FF makes the device generate a new
// key instead (behaviour.md 1.1).
func rsaLoads(slot []byte, primesKnown bool) bool {
	if len(slot) == 0 || slot[0] == 0xFF {
		return false
	}
	r, ok := DeviceStrides(slot)
	return ok && r.Usable() && (primesKnown || isPrime(r.P) && isPrime(r.Q))
}

// RSAPublic judges a public key on TCP: the device's, of 1024 bits, or the server's, of 2048. What follows the
// SubjectPublicKeyInfo is not looked at; the firmware pads with 00 (behaviour.md 1.3).
func RSAPublic(slot []byte, bits int) Verdict {
	v := rule{own: rsaIdentity(spki, bits/8)}.judge(slot, 0, nil, false)
	if v.State == OK && !bytes.HasSuffix(v.Public, encodeInteger(f4)) {
		v.Detail = "e is not 65537, which the device assumes"
	}
	return v
}

package asn1check

import "bytes"

// ECPrivate judges the device's private key on UDP: 192 bytes, a P-256 key in SEC 1 that names its curve and embeds
// its public point. beyond is as for RSAPrivate.
func ECPrivate(slot, beyond []byte) Verdict {
	v := rule{own: ecIdentity(sec1, p256), demand: demandPoint}.judge(slot, 0, beyond, false)
	switch v.State {
	case OK:
		v.Loads = true
	case Malformed:
		v.Loads, v.LoadsWhy = ecLoads(slot)
	}
	return v
}

// demandPoint wants the public key embedded: mbedtls up to 2.4.2 does not load a key without (behaviour.md 1.5).
func demandPoint(k key) *fault {
	if ec := k.(*ecPrivate); ec.point == nil {
		return &fault{at: ec.scalarAt + len(ec.scalar) + curveLength, why: "public key [1]: missing"}
	}
	return nil
}

// curveLength is the length of [0] with the OBJECT IDENTIFIER of P-256.
const curveLength = 12

// ecLoads tells what the device's parser makes of a slot that is not the structure it should be, as far as
// behaviour.md 1.5 has it from measurement; anything else is taken not to load.
func ecLoads(slot []byte) (bool, string) {
	r, _, f := open(slot, 0)
	if f != nil || r.missing > 0 {
		return false, ""
	}
	seq, f := r.element(tagSequence, "key")
	if f != nil {
		return false, ""
	}
	k, f := seq.ecHead(nil)
	if f != nil || k.curve != p256 || k.flaw(false) != nil {
		return false, ""
	}
	if len(seq.b) == 0 {
		return false, "firmware up to 1.0.x does not load a key without [1], later firmware does"
	}
	if seq.b[0] != tagContext1 {
		return true, "where [1] should be is another tag, and the device computes the public key from d"
	}
	if k.point, k.pointAt, f = seq.embeddedPoint(p256); f != nil || k.flaw(false) != nil {
		return false, ""
	}
	return true, "the device ignores what its header counts in behind the public key"
}

// ECPublic judges a public key on UDP: the server's, 192 bytes, or the device's own cached one, 128 bytes, which
// firmware from 1.5.0 on writes right-aligned behind zeros (behaviour.md 1.6).
func ECPublic(slot []byte) Verdict {
	zeros := len(slot) - len(bytes.TrimLeft(slot, "\x00"))
	return rule{own: ecIdentity(spki, p256)}.judge(slot, zeros, nil, false)
}

package asn1check

import "bytes"

// A rule is what makes one kind of slot different from the others.
type rule struct {
	own    identity
	demand func(key) *fault // what the slot wants of a key beyond its format; may be nil
}

// horizon is how far behind its slot a foreign key is followed: past the end of any RSA-4096 private key.
const horizon = 4096

// judge finds the state, the first that applies. The DER begins at offset, and beyond is what follows the slot.
func (u rule) judge(slot []byte, offset int, beyond []byte, primality bool) Verdict {
	if v, ok := blank(slot); ok {
		return v
	}
	v := Verdict{Offset: offset}
	r, total, f := open(slot[offset:], offset)
	if f != nil {
		return v.blame(Malformed, f, slot)
	}
	v.Length = total
	if p, ok := u.foreign(slot, offset, beyond); ok {
		v.State, v.Algorithm, v.Fault, v.Detail = WrongAlgorithm, p.id.algorithm, -1, "holds a "+p.id.String()
		// Primality is left out: this names the key, it does not vouch for it.
		if p.key != nil && p.key.flaw(false) == nil {
			v.Public = p.key.spki()
		}
		return v
	}
	if r.missing > 0 {
		return v.blame(Truncated, &fault{at: offset + 1, why: "runs past the slot"}, slot)
	}
	p, f := u.parse(r)
	if f != nil {
		return v.blame(Malformed, f, slot)
	}
	v.Algorithm = p.id.algorithm
	if f := p.key.flaw(primality); f != nil {
		return v.blame(Inconsistent, f, slot)
	}
	v.State, v.Fault, v.Public = OK, -1, p.key.spki()
	return v
}

// blame completes a verdict that has a reason. An element that is missing at the very end of the slot is pointed at by
// the slot's last byte.
func (v Verdict) blame(s State, f *fault, slot []byte) Verdict {
	v.State, v.Fault, v.Detail = s, min(f.at, len(slot)-1), f.why
	return v
}

// parse reads r as the format of the slot.
func (u rule) parse(r reader) (p parsed, f *fault) {
	for _, row := range formats {
		if row.format == u.own.format {
			p, f = row.parse(&r)
		}
	}
	if f == nil && u.demand != nil {
		f = u.demand(p.key)
	}
	return p, f
}

// foreign recognises a key of another kind, whole or by its head where it runs past the slot.
func (u rule) foreign(slot []byte, offset int, beyond []byte) (parsed, bool) {
	head, ok := u.stranger(slot[offset:], offset)
	if !ok {
		return parsed{}, false
	}
	if head.key == nil {
		beyond = beyond[:min(len(beyond), horizon)]
		if whole, ok := u.stranger(bytes.Join([][]byte{slot[offset:], beyond}, nil), offset); ok {
			return whole, true
		}
	}
	return head, true
}

// stranger tries every format on b.
func (u rule) stranger(b []byte, at int) (parsed, bool) {
	for _, row := range formats {
		r, _, _ := open(b, at) // has worked before, or judge would not ask
		p, f := row.parse(&r)
		if (f == nil || f.cut) && p.id.format != noFormat && p.id != u.own {
			return p, true
		}
	}
	return parsed{}, false
}

// blank recognises a slot of one repeated byte, and the empty one, which holds nothing to judge.
func blank(slot []byte) (Verdict, bool) {
	if len(slot) == 0 {
		return Verdict{State: Malformed, Fault: -1, Detail: "empty"}, true
	}
	if bytes.Count(slot, slot[:1]) != len(slot) {
		return Verdict{}, false
	}
	v := Verdict{State: Fill, Fault: -1}
	switch slot[0] {
	case 0x00:
		v.State = Null
	case 0xFF:
		v.State = Erased
	default:
		v.Detail = "one byte repeated"
	}
	return v, true
}

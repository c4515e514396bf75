package dct

import (
	"bytes"
	"fmt"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// slotVerdict is what was made of one slot of one copy.
type slotVerdict struct {
	layout.Slot
	asn1check.Verdict
	bytes  []byte
	copy   int
	active bool
}

// JudgeSlot returns the verdict on one slot of a platform's application DCT, by
// itself: whether a public key is its private key's is not looked at. ok is
// false where the bytes end before the slot does.
func JudgeSlot(p layout.Platform, app []byte, slot layout.Slot, o Options) (v asn1check.Verdict, ok bool) {
	b, ok := slot.Of(app)
	if !ok {
		return v, false
	}
	// A key of another kind can be longer than the slot it was loaded to.
	beyond := app[slot.End():]
	arithmetic := asn1check.Options{SkipPrimality: o.SkipPrimality}
	switch slot.Role {
	case layout.DevicePrivateKey:
		if slot.Transport == layout.TCP {
			return asn1check.RSAPrivate(b, beyond, arithmetic), true
		}
		return asn1check.ECPrivate(b, beyond), true
	case layout.DevicePublicKey:
		if slot.Transport == layout.TCP {
			return asn1check.RSAPublic(b, 1024), true
		}
		return asn1check.ECPublic(b), true
	case layout.ServerPublicKey:
		return judgeServerKey(b, slot.Transport), true
	}
	state, detail := judgeAddress(b, p, slot.Transport)
	return asn1check.Verdict{State: state, Detail: detail, Fault: -1}, true
}

// judgeServerKey tells the cloud's own key, whole or damaged, from another's.
func judgeServerKey(b []byte, t layout.Transport) asn1check.Verdict {
	var v asn1check.Verdict
	if t == layout.TCP {
		v = asn1check.RSAPublic(b, 2048)
	} else {
		v = asn1check.ECPublic(b)
	}
	changed, near := nearCloudKey(b, t)
	switch {
	case near && changed == 0 && v.State == asn1check.OK:
	case near && v.State == asn1check.OK:
		v.State, v.Public = asn1check.Inconsistent, nil
		v.Detail = fmt.Sprintf("the cloud's key with %d bit(s) changed", changed)
	case near:
		v.Detail += fmt.Sprintf("; the cloud's key with %d bit(s) changed", changed)
	case v.State == asn1check.OK && v.Offset == 0:
		v.State, v.Detail = asn1check.Unrecognised, "a sound key, not the cloud's"
	case v.State == asn1check.OK:
		// Right-aligned is how the device's own public key is cached; no reader
		// of a server key looks for it there.
		v.State, v.Detail = asn1check.Malformed, fmt.Sprintf("a key that begins at byte %d of the slot", v.Offset)
	}
	return v
}

// judgeSlots gives the verdict on every slot of a copy that the dump holds,
// and names those that it does not.
func judgeSlots(m Image, copyIndex int, active layout.Transport, o Options) (out []slotVerdict, missing []layout.Slot) {
	app := m.AppBytes(copyIndex)
	private := map[layout.Transport]asn1check.Verdict{}
	for _, slot := range layout.Slots(m.Platform) {
		v, ok := JudgeSlot(m.Platform, app, slot, o)
		if !ok {
			missing = append(missing, slot)
			continue
		}
		if slot.Role == layout.DevicePrivateKey {
			private[slot.Transport] = v
		}
		b, _ := slot.Of(app)
		out = append(out, slotVerdict{slot, v, b, copyIndex, slot.Transport == active})
	}
	for i := range out {
		v := &out[i]
		if v.Role != layout.DevicePublicKey || v.State != asn1check.OK {
			continue
		}
		if key := private[v.Transport]; key.State == asn1check.OK && !bytes.Equal(key.Public, v.Public) {
			v.State, v.Detail = asn1check.Mismatched, "not the public half of the private key"
		}
	}
	return out, missing
}

// report is the slot's entry in the report.
func (v slotVerdict) report(m Image) SlotReport {
	r := SlotReport{
		Name: v.Name, Role: v.Role, Transport: v.Slot.Transport, Active: v.active, Copy: v.copy,
		AppOffset: v.Slot.Offset, FileOffset: m.AppOffset(v.copy) + v.Slot.Offset, Size: v.Slot.Range.Length,
		State: v.State,
	}
	if name := v.Verdict.Algorithm.String(); name != "" {
		r.Algorithm = &name
	}
	if v.Verdict.Length > 0 {
		r.DERLength = ptr(v.Verdict.Length)
	}
	if print := asn1check.Fingerprint(v.Public); print != "" {
		r.Fingerprint = &print
	}
	if detail := v.describe(); detail != "" {
		r.Detail = &detail
	}
	return r
}

// describe says what is wrong with the slot, and at which of its bytes.
func (v slotVerdict) describe() string {
	if v.Fault < 0 || v.Detail == "" {
		return v.Detail
	}
	return fmt.Sprintf("byte %d: %s", v.Fault, v.Detail)
}

package repair

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// A witness is a trace of the right public key that is independent of a
// damaged private-key slot's numbers, or survived in it.
type witness struct {
	what string
	// tail is the end of the key's SubjectPublicKeyInfo: all of it, or the
	// 65-byte point that closes that of an EC key.
	tail []byte
}

// witnesses gathers what an application DCT says of the public key of a
// damaged private-key slot.
func witnesses(app []byte, slot layout.Slot) []witness {
	public, _ := layout.FindSlot(layout.DevicePublicKey, slot.Transport)
	v, ok := dct.JudgeSlot(layout.Unknown, app, public, dct.Options{})
	private, _ := slot.Of(app)
	var out []witness
	if ok && v.State == asn1check.OK {
		// At every boot in TCP mode the firmware copies the private slot's
		// modulus, damaged or not, over the public slot: one that agrees
		// proves nothing (behaviour.md 1.3).
		const modulusAt, modulusSize = 11, 128
		copied := slot.Transport == layout.TCP && bytes.Contains(v.Public, private[modulusAt:modulusAt+modulusSize])
		if !copied {
			out = append(out, witness{"the public key at " + fmt.Sprint(public.Offset), v.Public})
		}
	}
	if slot.Transport == layout.UDP {
		for _, trace := range []struct {
			what string
			at   int
		}{{"the point in the slot", 57}, {"the point in the slot", 58}, {"the copy of the point behind the key", 128}} {
			point := append([]byte{4}, private[trace.at:trace.at+64]...)
			if private[trace.at-1] == 4 && asn1check.PointOnCurve(point) {
				out = append(out, witness{trace.what, point})
			}
		}
	}
	return out
}

// weigh says what the witnesses make of a candidate: who contradicts it, and
// the evidence for it in words.
func weigh(c candidate, all []witness) (against []string, evidence string) {
	var agree []string
	for _, w := range all {
		if bytes.HasSuffix(c.key.Public(), w.tail) {
			agree = append(agree, w.what)
		} else {
			against = append(against, w.what)
		}
	}
	switch {
	case len(agree) > 0:
		return against, "verified arithmetically, and confirmed by " + strings.Join(agree, " and ")
	case c.evidence != "":
		return against, c.evidence
	}
	return against, "verified arithmetically; unverified as this device's key, for want of a witness in the dump"
}

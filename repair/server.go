package repair

import (
	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// repairServer restores a damaged server key or address. One that the other
// copy still holds is taken from there when it is a private cloud's; otherwise
// the cloud's own is written, which every device of the public cloud has.
func (p *planner) repairServer(slot layout.Slot) {
	if problem, found := p.problem(slot); !found || problem.Severity != dct.SeverityError {
		return
	}
	if other, fingerprint, ok := p.otherServer(slot); ok {
		p.set(slot.Offset, other, Step{
			Slot: &slot.Name, Action: Restore, Source: "the other copy",
			Evidence: "sound there, and a private cloud's", Fingerprint: fingerprint,
		})
		return
	}
	if partner, private := p.privateCloudPartner(slot); private {
		p.note("%s: not replaced by the public cloud's, because %s is a private cloud's", slot.Name, partner)
		return
	}
	s := Step{Slot: &slot.Name, Action: Default, Source: "the cloud's known address", Evidence: "public; the same in every firmware and tool examined"}
	data := dct.CloudAddress(slot.Transport)
	if slot.Role == layout.ServerPublicKey {
		key := dct.CloudKey(slot.Transport)
		s.Source = "the cloud's known key"
		s.Fingerprint = fingerprintOf(key)
		data = padded(key, slot.Length)
	}
	p.set(slot.Offset, data, s)
}

// otherServer returns the slot of the other copy where it holds a private
// cloud's sound key or address.
func (p *planner) otherServer(slot layout.Slot) ([]byte, *string, bool) {
	if p.image.Copies() < 2 {
		return nil, nil, false
	}
	app := p.image.AppBytes(1 - p.target)
	v, ok := dct.JudgeSlot(p.image.Platform, app, slot, dct.Options{})
	if !ok || v.State != asn1check.Unrecognised {
		return nil, nil, false
	}
	b, _ := slot.Of(app)
	return b, fingerprintOf(v.Public), true
}

// privateCloudPartner reports whether the other server slot of the transport
// is a private cloud's: then the public cloud's key or address would be wrong.
func (p *planner) privateCloudPartner(slot layout.Slot) (name string, private bool) {
	role := layout.ServerAddress
	if slot.Role == layout.ServerAddress {
		role = layout.ServerPublicKey
	}
	partner, _ := layout.FindSlot(role, slot.Transport)
	return partner.Name, p.judge(partner).State == asn1check.Unrecognised
}

package repair

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// Make plans the repair of an image from what its report found. It changes
// nothing. The plan is empty where there is nothing to repair, or nothing to
// repair it with; Notes says why candidates were not taken.
func Make(m dct.Image, report dct.Report, o Options) Plan {
	p := planner{Plan: Plan{image: m}, report: report, options: o}
	sound := report.Count(dct.SeverityError)+report.Count(dct.SeverityWarning) == 0
	if sound || m.FailedRead != "" || m.Copies() == 0 {
		return p.Plan
	}
	p.target = p.targetCopy()
	p.app = bytes.Clone(m.AppBytes(p.target))
	p.repairTransport()
	for _, slot := range layout.Slots(m.Platform) {
		if _, held := slot.Of(p.app); held && slot.Transport == p.transport && p.wanted(slot) {
			p.repairSlot(slot)
		}
	}
	p.reseal()
	return p.Plan
}

// planner gathers the steps of a plan.
type planner struct {
	Plan
	report    dct.Report
	options   Options
	target    int    // the copy that will be current
	app       []byte // its application DCT as repaired so far
	transport layout.Transport
}

// targetCopy is the copy to repair: the one the newest firmware reads, so that
// nothing newer is lost. Where it reads none, it is the copy that is provably
// newer, else one with a key in it. The caller can name the other one by its
// key, where the copies hold two.
func (p *planner) targetCopy() int {
	current, ok := p.image.Current()
	if p.image.Copies() < 2 {
		return current
	}
	target := current
	if newer, proved := newerCopy(p.image.Container, p.report.Copies); !ok && proved {
		target = newer
	} else if !ok && p.copyKey(current) == nil && p.copyKey(1-current) != nil {
		target = 1 - current
	}
	if !p.found(dct.NoCurrentCopy) && !p.found(dct.ReadersDifferOnKeys) {
		return target
	}
	mine, other := p.copyKey(target), p.copyKey(1-target)
	switch {
	case mine == nil || other == nil || mine.Fingerprint() == other.Fingerprint():
	case slices.Contains(p.options.Accept, other.Fingerprint()):
		return 1 - target
	default:
		p.note("the copies hold different device keys: copy %d, which is kept current, has %s, copy %d has %s; accept the latter's fingerprint to make that copy current",
			target, mine.Fingerprint(), 1-target, other.Fingerprint())
	}
	return target
}

// copyKey returns the private key that a device with that copy would use, nil
// where it has none.
func (p *planner) copyKey(i int) *asn1check.PrivateKey {
	t, _ := p.image.Transport(i)
	slot, ok := layout.FindSlot(layout.DevicePrivateKey, t)
	if !ok {
		return nil
	}
	return soundKey(p.image.AppBytes(i), slot)
}

// newerCopy tells which copy was written last, where that can be proved: by
// counters or sequences that follow each other under right checksums, or by
// the only checksum that is right (containers.md 2.10, 3.3).
func newerCopy(kind dct.Container, copies []dct.CopyReport) (newer int, proved bool) {
	right := func(i int) bool { return copies[i].CRC == dct.CRCOK && copies[i].Counter != nil }
	switch {
	case right(0) && right(1):
		modulus := 4
		if kind == dct.WICED {
			modulus = 256
		}
		for i := range 2 {
			if *copies[i].Counter == (*copies[1-i].Counter+1)%modulus {
				return i, true
			}
		}
		return 0, false
	case right(0):
		return 0, true
	}
	return 1, right(1)
}

// wanted reports whether the options allow a slot to be repaired.
func (p *planner) wanted(slot layout.Slot) bool {
	return len(p.options.Only) == 0 || slices.Contains(p.options.Only, slot.Name)
}

// found reports whether the report has that finding and the caller does not
// skip it.
func (p *planner) found(code dct.Code) bool {
	return !slices.Contains(p.options.Skip, code) &&
		slices.ContainsFunc(p.report.Findings, func(f dct.Finding) bool { return f.Code == code })
}

// judge returns the verdict on a slot as repaired so far; one that the dump
// does not hold has no state.
func (p *planner) judge(slot layout.Slot) asn1check.Verdict {
	v, _ := dct.JudgeSlot(p.image.Platform, p.app, slot, dct.Options{})
	return v
}

// hasKey reports whether a private-key slot holds what the device, or at least
// anybody else, can use.
func hasKey(v asn1check.Verdict) bool { return v.State == asn1check.OK || v.Loads }

// set puts bytes into the application DCT and records the step. Bytes that are
// there already need none.
func (p *planner) set(offset int, data []byte, s Step) {
	if bytes.Equal(p.app[offset:offset+len(data)], data) {
		return
	}
	copy(p.app[offset:], data)
	s.Offset, s.Length = p.image.AppOffset(p.target)+offset, len(data)
	p.Steps = append(p.Steps, s)
	p.writes = append(p.writes, write{s.Offset, data})
}

// repairTransport sets an Electron back to UDP where its slots prove that this
// is what it was provisioned for, and settles which slots are active.
func (p *planner) repairTransport() {
	p.transport, _ = p.image.Transport(p.target)
	udp, _ := layout.FindSlot(layout.DevicePrivateKey, layout.UDP)
	tcp, _ := layout.FindSlot(layout.DevicePrivateKey, layout.TCP)
	if _, held := udp.Of(p.app); !held || !p.found(dct.TransportSwitched) || !p.wanted(udp) {
		return
	}
	evidence := ""
	switch u, t := p.judge(udp), p.judge(tcp); {
	case hasKey(t):
	case hasKey(u):
		evidence = "the UDP slots hold a sound device key, the TCP slots none"
	case t.State == asn1check.Erased && u.State != asn1check.Erased && u.State != asn1check.Null:
		// A device in TCP mode fills an erased slot at its first boot.
		evidence = "the device never booted in TCP mode: its TCP key is erased, its UDP key is not"
	}
	if evidence == "" {
		return
	}
	p.transport = layout.UDP
	p.set(layout.TransportOffset, []byte{layout.TransportUDP}, Step{
		Action: Default, Source: "the factory's value", Evidence: evidence,
	})
}

// repairSlot mends one active slot.
func (p *planner) repairSlot(slot layout.Slot) {
	switch slot.Role {
	case layout.DevicePrivateKey:
		p.repairPrivateKey(slot)
	case layout.ServerPublicKey, layout.ServerAddress:
		p.repairServer(slot)
	}
}

// skipped reports whether the caller declined the problem of a slot that is in
// need of repair.
func (p *planner) skipped(slot layout.Slot) bool {
	return slices.ContainsFunc(p.report.Findings, func(f dct.Finding) bool {
		return f.Slot != nil && *f.Slot == slot.Name && slices.Contains(p.options.Skip, f.Code)
	})
}

// repairServer restores a damaged server key or address. One that the other
// copy still holds is taken from there when it is a private cloud's; otherwise
// the cloud's own is written, which every device of the public cloud has.
func (p *planner) repairServer(slot layout.Slot) {
	v := p.judge(slot)
	erasedTCPAddress := slot.Role == layout.ServerAddress && slot.Transport == layout.TCP && v.State == asn1check.Erased
	if v.State.Sound() || erasedTCPAddress || p.skipped(slot) {
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

// repairPrivateKey mends the device's private key: from the slot's own bytes
// where these prove it, else from the other copy or the backups.
func (p *planner) repairPrivateKey(slot layout.Slot) {
	v := p.judge(slot)
	if v.State == asn1check.OK && v.Loads || p.skipped(slot) {
		return
	}
	all := witnesses(p.app, slot)
	own, found := slotKey(p.image.Platform, p.app, slot)
	if found && !own.weak {
		if chosen, ok := p.choose(slot, all, []candidate{own}); ok {
			p.setKey(slot, chosen)
			return
		}
	}
	candidates := p.otherCandidates(slot)
	if found && own.weak {
		candidates = append(candidates, own)
	}
	if chosen, ok := p.choose(slot, all, withoutShadows(candidates)); ok {
		p.setKey(slot, chosen)
	}
}

// setKey writes a key in the form that devices read, and FF behind it.
func (p *planner) setKey(slot layout.Slot, c candidate) {
	data := c.patch
	if data == nil {
		data = padded(c.key.DeviceDER(), slot.Length)
	}
	p.set(slot.Offset, data, Step{
		Slot: &slot.Name, Action: c.action, Source: c.source,
		Evidence: c.evidence, Fingerprint: fingerprintOf(c.key.Public()),
	})
}

// otherCandidates are the keys that the other copy and the backups hold.
func (p *planner) otherCandidates(slot layout.Slot) []candidate {
	var out []candidate
	if p.image.Copies() == 2 {
		if c, ok := slotKey(p.image.Platform, p.image.AppBytes(1-p.target), slot); ok {
			out = append(out, candidate{key: c.key, action: Restore, source: fmt.Sprintf("copy %d", 1-p.target), weak: c.weak})
		}
	}
	for _, b := range p.options.Backups {
		key, kind, err := backupKey(b, slot)
		if err != nil {
			p.note("backup %q (%s): not used: %v", b.Name, kind, err)
			continue
		}
		out = append(out, candidate{key: key, action: Restore, source: fmt.Sprintf("backup %q (%s)", b.Name, kind)})
	}
	return out
}

// choose takes the one key that nothing contradicts, or the one that the
// caller accepted by its fingerprint. Several keys, or a contradiction, are
// left to the caller.
func (p *planner) choose(slot layout.Slot, all []witness, candidates []candidate) (candidate, bool) {
	var free []candidate
	for _, c := range candidates {
		against, evidence := weigh(c, all)
		accepted := slices.Contains(p.options.Accept, c.key.Fingerprint())
		if len(against) > 0 && !accepted {
			p.note("%s: key %s from %s not taken: %s says otherwise (accept its fingerprint to take it)",
				slot.Name, c.key.Fingerprint(), c.source, strings.Join(against, " and "))
			continue
		}
		c.evidence = evidence
		if accepted {
			c.evidence += "; accepted by fingerprint"
			return c, true
		}
		free = append(free, c)
	}
	for _, c := range free[min(1, len(free)):] {
		if c.key.Fingerprint() != free[0].key.Fingerprint() {
			var names []string
			for _, c := range free {
				names = append(names, fmt.Sprintf("%s from %s", c.key.Fingerprint(), c.source))
			}
			p.note("%s: several keys could be the right one (%s); accept one by its fingerprint", slot.Name, strings.Join(names, ", "))
			return candidate{}, false
		}
	}
	if len(free) == 0 {
		return candidate{}, false
	}
	return free[0], true
}

// reseal makes every generation read the repaired copy, and its checksum right.
func (p *planner) reseal() {
	unsettled := p.found(dct.NoCurrentCopy) || p.found(dct.ReadersDifferOnKeys) || p.found(dct.ReadersDiffer)
	needed := len(p.writes) > 0 || unsettled && len(p.options.Only) == 0
	if p.image.Copies() < 2 || !needed {
		return
	}
	if _, ok := p.image.Current(); !ok && !p.worthSealing() {
		return
	}
	repaired := p.Apply()[p.image.Base:][:layout.ContainerSize]
	sealed, ok := dct.Reseal(repaired, p.image.Container, p.target)
	if !ok {
		return
	}
	for _, r := range layout.Differences(repaired, sealed) {
		data, _ := r.Of(sealed)
		p.Steps = append(p.Steps, Step{
			Action: Reseal, Source: "computed", Offset: p.image.Base + r.Offset, Length: r.Length,
			Evidence: fmt.Sprintf("every firmware then reads copy %d", p.target),
		})
		p.writes = append(p.writes, write{p.image.Base + r.Offset, data})
	}
}

// worthSealing reports whether the target copy, which no firmware accepts as
// it is, holds a private key to go back to.
func (p *planner) worthSealing() bool {
	slot, ok := layout.FindSlot(layout.DevicePrivateKey, p.transport)
	return ok && hasKey(p.judge(slot))
}

func (p *planner) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// padded returns the key followed by FF to the size of its slot, as the
// firmware and particle-cli leave it on an erased slot.
func padded(key []byte, size int) []byte {
	return append(bytes.Clone(key), bytes.Repeat([]byte{0xFF}, size-len(key))...)
}

func fingerprintOf(public []byte) *string {
	if print := asn1check.Fingerprint(public); print != "" {
		return &print
	}
	return nil
}

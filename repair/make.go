package repair

import (
	"bytes"
	"fmt"
	"slices"

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

// problem returns what is wrong with an active slot as repaired so far, unless
// the caller skips it.
func (p *planner) problem(slot layout.Slot) (dct.Problem, bool) {
	b, _ := slot.Of(p.app)
	problem, found := dct.SlotProblem(slot, b, p.judge(slot))
	return problem, found && !slices.Contains(p.options.Skip, problem.Code)
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

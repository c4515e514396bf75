package repair

import (
	"fmt"
	"slices"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

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

package repair

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// hasKey reports whether a private-key slot holds what the device, or at least
// anybody else, can use.
func hasKey(v asn1check.Verdict) bool { return v.State == asn1check.OK || v.Loads }

// repairPrivateKey mends the device's private key: from the slot's own bytes
// where these prove it, else from the other copy or the backups.
func (p *planner) repairPrivateKey(slot layout.Slot) {
	if _, found := p.problem(slot); !found {
		return
	}
	all := witnesses(p.app, slot)
	own, found := slotKey(p.app, slot)
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
		if c, ok := slotKey(p.image.AppBytes(1-p.target), slot); ok {
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

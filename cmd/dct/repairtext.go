package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
	"github.com/dctkit/dctkit/repair"
)

// printRepair prints the plan and what became of it.
func (a *app) printRepair(r repair.Report) {
	a.out.line("%s: %s", quoted(r.Input.Name), verdictWords[r.Verdict])
	a.section("plan", stepRows(r.Steps))
	var notes [][]string
	for _, note := range r.Notes {
		notes = append(notes, []string{note})
	}
	a.section("notes", notes)
	var left [][]string
	for _, f := range r.Unrepaired {
		left = append(left, []string{string(f.Code), f.Name + place(f), f.Message})
	}
	a.section("not repaired", left)
	a.out.line("")
	a.out.line("%s", outcome(r))
}

// stepRows has one line a step.
func stepRows(steps []repair.Step) [][]string {
	var rows [][]string
	for _, s := range steps {
		slot := "container"
		if s.Slot != nil {
			slot = *s.Slot
		}
		text := fmt.Sprintf("from %s; %s", s.Source, s.Evidence)
		if s.Fingerprint != nil {
			text += "; key " + *s.Fingerprint
		}
		rows = append(rows, []string{
			slot, string(s.Action), fmt.Sprintf("bytes %d to %d", s.Offset, s.Offset+s.Length-1), text,
		})
	}
	return rows
}

// outcome says in one sentence what was written, or why nothing was.
func outcome(r repair.Report) string {
	switch {
	case r.Output != nil:
		return fmt.Sprintf("Wrote %s, %d bytes; checked again: %s.", quoted(r.Output.Name), r.Output.Size, verdictWords[r.Recheck.Verdict])
	case len(r.Changed) > 0:
		return fmt.Sprintf("Nothing written. With this plan the image would be: %s.", verdictWords[r.Recheck.Verdict])
	case r.Count(dct.SeverityError) > 0:
		return "Nothing written: no error can be repaired with what is at hand, or was allowed to be." + backupAdvice(r)
	}
	return "Nothing written: there is nothing to repair."
}

// backupAdvice is for those that lack a key.
func backupAdvice(r repair.Report) string {
	for _, f := range r.Unrepaired {
		if f.Slot == nil {
			continue
		}
		if slot, _ := layout.SlotNamed(*f.Slot); slot.Role == layout.DevicePrivateKey {
			return " A backup of the key, given with --backup, may help."
		}
	}
	return ""
}

// writeHint says what to do about an output that was refused, "" where there
// is nothing to say.
func writeHint(err error) string {
	if errors.Is(err, fs.ErrExist) {
		return "; name another file, or use --force to replace this one"
	}
	return ""
}

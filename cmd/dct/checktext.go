package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dctkit/dctkit/dct"
)

// verdictWords put a verdict into a sentence.
var verdictWords = map[dct.Verdict]string{
	dct.Healthy: "healthy",
	dct.Damaged: "damaged, and repairable from this dump alone",
	dct.Broken:  "broken: this dump alone does not suffice to repair it",
	dct.NotADCT: "not a DCT",
}

// printReport prints a report as text, the verdict first.
func (a *app) printReport(r dct.Report) {
	a.out.line("%s: %s", quoted(r.Input.Name), verdictWords[r.Verdict])
	if r.Verdict != dct.NotADCT {
		a.printImage(r)
		a.section("slots (* in use)", slotRows(r))
	}
	a.printFindings(r)
	if command := repairCommand(r); command != "" {
		a.out.line("")
		a.out.line("To repair: %s", command)
	}
}

// repairCommand repairs the dump as far as it goes, "" where nothing does.
func repairCommand(r dct.Report) string {
	any := func(repair dct.Repair) bool {
		return slices.ContainsFunc(r.Findings, func(f dct.Finding) bool { return f.Repair == repair })
	}
	name := quoted(r.Input.Name)
	switch {
	case r.Verdict == dct.Broken && any(dct.RepairSource):
		return fmt.Sprintf("dct repair %s --backup KEYFILE -o OUT", name)
	case any(dct.RepairAuto):
		return fmt.Sprintf("dct repair %s -o OUT", name)
	}
	return ""
}

// section prints a titled table, or nothing where it has no rows.
func (a *app) section(title string, rows [][]string) {
	if len(rows) > 0 {
		a.out.line("")
		a.out.line("  %s", title)
		a.out.table("    ", rows)
	}
}

func (a *app) printImage(r dct.Report) {
	transport := "unknown"
	if r.Transport.Active != nil {
		transport = string(*r.Transport.Active)
	}
	a.out.table("  ", [][]string{
		{"container", fmt.Sprintf("%s at %d, %d bytes in all", r.Image.Container, r.Image.Base, r.Input.Size)},
		{"platform", fmt.Sprintf("%s (%s)", r.Image.Platform, r.Image.PlatformWhy)},
		{"transport", fmt.Sprintf("%s (%s)", transport, r.Transport.Why)},
		{"sha256", r.Input.SHA256},
	})
	var copies, readers [][]string
	for _, c := range r.Copies {
		copies = append(copies, []string{
			strconv.Itoa(c.Index), fmt.Sprintf("at %d", c.Offset), "header " + string(c.Header),
			"checksum " + string(c.CRC), "counter " + orDash(c.Counter),
		})
	}
	for _, reader := range r.Readers {
		reads := "accepts no copy and would start empty"
		if reader.Current != nil {
			reads = fmt.Sprintf("reads copy %d", *reader.Current)
		}
		readers = append(readers, []string{reader.ID, reader.Firmware, reads})
	}
	a.section("copies", copies)
	a.section("firmware", readers)
}

func slotRows(r dct.Report) [][]string {
	var rows [][]string
	for _, s := range r.Slots {
		mark := " "
		if s.Active {
			mark = "*"
		}
		rows = append(rows, []string{
			mark, s.Name, fmt.Sprintf("copy %d", s.Copy), strconv.Itoa(s.FileOffset), s.State.String(),
			orDash(s.Algorithm), orDash(s.Fingerprint),
		})
	}
	return rows
}

// orDash formats what is absent as a dash.
func orDash[T any](v *T) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}

func (a *app) printFindings(r dct.Report) {
	for _, f := range r.Findings {
		a.out.line("")
		a.out.line("  %s %s %s%s", f.Severity, f.Code, f.Name, place(f))
		a.out.line("    %s", f.Message)
		if p, ok := dct.ProblemNamed(string(f.Code)); ok && f.Severity != dct.SeverityInfo {
			a.out.line("    %s", p.Action)
		}
	}
}

// place says where a finding is: " in alt_server_address, copy 0, bytes 3498 to 3625".
func place(f dct.Finding) string {
	text := ""
	if f.Slot != nil {
		text += " in " + *f.Slot
	}
	if f.Copy != nil {
		text += fmt.Sprintf(", copy %d", *f.Copy)
	}
	if f.Offset != nil && f.Length != nil {
		text += fmt.Sprintf(", bytes %d to %d", *f.Offset, *f.Offset+*f.Length-1)
	}
	return text
}

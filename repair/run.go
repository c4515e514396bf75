package repair

import (
	"slices"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// Diagnose checks an image and, for every error and warning, tries what can be
// done with the image alone. A finding's repair is "auto" exactly when it is
// gone after that.
func Diagnose(m dct.Image, o dct.Options) dct.Report {
	report := dct.Check(m, o)
	markAuto(&report, Make(m, report, Options{}), o)
	return report
}

// markAuto applies a plan that used the image alone and marks the findings
// that it mends.
func markAuto(r *dct.Report, p Plan, o dct.Options) {
	if p.Empty() {
		r.Judge()
		return
	}
	after := dct.Check(reread(p.image, p.Apply()), dct.Options{SkipPrimality: o.SkipPrimality})
	for i, f := range r.Findings {
		if f.Severity != dct.SeverityInfo && !remains(f, after) {
			r.Findings[i].Repair = dct.RepairAuto
		}
	}
	r.Judge()
}

// Run repairs an image as far as the options allow. The report is about the
// input; its Recheck about the output.
func Run(m dct.Image, o Options) Result {
	report := Report{
		Report: Diagnose(m, dct.Options{}),
		Steps:  []Step{}, Notes: []string{}, Unrepaired: []dct.Finding{}, Changed: [][2]int{},
	}
	plan := Make(m, report.Report, o)
	report.Notes = append(report.Notes, plan.Notes...)
	report.Unrepaired = append(report.Unrepaired, errorsIn(report.Report)...)
	if plan.Empty() {
		return Result{Report: report}
	}

	whole := plan.Apply()
	image := whole
	if m.Container == dct.App {
		image = image[:AppOutputSize(len(image))]
	}
	after := Diagnose(reread(m, image), dct.Options{})
	if len(report.Unrepaired) > 0 && !slices.ContainsFunc(report.Unrepaired, func(f dct.Finding) bool { return !remains(f, after) }) {
		report.Notes = append(report.Notes, "the plan is dropped: it would mend no error")
		return Result{Report: report}
	}
	report.Steps = append(report.Steps, plan.Steps...)
	report.Changed = append(report.Changed, changedRuns(m.Data, whole)...)
	report.Recheck = &Recheck{after.Verdict, after.Readers}
	report.Unrepaired = append([]dct.Finding{}, errorsIn(after)...)
	return Result{report, image}
}

func errorsIn(r dct.Report) []dct.Finding {
	var out []dct.Finding
	for _, f := range r.Findings {
		if f.Severity == dct.SeverityError {
			out = append(out, f)
		}
	}
	return out
}

// AppOutputSize is the length at which a repaired application-DCT dump is
// written: what lies behind the DCT is other flash and can hold credentials.
func AppOutputSize(length int) int {
	for _, size := range []int{layout.AppSize, layout.AppSizeOld} {
		if length >= size {
			return size
		}
	}
	return length
}

// reread is the image with other bytes; what it is does not change.
func reread(m dct.Image, data []byte) dct.Image {
	m.Data = data
	return m
}

// remains reports whether what a finding says is still wrong in another
// report: the same problem of the image, or any problem of the same slot.
func remains(f dct.Finding, r dct.Report) bool {
	return slices.ContainsFunc(r.Findings, func(g dct.Finding) bool {
		if f.Slot == nil {
			return g.Code == f.Code
		}
		return equal(g.Slot, f.Slot) && g.Severity != dct.SeverityInfo
	})
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

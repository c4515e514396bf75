package main

import (
	"github.com/spf13/cobra"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/repair"
)

func (a *app) checkVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE…",
		Short: "Say what is healthy in dumps, what is damaged, and what the device will do with it",
		Args:  cobra.MinimumNArgs(1),
		Run: func(_ *cobra.Command, files []string) {
			for i, name := range files {
				if i > 0 && !a.flags.json {
					a.out.line("")
				}
				a.check(name)
			}
		},
	}
}

// check reports on one dump.
func (a *app) check(name string) {
	img, ok := a.open(name)
	if !ok {
		return
	}
	r := repair.Diagnose(img, dct.Options{AllCopies: a.flags.allCopies})
	readAs(&r, name)
	a.status |= a.checkStatus(r)
	if a.flags.json {
		a.out.json(r)
		return
	}
	a.printReport(r)
}

func (a *app) checkStatus(r dct.Report) int {
	switch {
	case r.Verdict == dct.NotADCT:
		return statusFailed
	case r.Count(dct.SeverityError) > 0, a.flags.strict && r.Count(dct.SeverityWarning) > 0:
		return statusErrors
	}
	return 0
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dctkit/dctkit/dct"
)

func (a *app) explainVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Say what a finding means, how it comes about and what to do; without CODE list all",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				a.explainAll()
				return nil
			}
			p, ok := dct.ProblemNamed(args[0])
			if !ok {
				return fmt.Errorf("no finding is called %q; 'dct explain' lists them all", args[0])
			}
			a.explain(p)
			return nil
		},
	}
}

func (a *app) explainAll() {
	var rows [][]string
	for _, p := range dct.Problems() {
		if a.flags.json {
			a.out.json(p)
		}
		rows = append(rows, []string{string(p.Code), p.Name, string(p.Severity), string(p.Repair)})
	}
	if !a.flags.json {
		a.out.table("", rows)
	}
}

func (a *app) explain(p dct.Problem) {
	if a.flags.json {
		a.out.json(p)
		return
	}
	a.out.line("%s %s (%s, repair: %s)", p.Code, p.Name, p.Severity, p.Repair)
	for _, part := range []struct{ title, text string }{
		{"What it is", p.Meaning}, {"How it comes about", p.Cause}, {"What to do", p.Action},
	} {
		a.out.line("")
		a.out.line("%s:", part.title)
		a.out.line("  %s", part.text)
	}
}

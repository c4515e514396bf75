package main

import (
	"runtime"

	"github.com/spf13/cobra"

	"github.com/dctkit/dctkit/dct"
)

// about opens every JSON object that is not a report.
type about struct {
	Schema  int    `json:"schema"`
	Tool    string `json:"tool"`
	Version string `json:"version"`
}

func header() about { return about{dct.Schema, "dct", dct.Version} }

func (a *app) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			if a.flags.json {
				a.out.json(struct {
					about
					Go string `json:"go"`
				}{header(), runtime.Version()})
				return
			}
			a.out.line("dct %s (%s)", dct.Version, runtime.Version())
		},
	}
}

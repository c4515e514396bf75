package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

var errNoVerb = errors.New("say what to do: check, show, repair, explain or version")

// flags are common to all verbs.
type flags struct {
	json, strict, allCopies bool
	platformName, firmware  string

	hint    dct.Hint
	version layout.Version // "" where --firmware is not given
}

func (f *flags) define(root *cobra.Command) {
	set := root.PersistentFlags()
	set.BoolVar(&f.json, "json", false, "print one JSON object a line")
	set.StringVar(&f.platformName, "platform", "", "the device that the dump is from: photon, electron, boron …")
	set.StringVar(&f.firmware, "firmware", "", "the Device OS version whose fields to show, such as 1.5.2")
	set.BoolVar(&f.strict, "strict", false, "check: let warnings count as errors")
	set.BoolVar(&f.allCopies, "all-copies", false, "check: judge the slots of every copy")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return f.parse() }
}

// parse gives an error for a platform or version that there is none of.
func (f *flags) parse() (err error) {
	if f.platformName != "" {
		if f.hint.Platform, err = layout.ParsePlatform(f.platformName); err != nil {
			return fmt.Errorf("--platform: %w", err)
		}
	}
	if f.firmware != "" {
		if f.version, err = layout.ParseVersion(f.firmware); err != nil {
			return fmt.Errorf("--firmware: %w", err)
		}
	}
	return nil
}

package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// currentCopy is the --copy that names none.
const currentCopy = -1

// A fieldReport is the JSON form of show.
type fieldReport struct {
	about
	Input    dct.Input        `json:"input"`
	Image    dct.ImageReport  `json:"image"`
	Copy     int              `json:"copy"`
	Firmware *layout.Version  `json:"firmware"` // null: the newest of the platform
	Fields   []dct.FieldValue `json:"fields"`
}

func (a *app) showVerb() *cobra.Command {
	copyIndex, reveal := currentCopy, false
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Show every field of the application DCT; secrets stay hidden",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("copy") && copyIndex != 0 && copyIndex != 1 {
				return fmt.Errorf("--copy: no copy %d: copies are 0 and 1", copyIndex)
			}
			return a.show(args[0], copyIndex, reveal)
		},
	}
	cmd.Flags().IntVar(&copyIndex, "copy", currentCopy, "the copy to show instead of the current one: 0 or 1")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show names, SSIDs and the claim code")
	return cmd
}

// show gives an error, which is wrong usage, for a copy that this image does
// not have and a firmware version that the platform never had.
func (a *app) show(name string, copyIndex int, reveal bool) error {
	img, ok := a.open(name)
	if !ok {
		return nil
	}
	// The input and what it is, as every verb reports them.
	r := dct.Check(img, dct.Options{SkipPrimality: true})
	readAs(&r, name)
	if r.Verdict == dct.NotADCT {
		a.fail(name, notADCT(r))
		return nil
	}
	if copyIndex == currentCopy {
		copyIndex, _ = img.Current()
	}
	fields, err := img.Fields(copyIndex, a.flags.version, reveal)
	if err != nil {
		return fmt.Errorf("show %s: %w", quoted(name), err)
	}
	if a.flags.json {
		report := fieldReport{header(), r.Input, r.Image, copyIndex, nil, fields}
		if a.flags.version != "" {
			report.Firmware = &a.flags.version
		}
		a.out.json(report)
		return nil
	}
	a.out.line("%s: %s of platform %s, copy %d", quoted(name), r.Image.Container, r.Image.Platform, copyIndex)
	a.out.table("  ", fieldRows(fields))
	return nil
}

func fieldRows(fields []dct.FieldValue) [][]string {
	var rows [][]string
	for _, f := range fields {
		value := f.Value
		if f.Note != "" {
			value += " (" + f.Note + ")"
		}
		rows = append(rows, []string{strconv.Itoa(f.AppOffset), strconv.Itoa(f.Size), f.Name, value})
	}
	return rows
}

// notADCT is the reason to go no further with an image.
func notADCT(r dct.Report) error {
	f := r.Findings[0]
	p, _ := dct.ProblemNamed(string(f.Code))
	return fmt.Errorf("%s: %s: %s %s", quoted(r.Input.Name), verdictWords[r.Verdict], f.Message, p.Action)
}

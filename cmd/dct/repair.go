package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
	"github.com/dctkit/dctkit/repair"
	"github.com/dctkit/dctkit/repair/imagefile"
)

// repairFlags are those of repair alone.
type repairFlags struct {
	out           string
	backups       []string
	accept        []string
	only, skip    []string
	force, dryRun bool
}

func (a *app) repairVerb() *cobra.Command {
	var f repairFlags
	cmd := &cobra.Command{
		Use:   "repair FILE -o OUT",
		Short: "Plan a repair, show the plan, write a repaired image to a new file and check it again",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := f.options(args[0])
			if err != nil {
				return err
			}
			a.repair(args[0], f, o)
			return nil
		},
	}
	set := cmd.Flags()
	set.StringVarP(&f.out, "output", "o", "", "the new file to write")
	set.StringArrayVar(&f.backups, "backup", nil, "restore keys from this file: DER, PEM, or another dump (repeatable)")
	set.StringArrayVar(&f.accept, "accept", nil, "take the key with this fingerprint although something contradicts it (repeatable)")
	set.StringArrayVar(&f.only, "only", nil, "repair this slot only (repeatable)")
	set.StringArrayVar(&f.skip, "skip", nil, "leave findings with this code alone (repeatable)")
	set.BoolVar(&f.force, "force", false, "replace OUT if it exists")
	set.BoolVarP(&f.dryRun, "dry-run", "n", false, "stop after the plan")
	return cmd
}

// fingerprintDigits is how many hex digits a fingerprint has.
const fingerprintDigits = 2 * sha256.Size

// options checks the command line and gives an error for wrong usage. The
// backups are not read yet.
func (f repairFlags) options(input string) (repair.Options, error) {
	var o repair.Options
	switch {
	case f.out == imagefile.Stdin:
		return o, errors.New("-o: an image is not written to standard output: name a file")
	case f.out == "" && !f.dryRun:
		return o, errors.New("name the file to write with -o OUT, or use -n to see the plan only")
	}
	if stdin := slices.Index(f.backups, imagefile.Stdin); stdin >= 0 &&
		(input == imagefile.Stdin || slices.Contains(f.backups[stdin+1:], imagefile.Stdin)) {
		return o, errors.New("standard input can be read once only")
	}
	for _, print := range f.accept {
		print = strings.ToLower(print)
		if _, err := hex.DecodeString(print); err != nil || len(print) != fingerprintDigits {
			return o, fmt.Errorf("--accept: %q is not a fingerprint of %d hex digits", print, fingerprintDigits)
		}
		o.Accept = append(o.Accept, print)
	}
	for _, name := range f.only {
		if _, ok := layout.SlotNamed(name); !ok {
			return o, fmt.Errorf("--only: no slot is called %q", name)
		}
		o.Only = append(o.Only, name)
	}
	for _, code := range f.skip {
		p, ok := dct.ProblemNamed(code)
		if !ok {
			return o, fmt.Errorf("--skip: no finding is called %q; 'dct explain' lists them all", code)
		}
		o.Skip = append(o.Skip, p.Code)
	}
	return o, nil
}

// repair goes from one dump to the status of its repair.
func (a *app) repair(name string, f repairFlags, o repair.Options) {
	img, ok := a.open(name)
	if !ok {
		return
	}
	// A failed read is never repaired, not even from a backup.
	if r := dct.Check(img, dct.Options{SkipPrimality: true}); r.Verdict == dct.NotADCT {
		readAs(&r, name)
		a.fail(name, notADCT(r))
		return
	}
	for _, backup := range f.backups {
		data, err := imagefile.Read(a.fs, backup, a.stdin)
		if err != nil {
			a.fail(name, fmt.Errorf("backup: %w", err))
			return
		}
		o.Backups = append(o.Backups, repair.Backup{Name: backup, Data: data})
	}
	result := repair.Run(img, o)
	readAs(&result.Report.Report, name)
	a.finish(result, f, append(slices.Clone(f.backups), name))
}

// A repairReport is the JSON form of repair.
type repairReport struct {
	repair.Report
	Error *string `json:"error"` // why the output was not written, null where that did not fail
}

// finish writes what is to be written and reports it all.
func (a *app) finish(result repair.Result, f repairFlags, inputs []string) {
	r := result.Report
	repaired := len(r.Changed) > 0
	var failed error
	if repaired && !f.dryRun {
		r.Output, failed = a.write(f.out, result.Image, imagefile.Options{Force: f.force, Inputs: inputs})
	}
	switch {
	case failed != nil:
		a.status |= statusFailed
	case r.Output != nil && len(r.Unrepaired) == 0:
		a.status |= statusRepaired
	case r.Output != nil:
		a.status |= statusRepaired | statusErrors
	case r.Count(dct.SeverityError) > 0:
		a.status |= statusErrors
	}
	if a.flags.json {
		report := repairReport{r, nil}
		if failed != nil {
			text := failed.Error()
			report.Error = &text
		}
		a.out.json(report)
		return
	}
	a.printRepair(r)
	if failed != nil {
		a.complain(fmt.Errorf("%w%s", failed, writeHint(failed)))
	}
}

// write creates the output and makes sure that it reads back as it should.
func (a *app) write(name string, image []byte, o imagefile.Options) (*repair.Output, error) {
	a.writing.Lock()
	defer a.writing.Unlock()
	if err := imagefile.Create(a.fs, name, image, o); err != nil {
		return nil, err
	}
	back, err := imagefile.Read(a.fs, name, nil)
	if err != nil {
		return nil, fmt.Errorf("read back: %w", err)
	}
	if !bytes.Equal(back, image) {
		return nil, fmt.Errorf("read back %s: not what was written: do not use this file", quoted(name))
	}
	sum := sha256.Sum256(back)
	return &repair.Output{Name: name, Size: int64(len(back)), SHA256: hex.EncodeToString(sum[:])}, nil
}

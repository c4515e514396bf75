package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/afero"
	"github.com/spf13/cobra"
)

// The bits of the exit status.
const (
	statusRepaired    = 1
	statusErrors      = 4
	statusFailed      = 8
	statusUsage       = 16
	statusInterrupted = 32
)

// An env is everything outside that the command touches.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	fs             afero.Fs
	interrupt      context.Context // done when the user interrupts
}

// system is the env of the process.
func system() env {
	// Never stopped: the process ends with the one run that it is for.
	interrupt, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	return env{os.Stdin, os.Stdout, os.Stderr, afero.NewOsFs(), interrupt}
}

// run carries out one command line and returns the exit status.
func run(args []string, e env) int {
	a := &app{env: e, out: &printer{w: e.stdout}, err: &printer{w: e.stderr}}
	done := make(chan int, 1)
	go func() { done <- a.execute(args) }()
	select {
	case status := <-done:
		return status
	case <-e.interrupt.Done():
		// An output that is being written is finished or removed first; from
		// then on the lock keeps any other from being begun.
		a.writing.Lock()
		return statusInterrupted
	}
}

// An app is one run of the command.
type app struct {
	env
	out, err *printer
	flags    flags
	status   int
	writing  sync.Mutex // held while an output file is written
}

// execute runs the verb. Verbs report failures themselves, through the status;
// an error from one, as from the parser, is wrong usage.
func (a *app) execute(args []string) int {
	root := a.command()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteC()
	if err != nil {
		a.complain(err)
		a.err.line("Run '%s --help' for usage.", cmd.CommandPath())
		a.status = statusUsage
	}
	if a.out.err != nil {
		a.complain(a.out.err)
		a.status |= statusFailed
	}
	return a.status
}

// command is the tree of verbs.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "dct",
		Short: "Read and repair dumps of the configuration flash of Particle devices",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return errNoVerb },
		// Errors are printed in one place, by execute.
		SilenceErrors: true, SilenceUsage: true, DisableSuggestions: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	a.flags.define(root)
	root.AddCommand(a.checkVerb(), a.showVerb(), a.repairVerb(), a.explainVerb(), a.versionVerb())
	return root
}

// complain prints an error. It never carries contents of a file.
func (a *app) complain(err error) { a.err.line("dct: %s", err) }

// fail reports that one input or output failed; the rest goes on.
func (a *app) fail(name string, err error) {
	a.status |= statusFailed
	if a.flags.json {
		a.out.json(failure{header(), failedInput{name}, err.Error()})
		return
	}
	a.complain(err)
}

// A failure takes the place of a report on an input that cannot be read.
type failure struct {
	about
	Input failedInput `json:"input"`
	Error string      `json:"error"`
}

type failedInput struct {
	Name string `json:"name"`
}

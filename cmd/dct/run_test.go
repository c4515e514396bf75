package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
)

// call runs one command line on files in memory.
func call(t *testing.T, fs afero.Fs, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	status = run(args, env{strings.NewReader(""), &out, &complaints, fs, context.Background()})
	return status, out.String(), complaints.String()
}

func files(t *testing.T, contents map[string][]byte) afero.Fs {
	t.Helper()
	fs := afero.NewMemMapFs()
	for name, b := range contents {
		if err := afero.WriteFile(fs, name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return fs
}

// TestNamesCannotSteerTheTerminal: what a file is called must reach the
// terminal, in text and in JSON, without anything that it would obey.
func TestNamesCannotSteerTheTerminal(t *testing.T) {
	for _, name := range []string{"a\x1b[31mred", "a\nverdict: healthy", "a\u009b31m", "a\u202egnp.bin", "a\xffb", "a\tb\x7f"} {
		fs := files(t, map[string][]byte{name: images["electron"]()})
		for _, args := range [][]string{
			{"check", name}, {"show", name}, {"repair", "-n", name}, {"check", name + "gone"}, {"explain", name},
			{"check", "--json", name}, {"check", "--json", name + "gone"}, {name}, {"--" + name}, {"check", "--platform", name, "x"},
		} {
			_, stdout, stderr := call(t, fs, args...)
			for line := range strings.Lines(stdout + stderr) {
				if line = strings.TrimSuffix(line, "\n"); !isPlain(line) {
					t.Errorf("dct %q prints %q", args, line)
				}
				if strings.HasPrefix(line, "verdict") {
					t.Errorf("dct %q prints a forged line %q", args, line)
				}
			}
		}
	}
}

// TestJSONArraysAreNeverNull: nor is anything else that is a list.
func TestJSONArraysAreNeverNull(t *testing.T) {
	fs := files(t, map[string][]byte{
		"good": images["electron"](), "bad": images["no-key"](), "zeros": images["zeros"](), "app": images["boron"](),
	})
	lists := []string{"copies", "readers", "slots", "findings", "prognosis", "steps", "notes", "unrepaired", "changed", "fields"}
	for _, name := range []string{"good", "bad", "zeros", "app"} {
		for _, verb := range [][]string{{"check"}, {"show"}, {"repair", "-n"}} {
			_, stdout, stderr := call(t, fs, slices.Concat(verb, []string{"--json", name})...)
			var object map[string]any
			if err := json.Unmarshal([]byte(stdout), &object); err != nil || stderr != "" {
				t.Errorf("dct %s %s = %q, %q: %v", verb, name, stdout, stderr, err)
				continue
			}
			for _, key := range lists {
				if v, ok := object[key]; ok && v == nil {
					t.Errorf("dct %s %s: %s is null", verb, name, key)
				}
			}
		}
	}
}

func TestInterruptedWhileReading(t *testing.T) {
	never, w := io.Pipe()
	defer w.Close()
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	if got := run([]string{"check", "-"}, env{never, io.Discard, io.Discard, afero.NewMemMapFs(), interrupted}); got != 32 {
		t.Errorf("interrupted: status %d, want 32", got)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestResultsThatCannotBePrintedAreAFailure(t *testing.T) {
	var complaints bytes.Buffer
	got := run([]string{"version"}, env{strings.NewReader(""), brokenWriter{}, &complaints, afero.NewMemMapFs(), context.Background()})
	if got != 8 || !strings.Contains(complaints.String(), "no space left") {
		t.Errorf("full disk: status %d, %q", got, complaints.String())
	}
}

// unfaithful gives back something else than was written.
type unfaithful struct{ afero.Fs }

func (u unfaithful) Open(name string) (afero.File, error) {
	if name == "out" {
		name = "in"
	}
	return u.Fs.Open(name)
}

func TestRepairReadsTheOutputBack(t *testing.T) {
	fs := files(t, map[string][]byte{"in": images["no-address"]()})
	status, _, stderr := call(t, unfaithful{fs}, "repair", "in", "-o", "out")
	if status != 8 || !strings.Contains(stderr, "not what was written") {
		t.Errorf("an unfaithful disk: status %d, %q", status, stderr)
	}
}

// TestCommandHoldsNoTestCode: rapid registers flags on the global flag set
// and pulls in testing, and fuzz pulls in rapid.
func TestCommandHoldsNoTestCode(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	for _, p := range []string{"testing", "pgregory.net/rapid", "github.com/dctkit/dctkit/fuzz"} {
		if slices.Contains(deps, p) {
			t.Errorf("the command depends on %s", p)
		}
	}
}

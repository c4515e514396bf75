package imagefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/afero"

	"github.com/dctkit/dctkit/repair/imagefile"
)

var errFault = errors.New("injected")

// faulty fails at one call, the n-th, and works before and after.
type faulty struct {
	afero.Fs
	calls, failAt int
}

func (f *faulty) fault() error {
	f.calls++
	if f.calls == f.failAt {
		return errFault
	}
	return nil
}

func (f *faulty) Stat(name string) (fs.FileInfo, error) {
	if err := f.fault(); err != nil {
		return nil, err
	}
	return f.Fs.Stat(name)
}

func (f *faulty) LstatIfPossible(name string) (fs.FileInfo, bool, error) {
	if err := f.fault(); err != nil {
		return nil, false, err
	}
	return f.Fs.(afero.Lstater).LstatIfPossible(name)
}

func (f *faulty) Open(name string) (afero.File, error) {
	return f.OpenFile(name, os.O_RDONLY, 0)
}

func (f *faulty) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if err := f.fault(); err != nil {
		return nil, err
	}
	file, err := f.Fs.OpenFile(name, flag, perm)
	return &faultyFile{file, f}, err
}

func (f *faulty) Rename(from, to string) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.Fs.Rename(from, to)
}

type faultyFile struct {
	afero.File
	fs *faulty
}

// Write fails half way, as a full disk does.
func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.fs.fault(); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f *faultyFile) Sync() error { return errors.Join(f.fs.fault(), f.File.Sync()) }

func (f *faultyFile) Close() error { return errors.Join(f.fs.fault(), f.File.Close()) }

// TestCreateFailsWhole fails every call in turn: the output is then what it
// was, or new, and nothing else is left behind.
func TestCreateFailsWhole(t *testing.T) {
	for _, row := range []struct {
		force bool
		old   string
	}{{false, "absent"}, {true, "absent"}, {true, "old"}} {
		for n, failed := 1, true; failed; n++ {
			fsys, input, output := folder(t)
			want := []string{"input"}
			if row.old != "absent" {
				want = []string{"input", "output"}
				if err := os.WriteFile(output, []byte(row.old), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			faults := &faulty{Fs: fsys, failAt: n}
			err := imagefile.Create(faults, output, []byte("new"), imagefile.Options{Force: row.force, Inputs: []string{input}})
			content := row.old
			switch {
			case err == nil:
				content, want = "new", []string{"input", "output"}
			case !errors.Is(err, errFault):
				t.Fatalf("force %v, call %d: %v", row.force, n, err)
			}
			if got := contents(t, fsys, output); got != content {
				t.Errorf("force %v, call %d, error %v: the output holds %q, want %q", row.force, n, err, got, content)
			}
			if got := names(t, fsys, filepath.Dir(output)); !slices.Equal(got, want) {
				t.Errorf("force %v, call %d: the folder holds %v, want %v", row.force, n, got, want)
			}
			failed = faults.calls >= n // past the last call nothing fails any more
		}
	}
}

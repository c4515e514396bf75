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

// folder is a temporary one with an input in it.
func folder(t *testing.T) (fsys afero.Fs, input, output string) {
	t.Helper()
	dir := t.TempDir()
	input = filepath.Join(dir, "input")
	if err := os.WriteFile(input, []byte("input"), 0o644); err != nil {
		t.Fatal(err)
	}
	return afero.NewOsFs(), input, filepath.Join(dir, "output")
}

// contents of a file, "absent" where there is none.
func contents(t *testing.T, fsys afero.Fs, name string) string {
	t.Helper()
	b, err := afero.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "absent"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// names lists a folder.
func names(t *testing.T, fsys afero.Fs, dir string) []string {
	t.Helper()
	infos, err := afero.ReadDir(fsys, dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, i := range infos {
		out = append(out, i.Name())
	}
	return out
}

func TestCreateMakesAPrivateFile(t *testing.T) {
	for _, force := range []bool{false, true} {
		fsys, input, output := folder(t)
		if err := imagefile.Create(fsys, output, []byte("new"), imagefile.Options{Force: force, Inputs: []string{input, "-"}}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(output)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 || contents(t, fsys, output) != "new" {
			t.Errorf("force %v: mode %v, contents %q", force, info.Mode(), contents(t, fsys, output))
		}
		if got := names(t, fsys, filepath.Dir(output)); !slices.Equal(got, []string{"input", "output"}) {
			t.Errorf("force %v: the folder holds %v", force, got)
		}
	}
}

func TestCreateReplacesOnlyByForce(t *testing.T) {
	fsys, input, output := folder(t)
	if err := os.WriteFile(output, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := imagefile.Options{Inputs: []string{input}}
	if err := imagefile.Create(fsys, output, []byte("new"), o); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create(existing) = %v, want ErrExist", err)
	}
	if got := contents(t, fsys, output); got != "old" {
		t.Errorf("a refused output holds %q", got)
	}
	o.Force = true
	if err := imagefile.Create(fsys, output, []byte("new"), o); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(output)
	if err != nil {
		t.Fatal(err)
	}
	if got := contents(t, fsys, output); got != "new" || info.Mode().Perm() != 0o600 {
		t.Errorf("a forced output holds %q, mode %v", got, info.Mode())
	}
}

func TestCreateNeverTouchesAnInput(t *testing.T) {
	for _, row := range []struct {
		name string
		make func(input, output string) error
		want error
	}{
		{"hard link", os.Link, imagefile.ErrIsInput},
		{"symbolic link", os.Symlink, imagefile.ErrIsInput},
		{"link of a link", func(input, output string) error {
			return errors.Join(os.Symlink(input, output+"2"), os.Symlink(output+"2", output))
		}, imagefile.ErrIsInput},
		{"link to another file", func(_, output string) error {
			return errors.Join(os.WriteFile(output+"2", []byte("other"), 0o600), os.Symlink(output+"2", output))
		}, imagefile.ErrSymlink},
		{"link to nowhere", func(_, output string) error { return os.Symlink(output+"2", output) }, imagefile.ErrSymlink},
		{"folder", func(_, output string) error { return os.Mkdir(output, 0o700) }, imagefile.ErrNotRegular},
	} {
		for _, force := range []bool{false, true} {
			fsys, input, output := folder(t)
			if err := row.make(input, output); err != nil {
				t.Skip(err)
			}
			before := names(t, fsys, filepath.Dir(input))
			err := imagefile.Create(fsys, output, []byte("new"), imagefile.Options{Force: force, Inputs: []string{input}})
			if !errors.Is(err, row.want) {
				t.Errorf("%s, force %v: %v, want %v", row.name, force, err, row.want)
			}
			if got := contents(t, fsys, input); got != "input" {
				t.Errorf("%s, force %v: the input holds %q", row.name, force, got)
			}
			if got := names(t, fsys, filepath.Dir(input)); !slices.Equal(got, before) {
				t.Errorf("%s, force %v: the folder holds %v, want %v", row.name, force, got, before)
			}
		}
	}
}

func TestCreateRefusesTheInputByAnyName(t *testing.T) {
	mem := afero.NewMemMapFs()
	if err := afero.WriteFile(mem, "dir/input", []byte("input"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := imagefile.Create(mem, "dir/../dir/./input", nil, imagefile.Options{Force: true, Inputs: []string{"dir/input"}})
	if !errors.Is(err, imagefile.ErrIsInput) {
		t.Errorf("Create(the input) = %v, want ErrIsInput", err)
	}
}

func TestCreateRefusesStdout(t *testing.T) {
	if err := imagefile.Create(afero.NewMemMapFs(), "-", nil, imagefile.Options{}); !errors.Is(err, imagefile.ErrStdout) {
		t.Errorf("Create(-) = %v, want ErrStdout", err)
	}
}

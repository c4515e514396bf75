package imagefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
)

// Options of [Create]; the zero value replaces nothing.
type Options struct {
	Force  bool     // replace a file that exists
	Inputs []string // names of files that must not be the output; Stdin is one
}

// The refusals of Create. A file that exists is fs.ErrExist, what is no
// ordinary file ErrNotRegular.
var (
	ErrIsInput = errors.New("the output is an input, and inputs are never written to")
	ErrStdout  = errors.New("an image is not written to standard output: name a file")
	ErrSymlink = errors.New("a symbolic link is not written through: name the file itself")
)

// Create writes data to the named file, mode 0600. It refuses an output that
// is one of the inputs, by whatever name or link; one that exists, without
// Force; and with Force still everything that is no regular file.
//
// After an error the file is what it was: absent, or with its old contents.
// After a crash or a power cut it is one of these:
//
//	without Force  absent; or there with none, some or all of data. Nothing
//	               was replaced, so nothing is lost.
//	with Force     the old contents, whole, and perhaps a file .dct-*.tmp beside
//	               it with none, some or all of data; or data, whole.
func Create(fs afero.Fs, name string, data []byte, o Options) error {
	if err := permitted(fs, name, o); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	write := createNew
	if o.Force {
		write = replace
	}
	if err := write(fs, name, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	syncFolder(fs, filepath.Dir(name))
	return nil
}

// permitted gives the reason to leave the output alone, if there is one.
func permitted(fsys afero.Fs, name string, o Options) error {
	if name == Stdin {
		return ErrStdout
	}
	out, err := lstat(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := notAnInput(fsys, name, o.Inputs); err != nil {
		return err
	}
	switch {
	case out.Mode()&fs.ModeSymlink != 0:
		return ErrSymlink
	case !out.Mode().IsRegular():
		return ErrNotRegular
	case !o.Force:
		return fs.ErrExist
	}
	return nil
}

// notAnInput compares files, not names: hard and symbolic links lead to the
// same file. Names are compared too, for file systems that cannot tell.
func notAnInput(fsys afero.Fs, name string, inputs []string) error {
	out, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a link to nowhere, refused as such
	}
	if err != nil {
		return err
	}
	for _, input := range inputs {
		if input == Stdin {
			input = "/dev/stdin" // leads to a redirected file, where the system has it
		}
		in, err := fsys.Stat(input)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if os.SameFile(in, out) || filepath.Clean(input) == filepath.Clean(name) {
			return ErrIsInput
		}
	}
	return nil
}

// lstat does not follow a link, where the file system has links.
func lstat(fsys afero.Fs, name string) (fs.FileInfo, error) {
	if l, ok := fsys.(afero.Lstater); ok {
		info, _, err := l.LstatIfPossible(name)
		return info, err
	}
	return fsys.Stat(name)
}

// createNew writes under the final name, which exclusive creation makes ours:
// without link(2) there is no placing a finished file without replacing.
func createNew(fs afero.Fs, name string, data []byte) error {
	f, err := fs.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := fill(f, data); err != nil {
		return errors.Join(err, fs.Remove(name))
	}
	return nil
}

// replace writes a new file beside the old one and puts it in its place.
func replace(fs afero.Fs, name string, data []byte) error {
	f, err := afero.TempFile(fs, filepath.Dir(name), ".dct-*.tmp") // exclusive, 0600
	if err != nil {
		return err
	}
	err = fill(f, data)
	if err == nil {
		err = fs.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, fs.Remove(f.Name()))
	}
	return nil
}

// fill writes data through to the disk and closes f, whatever happens.
func fill(f afero.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes a new name durable, where folders can be synced at all. A
// failure only leaves the states of a power cut open for longer.
func syncFolder(fs afero.Fs, folder string) {
	f, err := fs.Open(folder)
	if err != nil {
		return
	}
	_ = f.Sync()
	_ = f.Close()
}

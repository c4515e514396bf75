package imagefile_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"github.com/dctkit/dctkit/repair/imagefile"
)

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestReadFileAndStdin(t *testing.T) {
	fs := afero.NewMemMapFs()
	want := []byte("a dump")
	if err := afero.WriteFile(fs, "dump", want, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dump", "-"} {
		got, err := imagefile.Read(fs, name, bytes.NewReader(want))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("Read(%q) = %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestReadTakesExactlyTheLimit(t *testing.T) {
	data, err := imagefile.Read(afero.NewMemMapFs(), "-", io.LimitReader(zeros{}, imagefile.Limit))
	if err != nil || len(data) != imagefile.Limit {
		t.Errorf("Read(Limit bytes) = %d bytes, %v", len(data), err)
	}
}

func TestReadRefusesEndlessStdin(t *testing.T) {
	_, err := imagefile.Read(afero.NewMemMapFs(), "-", zeros{})
	var large *imagefile.TooLarge
	if !errors.As(err, &large) || large.Size != imagefile.Limit+1 || large.Limit != imagefile.Limit {
		t.Errorf("Read(endless) = %v, want TooLarge", err)
	}
}

func TestReadRefusesSparseFileUnread(t *testing.T) {
	name := filepath.Join(t.TempDir(), "sparse")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 4 << 30
	if err := f.Truncate(size); err != nil {
		t.Skip("no sparse files here")
	}
	_, err = imagefile.Read(unopenable{afero.NewOsFs()}, name, nil)
	var large *imagefile.TooLarge
	if !errors.As(err, &large) || large.Size != size {
		t.Errorf("Read(4 GiB) = %v, want TooLarge of that size", err)
	}
}

// unopenable tells sizes and refuses to open anything.
type unopenable struct{ afero.Fs }

func (unopenable) Open(string) (afero.File, error) { return nil, errors.New("opened") }

// growing says that its files are empty, as one that grows after Stat was.
type growing struct{ afero.Fs }

type emptyInfo struct{ fs.FileInfo }

func (emptyInfo) Size() int64 { return 0 }

func (g growing) Stat(name string) (fs.FileInfo, error) {
	info, err := g.Fs.Stat(name)
	return emptyInfo{info}, err
}

func TestReadRefusesGrowingFile(t *testing.T) {
	mem := afero.NewMemMapFs()
	if err := afero.WriteFile(mem, "log", make([]byte, imagefile.Limit+9), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := imagefile.Read(growing{mem}, "log", nil)
	if !errors.As(err, new(*imagefile.TooLarge)) {
		t.Errorf("Read(growing) = %v, want TooLarge", err)
	}
}

func TestReadRefusesWhatIsNoFile(t *testing.T) {
	if _, err := imagefile.Read(afero.NewOsFs(), t.TempDir(), nil); !errors.Is(err, imagefile.ErrNotRegular) {
		t.Errorf("Read(folder) = %v, want ErrNotRegular", err)
	}
	if _, err := imagefile.Read(afero.NewOsFs(), os.DevNull, nil); !errors.Is(err, imagefile.ErrNotRegular) {
		t.Errorf("Read(device) = %v, want ErrNotRegular", err)
	}
	if _, err := imagefile.Read(afero.NewMemMapFs(), "gone", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read(gone) = %v, want ErrNotExist", err)
	}
}

func TestReadGivesNothingOfAFailedRead(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("half"), brokenReader{})
	if got, err := imagefile.Read(afero.NewMemMapFs(), "-", broken); err == nil || got != nil {
		t.Errorf("Read(broken) = %q, %v, want an error alone", got, err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

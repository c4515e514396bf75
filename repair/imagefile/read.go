package imagefile

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/afero"
)

// Limit is the size in bytes above which an input is refused: far more than
// any flash that holds a DCT.
const Limit = 16 << 20

// TooLarge refuses an input by its size.
type TooLarge struct {
	Size  int64 // bytes, as far as known: a stream is given up at Limit + 1
	Limit int64 // bytes
}

func (e *TooLarge) Error() string {
	return fmt.Sprintf("too large for a dump: %d bytes or more, and the limit is %d", e.Size, e.Limit)
}

// ErrNotRegular refuses what is no ordinary file: a directory, a device, a pipe.
var ErrNotRegular = errors.New("not a regular file")

// Read returns the whole contents of the file, or of stdin where the name is
// [Stdin]. It gives a *[TooLarge] for more than [Limit] bytes, without reading
// them where the file's size tells, [ErrNotRegular], or what the file system says.
func Read(fs afero.Fs, name string, stdin io.Reader) ([]byte, error) {
	if name == Stdin {
		data, err := readLimited(stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return data, nil
	}
	// Before Open, which would wait for a writer on a pipe.
	info, err := fs.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("read %s: a directory: %w", name, ErrNotRegular)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read %s: %w; pipe it in and name it %s", name, ErrNotRegular, Stdin)
	case info.Size() > Limit:
		return nil, fmt.Errorf("read %s: %w", name, &TooLarge{info.Size(), Limit})
	}
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing was written: an error here loses nothing
	data, err := readLimited(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// readLimited reads to the end but for one byte more than Limit: a file can
// grow after its size was taken, and a stream has none.
func readLimited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, Limit+1))
	if err != nil {
		return nil, err
	}
	if len(data) > Limit {
		return nil, &TooLarge{int64(len(data)), Limit}
	}
	return data, nil
}

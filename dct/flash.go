package dct

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/dctkit/dctkit/layout"
)

// A Flash models the 32768 bytes that hold a container, as the firmware's
// storage code sees them: erasing sets a whole sector to FF, programming only
// clears bits, and the power can fail after any operation. Its methods do what
// one generation's code does, byte for byte (containers.md 2.5, 3.2, 3.3).
//
// One operation is the erasure of a sector or one programming of a byte; on
// the WICED side also of an aligned 32-bit word, where 16 or more bytes of the
// same call are left.
type Flash struct {
	// Bytes are the container; they are changed in place.
	Bytes []byte
	// Fill is what the bytes are that a new v2 footer leaves uninitialised.
	Fill byte
	// Limit is after how many operations the power fails; 0 is never.
	Limit int
	// Operations counts those carried out.
	Operations int
}

// What can go wrong with a write, beside a WriteError.
var (
	// ErrPowerLost ends whatever was being done when Limit is reached.
	ErrPowerLost = errors.New("power lost")
	// ErrHazard refuses a write that the device would not refuse, but not
	// survive either. Nothing is changed.
	ErrHazard = errors.New("the firmware would write past the end")
	// ErrNotContainer refuses bytes that are not a container's 32768, and a
	// generation that is none or of the other container.
	ErrNotContainer = errors.New("not a container of this generation")
)

// A WriteError is an error that the firmware itself reports.
type WriteError struct {
	Result int    // as the firmware returns it
	Reason string // what it stands for
}

func (e *WriteError) Error() string { return fmt.Sprintf("firmware result %d: %s", e.Result, e.Reason) }

// Write stores data at an offset of the application DCT. A container that the
// generation does not accept is created anew first, as the firmware does.
func (f *Flash) Write(g Generation, offset int, data []byte) error {
	if err := f.usable(g); err != nil {
		return err
	}
	switch generations[g].kind {
	case DCD:
		return f.writeDCD(g, offset, data)
	default:
		return f.writeApp(g, offset, data)
	}
}

// Read does what reading the DCT does to flash: nothing, unless there is no
// acceptable copy; then an empty one is created.
func (f *Flash) Read(g Generation) error {
	if err := f.usable(g); err != nil {
		return err
	}
	_, err := f.current(g)
	return err
}

// usable makes sure that there is something to work on.
func (f *Flash) usable(g Generation) error {
	if !g.known() || len(f.Bytes) != layout.ContainerSize {
		return ErrNotContainer
	}
	return nil
}

// current returns the copy that the generation reads, created if need be.
func (f *Flash) current(g Generation) (int, error) {
	if i, ok := g.Current(f.Bytes); ok {
		return i, nil
	}
	switch g {
	case V1:
		return 0, f.createV1()
	case V2a, V2b:
		return 1, f.createV2()
	case W33:
		return 0, f.createW33()
	}
	return 0, f.createW37()
}

// Write returns the container as that generation leaves it after writing data
// at offset of the application DCT, byte for byte (bytes that the firmware
// leaves uninitialised are 00). The input is not changed. Where the firmware
// reports an error, so does Write, together with the container as it is then
// left: a *[WriteError]. [ErrHazard] refuses what the device would not survive,
// and [ErrNotContainer] what is no container of that generation's.
func (g Generation) Write(container []byte, offset int, data []byte) ([]byte, error) {
	f := Flash{Bytes: bytes.Clone(container)}
	err := f.Write(g, offset, data)
	return f.Bytes, err
}

// step counts one operation, or finds that the power is gone.
func (f *Flash) step() error {
	if f.Limit > 0 && f.Operations == f.Limit {
		return ErrPowerLost
	}
	f.Operations++
	return nil
}

// erase sets a sector to FF.
func (f *Flash) erase(i int) error {
	if err := f.step(); err != nil {
		return err
	}
	b := half(f.Bytes, i)
	for at := range b {
		b[at] = 0xFF
	}
	return nil
}

// eraseUnlessBlank erases a sector that holds anything.
func (f *Flash) eraseUnlessBlank(i int) error {
	if b, same := oneByte(half(f.Bytes, i)); same && b == 0xFF {
		return nil
	}
	return f.erase(i)
}

// programBytes programs byte by byte, as the Electron's driver does, and
// reports whether the flash then reads as data.
func (f *Flash) programBytes(offset int, data []byte) (same bool, err error) {
	return f.program(offset, data, false)
}

// programWords programs in words as far as the driver of Photon and P1 does.
func (f *Flash) programWords(offset int, data []byte) (same bool, err error) {
	return f.program(offset, data, true)
}

func (f *Flash) program(offset int, data []byte, words bool) (bool, error) {
	const word, wordsFrom = 4, 16
	for at := 0; at < len(data); {
		unit := 1
		if words && (offset+at)%word == 0 && len(data)-at >= wordsFrom {
			unit = word
		}
		if err := f.step(); err != nil {
			return false, err
		}
		for range unit {
			f.Bytes[offset+at] &= data[at]
			at++
		}
	}
	return bytes.Equal(f.Bytes[offset:offset+len(data)], data), nil
}

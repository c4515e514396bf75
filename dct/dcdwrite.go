package dct

import (
	"bytes"
	"encoding/binary"

	"github.com/dctkit/dctkit/layout"
)

// capacity is how many data bytes a sector has: v2 keeps a footer at its end.
func capacity(g Generation) int {
	if g == V1 {
		return layout.SectorSize - layout.DCDHeader
	}
	return layout.DCDFooter - layout.DCDHeader
}

// The results of the Electron's storage code.
const (
	resultOffset   = 1
	resultLength   = 2
	resultReadBack = -1
)

// dcdHeader is the 8 bytes that open a sector with that seal.
func dcdHeader(seal uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, layout.DCDMagic)
	return binary.LittleEndian.AppendUint32(b, seal)
}

// writeDCD swaps sectors on every write that is not empty: the other sector
// gets the old data with the new bytes in it and is sealed, then the old one
// is retired (containers.md 2.5).
//
// A power loss leaves: before the new seal is complete, the old copy; until
// the old seal is retired, two valid ones, of which v1 takes copy 1.
func (f *Flash) writeDCD(g Generation, offset int, data []byte) error {
	switch limit := capacity(g); {
	case offset < 0 || offset >= limit:
		return &WriteError{resultOffset, "the offset is outside the data"}
	case offset+len(data) > limit:
		return &WriteError{resultLength, "the data run past the end"}
	case len(data) == 0:
		return nil
	}
	old, err := f.current(g)
	if err != nil {
		return err
	}
	next := 1 - old
	if err := f.eraseUnlessBlank(next); err != nil {
		return err
	}
	content := append([]byte(nil), half(f.Bytes, old)[layout.DCDHeader:layout.DCDHeader+capacity(g)]...)
	copy(content[offset:], data)
	if _, err := f.programBytes(next*layout.SectorSize+layout.DCDHeader, content); err != nil {
		return err
	}
	if g != V1 {
		if err := f.writeFooter(next, f.nextFooter(g, old)); err != nil {
			return err
		}
	}
	if _, err := f.programBytes(next*layout.SectorSize, dcdHeader(layout.DCDSealValid)); err != nil {
		return err
	}
	retired := uint32(layout.DCDSealInvalidV2)
	if g == V1 {
		retired = layout.DCDSealCleared
	}
	same, err := f.programBytes(old*layout.SectorSize, dcdHeader(retired))
	if err == nil && !same {
		// A copy whose watermark is damaged can be current; the damage stays.
		return &WriteError{resultReadBack, "the old copy's header does not read back; the data are stored"}
	}
	return err
}

// newFooter is the footer of a sector that has none to go by: counter 0, and
// fill where the firmware writes what is on its stack.
func newFooter(fill byte) []byte {
	footer := bytes.Repeat([]byte{fill}, layout.DCDCRC-layout.DCDFooter)
	footer[layout.DCDCounter-layout.DCDFooter] &^= 3
	binary.LittleEndian.PutUint16(footer[layout.DCDSizeField-layout.DCDFooter:], layout.DCDFooterSize)
	binary.LittleEndian.PutUint32(footer[layout.DCDFootMagic-layout.DCDFooter:], layout.DCDMagic)
	return footer
}

// nextFooter is the old footer, counted up. V2a takes whatever is there for
// one, so a sector that v1 wrote never gets a watermark.
func (f *Flash) nextFooter(g Generation, old int) []byte {
	s := sector(half(f.Bytes, old))
	if g == V2b && !s.footerWatermark() {
		return newFooter(f.Fill)
	}
	footer := append([]byte(nil), s[layout.DCDFooter:layout.DCDCRC]...)
	counter := &footer[layout.DCDCounter-layout.DCDFooter]
	*counter = *counter&^3 | (*counter+1)&3
	return footer
}

// writeFooter programs footer and checksum, which is computed from flash.
func (f *Flash) writeFooter(i int, footer []byte) error {
	base := i * layout.SectorSize
	if _, err := f.programBytes(base+layout.DCDFooter, footer); err != nil {
		return err
	}
	sum := binary.LittleEndian.AppendUint32(nil, sector(half(f.Bytes, i)).computedCRC())
	_, err := f.programBytes(base+layout.DCDCRC, sum)
	return err
}

// createV1 makes an empty sector of copy 0 (containers.md 2.4).
func (f *Flash) createV1() error {
	if err := f.eraseUnlessBlank(0); err != nil {
		return err
	}
	_, err := f.programBytes(0, dcdHeader(layout.DCDSealValid))
	return err
}

// createV2 makes an empty sector of copy 1.
func (f *Flash) createV2() error {
	if err := f.eraseUnlessBlank(1); err != nil {
		return err
	}
	return f.sealNew(1)
}

// sealNew gives a sector a new footer, its checksum and a valid header.
func (f *Flash) sealNew(i int) error {
	if err := f.writeFooter(i, newFooter(f.Fill)); err != nil {
		return err
	}
	_, err := f.programBytes(i*layout.SectorSize, dcdHeader(layout.DCDSealValid))
	return err
}

// Migrate imports the application DCT of a WICED container, which Electrons
// before 0.4.6 had, into the other sector, if the generation accepts neither
// header. Magic and sizes are not looked at, and the source stays as it is
// (containers.md 2.8).
func (f *Flash) Migrate(g Generation) error {
	if err := f.usable(g); err != nil || generations[g].kind != DCD {
		return ErrNotContainer
	}
	for i := range 2 {
		if sector(half(f.Bytes, i)).header(g) {
			return nil
		}
	}
	for from := range 2 {
		source := wicedCopy(half(f.Bytes, from))
		if !source.complete() || source.isCurrent() != 1 {
			continue
		}
		to := 1 - from
		if err := f.eraseUnlessBlank(to); err != nil {
			return err
		}
		if _, err := f.programBytes(to*layout.SectorSize+layout.DCDApp, source[layout.WICEDApp:]); err != nil {
			return err
		}
		if g != V1 {
			return f.sealNew(to)
		}
		_, err := f.programBytes(to*layout.SectorSize, dcdHeader(layout.DCDSealValid))
		return err
	}
	return nil
}

// Erase wipes both sectors of an Electron, as the firmware's own erase does.
func (f *Flash) Erase(g Generation) error {
	if err := f.usable(g); err != nil || generations[g].kind != DCD {
		return ErrNotContainer
	}
	for i := range 2 {
		if err := f.eraseUnlessBlank(i); err != nil {
			return err
		}
	}
	return nil
}

package dct

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/dctkit/dctkit/layout"
)

// A WICEDSection is a part of a WICED copy that the library writes as one.
type WICEDSection uint8

// The sections that can be written. Their numbers differ between the two
// generations of the library, so these are our own.
const (
	SectionApp WICEDSection = iota + 1
	SectionSecurity
	SectionManufacturing
	SectionWiFi
	SectionNetwork // w37 only
)

// resultRefused is the one error of the WICED library.
const resultRefused = 4

// writeApp stores application data. W33 programs them in place first and calls
// the library only where a bit had to be set.
func (f *Flash) writeApp(g Generation, offset int, data []byte) error {
	position := layout.WICEDApp + offset
	if offset < 0 {
		return &WriteError{resultRefused, "the offset is negative"}
	}
	if g == W33 {
		if offset > layout.SectorSize || position+len(data) > layout.SectorSize {
			return fmt.Errorf("%w of the copy and clear bits in the next flash sector", ErrHazard)
		}
		current, err := f.current(g)
		if err != nil {
			return err
		}
		same, err := f.programWords(current*layout.SectorSize+position, data)
		if err != nil || same {
			return err
		}
	}
	return f.WriteSection(g, SectionApp, position, data)
}

// WriteSection stores data at a position of the copy through the library of
// that generation, which always writes a whole new copy (containers.md 3.2,
// 3.3). The position is counted from the start of the copy.
func (f *Flash) WriteSection(g Generation, section WICEDSection, position int, data []byte) error {
	if err := f.usable(g); err != nil || generations[g].kind != WICED {
		return ErrNotContainer
	}
	if g == W33 {
		return f.rewriteW33(position, data)
	}
	return f.rewriteW37(section, position, data)
}

// programAll programs pieces one behind the other, each with one call of the
// driver.
func (f *Flash) programAll(offset int, pieces ...[]byte) error {
	for _, p := range pieces {
		if _, err := f.programWords(offset, p); err != nil {
			return err
		}
		offset += len(p)
	}
	return nil
}

// rewriteW33 writes the other copy and erases the old one.
//
// A power loss leaves the old copy until the new header's magic is programmed;
// then copy 0 wins, old or new alike, until the old one is erased.
func (f *Flash) rewriteW33(position int, data []byte) error {
	current, err := f.current(W33)
	if err != nil {
		return err
	}
	end := position + len(data)
	if position < layout.WICEDHeader || position > layout.SectorSize || end > layout.SectorSize {
		return &WriteError{resultRefused, "the data run past the end of the copy"}
	}
	old := bytes.Clone(half(f.Bytes, current))
	if bytes.Equal(old[position:end], data) {
		return nil
	}
	next := 1 - current
	if err := f.eraseUnlessBlank(next); err != nil {
		return err
	}
	base := next * layout.SectorSize
	if err := f.programAll(base+layout.WICEDHeader, old[layout.WICEDHeader:position], data, old[end:]); err != nil {
		return err
	}
	header := old[:layout.WICEDHeader]
	clear(header[:layout.WICEDIsCurrent])
	header[layout.WICEDIsCurrent], header[layout.WICEDAppValid] = 1, 1
	const loadAppFunc = 384
	clear(header[loadAppFunc:])
	if err := f.programAll(base, header); err != nil {
		return err
	}
	return f.erase(current)
}

// createW33 makes an empty copy 0; the other one is not touched.
func (f *Flash) createW33() error {
	if err := f.erase(0); err != nil {
		return err
	}
	header := make([]byte, layout.WICEDHeader)
	header[layout.WICEDIsCurrent], header[layout.WICEDAppValid] = 1, 1
	put32(header, layout.WICEDMagicOffset, layout.WICEDMagic)
	return f.programAll(0, header)
}

// w37Piece is the size in which w37 copies what stays as it is.
const w37Piece = 64

// pieces cuts b into what w37 programs with one call each.
func pieces(b []byte) [][]byte {
	var out [][]byte
	for len(b) > w37Piece {
		out, b = append(out, b[:w37Piece]), b[w37Piece:]
	}
	if len(b) > 0 {
		out = append(out, b)
	}
	return out
}

// A span of the body of a copy, by position, and what w37 programs there: data
// in one piece, or, where data is nil, the old bytes in pieces.
type bodySpan struct {
	from, to int
	data     []byte
}

// bodyOrder is the order in which w37 programs a new copy's body: rising, but
// for the sections before the application, whose data come behind their
// neighbours.
func bodyOrder(section WICEDSection, position int, data []byte) []bodySpan {
	end := position + len(data)
	written := bodySpan{position, end, data}
	switch section {
	case SectionApp:
		return []bodySpan{
			{layout.WICEDHeader, layout.WICEDApp, nil}, {layout.WICEDApp, position, nil},
			written, {end, layout.WICEDRecord, nil},
		}
	case SectionNetwork:
		return []bodySpan{{layout.WICEDHeader, position, nil}, written, {end, layout.WICEDRecord, nil}}
	}
	return []bodySpan{
		{layout.WICEDHeader, position, nil}, {end, layout.WICEDApp, nil},
		written, {layout.WICEDApp, layout.WICEDRecord, nil},
	}
}

// rewriteW37 writes the other copy, completes it, and marks the old one
// superseded; it keeps all its content.
//
// A power loss leaves the old copy until write_incomplete of the new one is
// cleared; from then on the greater sequence wins.
func (f *Flash) rewriteW37(section WICEDSection, position int, data []byte) error {
	end := position + len(data)
	outside := position < layout.WICEDHeader || position > layout.SectorSize || end > layout.SectorSize
	if section < SectionApp || section > SectionNetwork || outside {
		return &WriteError{resultRefused, "no such section, or the data run past the end of the copy"}
	}
	limit := layout.WICEDRecord
	if section != SectionApp && section != SectionNetwork {
		limit = layout.WICEDApp
	}
	if end > limit || section == SectionApp && position < layout.WICEDApp {
		return fmt.Errorf("%w of the section, into the version record or the next flash sector", ErrHazard)
	}
	current, err := f.current(W37)
	if err != nil {
		return err
	}
	old, next := bytes.Clone(half(f.Bytes, current)), 1-current
	if err := f.erase(next); err != nil {
		return err
	}
	base := next * layout.SectorSize
	for _, s := range bodyOrder(section, position, data) {
		parts := [][]byte{s.data}
		if s.data == nil {
			parts = pieces(old[s.from:s.to])
		}
		if err := f.programAll(base+s.from, parts...); err != nil {
			return err
		}
	}

	fresh := bytes.Clone(half(f.Bytes, next))
	copy(fresh, old[:layout.WICEDHeader])
	fresh[layout.WICEDWriteIncomplete], fresh[layout.WICEDIsCurrent], fresh[layout.WICEDAppValid] = 0, 1, 1
	copy(fresh[layout.WICEDRecord:], nextRecord(wicedCopy(old).record()))
	sealRecord(fresh)

	header := bytes.Clone(fresh[:layout.WICEDHeader])
	header[layout.WICEDWriteIncomplete] = 1
	if err := f.programAll(base, header); err != nil {
		return err
	}
	if err := f.programAll(base+layout.WICEDRecord, fresh[layout.WICEDRecord:]); err != nil {
		return err
	}
	retired := current * layout.SectorSize
	for _, at := range []int{
		base + layout.WICEDWriteIncomplete,
		retired + layout.WICEDIsCurrent,
		retired + layout.WICEDRecord + layout.WICEDRecordInitial,
	} {
		if err := f.programAll(at, []byte{0}); err != nil {
			return err
		}
	}
	return nil
}

// nextRecord is the version record of the next generation, without its
// checksum: the sequence goes on even from a record that no rule accepts, as
// long as its magic is right.
func nextRecord(old []byte) []byte {
	record := make([]byte, layout.WICEDRecordSize)
	if binary.LittleEndian.Uint32(old) == layout.WICEDRecordMagic {
		copy(record, old)
	}
	clear(record[:layout.WICEDRecordInitial+1])
	put32(record, 0, layout.WICEDRecordMagic)
	binary.LittleEndian.PutUint16(record[layout.WICEDRecordVersion:], layout.WICEDVersion)
	record[layout.WICEDRecordSequence]++
	return record
}

// createW37 makes an empty copy 0 and then erases copy 1: whatever was in
// either is lost.
func (f *Flash) createW37() error {
	if err := f.erase(0); err != nil {
		return err
	}
	header := make([]byte, layout.WICEDHeader)
	header[layout.WICEDWriteIncomplete], header[layout.WICEDIsCurrent] = 1, 1
	put32(header, layout.WICEDMagicOffset, layout.WICEDMagic)
	const destination, locations, locationSize, locationCount = 52, 96, 36, 8
	header[destination] = 1
	for i := range locationCount {
		at := locations + i*locationSize
		header[at] = 2
		put32(header, at+4, uint32(34*i))
	}
	record := make([]byte, layout.WICEDRecordSize)
	put32(record, 0, layout.WICEDRecordMagic)
	record[layout.WICEDRecordInitial], record[layout.WICEDRecordSequence] = 1, 1
	if err := f.programAll(0, header); err != nil {
		return err
	}
	if err := f.programAll(layout.WICEDRecord, record); err != nil {
		return err
	}
	if err := f.programAll(layout.WICEDWriteIncomplete, []byte{0}); err != nil {
		return err
	}
	return f.erase(1)
}

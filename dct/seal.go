package dct

import (
	"bytes"
	"encoding/binary"

	"github.com/dctkit/dctkit/layout"
)

// Reseal returns the container changed so that every generation that reads it
// chooses the wanted copy, with that copy's checksum right wherever it has a
// place for one. Of all the ways to do it that the tables below know, it takes
// the one that changes the fewest bytes. The content of both copies stays; the
// input is not changed. ok is false for what is not a container and where no
// way works.
func Reseal(container []byte, kind Container, wanted int) (out []byte, ok bool) {
	edits := dcdEdits
	if kind == WICED {
		edits = wicedEdits
	}
	if len(container) != layout.ContainerSize || len(Generations(kind)) == 0 || wanted != 0 && wanted != 1 {
		return nil, false
	}
	best := len(container) + 1
	var choose func(c []byte, step int)
	choose = func(c []byte, step int) {
		if step < len(edits) {
			for _, edit := range edits[step] {
				changed := bytes.Clone(c)
				edit(half(changed, wanted), half(changed, 1-wanted))
				choose(changed, step+1)
			}
			return
		}
		if cost := changedBytes(container, c); cost < best && everyReaderTakes(c, kind, wanted) {
			best, out = cost, c
		}
	}
	choose(container, 0)
	return out, out != nil
}

// everyReaderTakes reports whether all generations choose that copy.
func everyReaderTakes(container []byte, kind Container, wanted int) bool {
	for _, g := range Generations(kind) {
		if i, ok := g.Current(container); !ok || i != wanted {
			return false
		}
	}
	return true
}

func changedBytes(a, b []byte) int {
	n := 0
	for _, r := range layout.Differences(a, b) {
		n += r.Length
	}
	return n
}

// An edit changes the wanted copy or the other one.
type edit func(wanted, other []byte)

func leave(_, _ []byte) {}

func put32(b []byte, offset int, v uint32) { binary.LittleEndian.PutUint32(b[offset:], v) }

// dcdEdits are the choices for each part of a DCD container, the gentlest
// first: the header of the wanted sector, the seal of the other one, and last
// the footer and checksum, which cover what was written.
var dcdEdits = [][]edit{
	{leave, func(wanted, _ []byte) {
		copy(wanted, dcdHeader(layout.DCDSealValid))
	}},
	{
		leave,
		func(_, other []byte) { put32(other, layout.DCDSeal, layout.DCDSealInvalidV2) },
		func(_, other []byte) { put32(other, layout.DCDSeal, layout.DCDSealCleared) },
	},
	{
		func(wanted, _ []byte) { // a sector that v1 wrote has no footer and needs none
			if sector(wanted).footerWatermark() {
				put32(wanted, layout.DCDCRC, DCDChecksum(wanted))
			}
		},
		func(wanted, other []byte) {
			if !sector(wanted).footerWatermark() {
				copy(wanted[layout.DCDFooter:], newFooter(0))
			}
			wanted[layout.DCDCounter] = wanted[layout.DCDCounter]&^3 | byte(sector(other).counter()+1)&3
			put32(wanted, layout.DCDCRC, DCDChecksum(wanted))
		},
	},
}

// wicedEdits are the choices for a WICED container, in the same order.
var wicedEdits = [][]edit{
	{leave, func(wanted, _ []byte) {
		if c := wicedCopy(wanted); c.word(layout.WICEDUsedSize) > c.word(layout.WICEDFullSize) {
			put32(wanted, layout.WICEDFullSize, 0)
			put32(wanted, layout.WICEDUsedSize, 0)
		}
		wanted[layout.WICEDWriteIncomplete] = 0
		wanted[layout.WICEDIsCurrent] = 1
		put32(wanted, layout.WICEDMagicOffset, layout.WICEDMagic)
	}},
	{
		leave,
		func(_, other []byte) { other[layout.WICEDIsCurrent] = 0 },
		// As an interrupted write leaves it: no generation accepts the copy.
		func(_, other []byte) { other[layout.WICEDWriteIncomplete] = 1 },
	},
	{
		func(wanted, _ []byte) {
			if wicedCopy(wanted).hasRecord() {
				sealRecord(wanted)
			}
		},
		func(wanted, other []byte) {
			c := wicedCopy(wanted)
			if !c.hasRecord() {
				copy(c.record(), nextRecord(make([]byte, layout.WICEDRecordSize)))
			}
			next := 1
			if o := wicedCopy(other); o.hasRecord() {
				next = min(o.sequence()+1, 255)
			}
			c.record()[layout.WICEDRecordSequence] = byte(next)
			sealRecord(wanted)
		},
	},
}

// sealRecord makes the checksum of a current copy right.
func sealRecord(copyBytes []byte) {
	record := wicedCopy(copyBytes).record()
	record[layout.WICEDRecordInitial] = 0
	put32(record, layout.WICEDRecordCRC, WICEDChecksum(copyBytes))
}

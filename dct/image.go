package dct

import (
	"slices"

	"github.com/dctkit/dctkit/layout"
)

// A Container is what a dump is.
type Container string

// The containers.
const (
	DCD   Container = "dcd"   // Electron: two sectors
	WICED Container = "wiced" // Photon and P1: two copies
	App   Container = "app"   // the application DCT alone
	None  Container = "none"  // not a DCT
)

// appOffset is where the application DCT begins in a copy.
func (c Container) appOffset() int {
	switch c {
	case DCD:
		return layout.DCDApp
	case WICED:
		return layout.WICEDApp
	}
	return 0
}

// An Image is a dump and what it was recognised as. Its bytes are the caller's
// and are never written to.
type Image struct {
	Data      []byte
	Container Container
	// Platform is the hint where one was given, else what the bytes show;
	// PlatformWhy says which and by what.
	Platform    layout.Platform
	PlatformWhy string
	// Evidence is what the bytes alone show.
	Evidence layout.Platform
	// Base is the offset in Data of the container, or of the application DCT.
	Base int
	// FailedRead says why these bytes are no reading of a DCT at all, ""
	// where they may be one. Such an image is never repaired.
	FailedRead string
}

// Copies returns how many copies of the application DCT the image holds: 2 for
// a container, 1 for an application DCT, else 0.
func (m Image) Copies() int {
	switch m.Container {
	case DCD, WICED:
		return 2
	case App:
		return 1
	}
	return 0
}

// ContainerBytes returns the 32768 bytes of the container, nil where there is
// none. They are a part of Data.
func (m Image) ContainerBytes() []byte {
	if m.Copies() != 2 {
		return nil
	}
	b, _ := layout.Range{Offset: m.Base, Length: layout.ContainerSize}.Of(m.Data)
	return b
}

// AppOffset returns the offset in Data of copy i's application DCT.
func (m Image) AppOffset(i int) int {
	return m.Base + i*layout.SectorSize + m.Container.appOffset()
}

// AppBytes returns copy i of the application DCT: 8391 bytes, fewer only where
// the dump ends before. What lies behind the DCT in a dump is other flash.
func (m Image) AppBytes(i int) []byte {
	if i < 0 || i >= m.Copies() {
		return nil
	}
	from := m.AppOffset(i)
	return m.Data[from:min(from+layout.AppSize, len(m.Data))]
}

// Readers returns the choice of every generation that reads the container,
// oldest first.
func (m Image) Readers() []Choice {
	var out []Choice
	for _, g := range Generations(m.Container) {
		i, ok := g.Current(m.ContainerBytes())
		out = append(out, Choice{g, i, ok})
	}
	return out
}

// A Choice is the copy that a generation reads; with OK false it would start
// empty.
type Choice struct {
	Generation Generation
	Copy       int
	OK         bool
}

// Current returns the copy that the newest reader chooses; ok is false where
// it would start empty, and the copy is then that of the newest older reader
// that has one, else 0. An application DCT alone is its own current copy.
func (m Image) Current() (copy int, ok bool) {
	if m.Container == App {
		return 0, true
	}
	readers := m.Readers()
	if len(readers) == 0 {
		return 0, false
	}
	newest := readers[len(readers)-1]
	for _, r := range slices.Backward(readers) {
		if r.OK {
			return r.Copy, newest.OK
		}
	}
	return 0, false
}

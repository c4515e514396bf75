package dct

import (
	"fmt"

	"github.com/dctkit/dctkit/layout"
)

// A Generation is one generation of firmware storage code.
type Generation uint8

// The generations (containers.md 2.1, 3). V1, V2a and V2b read the Electron's
// DCD container, W33 and W37 the WICED container of Photon and P1. A later
// constant of the same container is a newer generation.
const (
	V1  Generation = iota + 1 // 0.4.6-rc.1 .. 0.6.4
	V2a                       // 0.7.0-rc.1 .. 0.7.0 and 0.8.0-rc.1
	V2b                       // 0.8.0-rc.2 .. 3.3.1
	W33                       // 0.4.6-rc.1 .. 0.6.4
	W37                       // 0.7.0-rc.7 .. 3.3.1, but not 0.8.0-rc.1
)

var generations = [...]struct {
	id       string
	firmware string
	kind     Container
	choose   func(container []byte) (int, bool)
}{
	V1:  {"v1", "0.4.6-rc.1 .. 0.6.4", DCD, chooseV1},
	V2a: {"v2a", "0.7.0-rc.1 .. 0.7.0, 0.8.0-rc.1", DCD, func(c []byte) (int, bool) { return chooseV2(c, V2a) }},
	V2b: {"v2b", "0.8.0-rc.2 .. 3.3.1", DCD, func(c []byte) (int, bool) { return chooseV2(c, V2b) }},
	W33: {"w33", "0.4.6-rc.1 .. 0.6.4", WICED, chooseW33},
	W37: {"w37", "0.7.0-rc.7 .. 3.3.1, not 0.8.0-rc.1", WICED, chooseW37},
}

// Generations returns the generations that read that kind of container, oldest
// first; none for an application DCT alone.
func Generations(c Container) []Generation {
	switch c {
	case DCD:
		return []Generation{V1, V2a, V2b}
	case WICED:
		return []Generation{W33, W37}
	}
	return nil
}

// known reports whether g is one of the constants.
func (g Generation) known() bool { return g >= V1 && int(g) < len(generations) }

// String returns the id used in reports: v1, v2a, v2b, w33, w37.
func (g Generation) String() string {
	if !g.known() {
		return fmt.Sprintf("generation %d", uint8(g))
	}
	return generations[g].id
}

// Firmware names the releases that carry this storage code.
func (g Generation) Firmware() string {
	if !g.known() {
		return ""
	}
	return generations[g].firmware
}

// Current tells which copy of the 32768-byte container that generation reads;
// ok is false where it would start empty. It is false, too, for a container of
// another size and for a value that is none of the constants.
func (g Generation) Current(container []byte) (copy int, ok bool) {
	if !g.known() || len(container) != layout.ContainerSize {
		return 0, false
	}
	return generations[g].choose(container)
}

// half returns copy i of a container.
func half(container []byte, i int) []byte {
	return container[i*layout.SectorSize : (i+1)*layout.SectorSize]
}

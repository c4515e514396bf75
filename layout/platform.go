package layout

import (
	"fmt"
	"slices"
	"strings"
)

// A Platform is a kind of Particle device, by the name that the command and
// its JSON use.
type Platform string

// The platforms. Photon and P1, and the Gen 3 kinds among each other, cannot
// be told apart by the bytes of a dump: Photon and Gen3 stand for the group
// then.
const (
	Unknown  Platform = "unknown"
	Photon   Platform = "photon"
	P1       Platform = "p1"
	Electron Platform = "electron"
	Argon    Platform = "argon"
	Boron    Platform = "boron"
	Xenon    Platform = "xenon"
	ESoMX    Platform = "esomx"
	ASoM     Platform = "asom"
	BSoM     Platform = "bsom"
	XSoM     Platform = "xsom"
	B5SoM    Platform = "b5som"
	Tracker  Platform = "tracker"
	TrackerM Platform = "trackerm"
	P2       Platform = "p2"
	MSoM     Platform = "msom"
	Gen3     Platform = "gen3"
)

// A Family is a group of platforms that share one layout of the DCT.
type Family uint8

// The families (fields.md 1).
const (
	NoFamily  Family = iota
	Gen2             // STM32F2: Photon, P1, Electron
	Gen3NRF          // nRF52840
	Gen3RTL          // Realtek rtl872x
	familyEnd        // one past the last
)

var platforms = []struct {
	name   Platform
	id     int // platform number in Device OS, -1 where the name is a group
	family Family
	reads  Transport
}{
	{Photon, 6, Gen2, TCP},
	{P1, 8, Gen2, TCP},
	{Electron, 10, Gen2, ByByte},
	{Argon, 12, Gen3NRF, UDP},
	{Boron, 13, Gen3NRF, UDP},
	{Xenon, 14, Gen3NRF, UDP},
	{ESoMX, 15, Gen3NRF, UDP},
	{ASoM, 22, Gen3NRF, UDP},
	{BSoM, 23, Gen3NRF, UDP},
	{XSoM, 24, Gen3NRF, UDP},
	{B5SoM, 25, Gen3NRF, UDP},
	{Tracker, 26, Gen3NRF, UDP},
	{TrackerM, 28, Gen3RTL, UDP},
	{P2, 32, Gen3RTL, UDP},
	{MSoM, 35, Gen3RTL, UDP},
	// nRF and Realtek parts differ inside system_flags only (fields.md 4.3).
	{Gen3, -1, Gen3NRF, UDP},
	{Unknown, -1, NoFamily, NoTransport},
}

// Platforms returns every platform name that [ParsePlatform] takes, in the
// order of Device OS platform numbers.
func Platforms() []Platform {
	var names []Platform
	for _, p := range platforms {
		if p.name != Unknown {
			names = append(names, p.name)
		}
	}
	return names
}

// ParsePlatform returns the platform of that name. "unknown" is what evidence
// can lead to, not a name to ask for, and so an error.
func ParsePlatform(s string) (Platform, error) {
	p := Platform(strings.ToLower(s))
	if !slices.Contains(Platforms(), p) {
		return Unknown, fmt.Errorf("unknown platform %q (one of %v)", s, Platforms())
	}
	return p, nil
}

// Family returns the layout family, NoFamily for Unknown and for names that
// are no platform.
func (p Platform) Family() Family {
	for _, row := range platforms {
		if row.name == p {
			return row.family
		}
	}
	return NoFamily
}

// Transport returns the transport whose slots the platform uses, ByByte where
// a byte of the DCT decides (behaviour.md 4).
func (p Platform) Transport() Transport {
	for _, row := range platforms {
		if row.name == p {
			return row.reads
		}
	}
	return NoTransport
}

// Agrees reports whether evidence for q is no evidence against p: they are the
// same, or one is the group that the other belongs to.
func (p Platform) Agrees(q Platform) bool {
	group := func(p Platform) Platform {
		switch {
		case p == P1:
			return Photon
		case p.Family() == Gen3RTL || p.Family() == Gen3NRF:
			return Gen3
		}
		return p
	}
	return p == Unknown || q == Unknown || group(p) == group(q)
}

// ID returns the platform number of Device OS; ok is false for group names.
func (p Platform) ID() (id int, ok bool) {
	for _, row := range platforms {
		if row.name == p && row.id >= 0 {
			return row.id, true
		}
	}
	return 0, false
}

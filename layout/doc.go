// Package layout says where things are in the configuration flash of Particle
// devices: platforms, the fields of the application DCT by firmware version,
// the key and server-address slots, and the geometry of the two flash sectors.
//
// It holds facts only: tables, look-ups in them, and the arithmetic of byte
// ranges. Nothing here reads an image; package dct does. Every offset is
// decimal and counted from the start of what its table describes: the
// application DCT for [Field] and [Slot], one 16 KiB copy for the container
// constants. Numbers in flash are little-endian unless a comment says
// otherwise.
//
// The facts come from the project's specification: field tables compiled from
// every public firmware tag (fields.md), container formats checked against the
// genuine storage code (containers.md) and the behaviour of the firmware
// (behaviour.md). Comments cite these by name and section.
//
// The exported names are stable within a major version; rows may be added to
// the tables when new firmware is examined.
package layout

package dct

import "strings"

// A Severity ranks a finding.
type Severity string

// The severities, as the contract has them.
const (
	SeverityError   Severity = "error"   // with some firmware this device will not connect as itself, or loses data
	SeverityWarning Severity = "warning" // it will, but something is not as it should be
	SeverityInfo    Severity = "info"    // of no consequence to the connection
)

// A Repair says what a repair needs.
type Repair string

// The kinds of repair.
const (
	RepairAuto   Repair = "auto"   // this image alone suffices
	RepairSource Repair = "source" // a backup, a public key or a choice is needed
	RepairNone   Repair = "none"   // no repair of the image helps
)

// A Code identifies a problem for good; its number is never given to another.
type Code string

// The problems. The hundreds group them: the dump, the container, the
// transport, the device's private key, its public key, the server's key, the
// server's address, slots not in use.
const (
	FailedRead           Code = "DCT101"
	NotRecognised        Code = "DCT102"
	SlotMissing          Code = "DCT103"
	PlatformContradicted Code = "DCT104"
	PlatformUnknown      Code = "DCT105"

	NoCurrentCopy       Code = "DCT201"
	ReadersDifferOnKeys Code = "DCT202"
	ReadersDiffer       Code = "DCT203"
	ChecksumMismatch    Code = "DCT204"

	TransportSwitched Code = "DCT301"
	TransportTCP      Code = "DCT302"

	PrivateNull           Code = "DCT401"
	PrivateErased         Code = "DCT402"
	PrivateFill           Code = "DCT403"
	PrivateWrongAlgorithm Code = "DCT404"
	PrivateTruncated      Code = "DCT405"
	PrivateMalformed      Code = "DCT406"
	PrivateInconsistent   Code = "DCT407"
	PrivateFirstByte      Code = "DCT408"
	PrivateTolerated      Code = "DCT409"
	PrivateUnloadable     Code = "DCT410"

	PublicMismatched Code = "DCT451"
	PublicDamaged    Code = "DCT452"

	ServerKeyNull           Code = "DCT501"
	ServerKeyErased         Code = "DCT502"
	ServerKeyFill           Code = "DCT503"
	ServerKeyWrongAlgorithm Code = "DCT504"
	ServerKeyTruncated      Code = "DCT505"
	ServerKeyMalformed      Code = "DCT506"
	ServerKeyDamaged        Code = "DCT507"
	ServerKeyUnrecognised   Code = "DCT508"

	AddressNull         Code = "DCT601"
	AddressErased       Code = "DCT602"
	AddressFill         Code = "DCT603"
	AddressMalformed    Code = "DCT604"
	AddressUnrecognised Code = "DCT605"
	AddressErasedTCP    Code = "DCT606"

	InactiveDamaged Code = "DCT701"
)

// A Problem is one row of the table that findings, explanations and the
// documentation are made from.
type Problem struct {
	Code     Code     `json:"code"`
	Name     string   `json:"name"`
	Severity Severity `json:"severity"`
	// Repair is what the problem needs where the image itself does not bring
	// the repair; package repair raises it to RepairAuto once it has tried.
	Repair  Repair `json:"repair"`
	Meaning string `json:"meaning"` // what it is
	Cause   string `json:"cause"`   // how it comes about
	Action  string `json:"action"`  // what to do
}

// problems is the one table of everything that can be found.
var problems = []Problem{
	{FailedRead, "failed-read", SeverityError, RepairNone,
		"The dump is not a reading of the flash: one byte throughout, or the same block again and again.",
		"From 0.7.0 the bootloader answers with zeros when its DCT functions cannot be reached; on a Photon or P1 that happens when system part 2 is missing or older than 0.7.0. A protected device and a wrong address look alike.",
		"Do not repair this dump. Flash the system parts, then read again; or read the container at 0x08004000 by SWD."},
	{NotRecognised, "not-recognised", SeverityError, RepairNone,
		"No DCT was found: no container header, no key in any of its places.",
		"The file is something else, was cut, or every trace that could tell is gone.",
		"Check that the dump is whole. If you know what device it comes from, say so with --platform."},
	{SlotMissing, "slot-missing", SeverityError, RepairNone,
		"The dump ends before a slot that the device uses.",
		"The read was cut short, or covered only a part of the DCT.",
		"Read again: 16384 bytes from DFU alternate setting 1 hold every slot."},
	{PlatformContradicted, "platform-contradicted", SeverityWarning, RepairNone,
		"The platform that was named is not the one that the bytes show.",
		"A wrong --platform, or damage that makes one container look like another.",
		"Check which device the dump comes from; without --platform the bytes decide."},
	{PlatformUnknown, "platform-unknown", SeverityWarning, RepairNone,
		"This is a DCT, but not enough is left to say of which platform, so no slot was judged as active.",
		"The slots that would tell are erased or damaged.",
		"Name the platform with --platform."},

	{NoCurrentCopy, "no-current-copy", SeverityError, RepairSource,
		"The newest firmware for this container accepts neither copy: it would create an empty table and lose everything.",
		"Both headers are damaged, or a power loss hit while the container was being created.",
		"Do not let the device boot. Repair re-seals a copy whose content is sound."},
	{ReadersDifferOnKeys, "readers-differ-on-keys", SeverityError, RepairSource,
		"Firmware versions that read this container find different keys or server settings in it.",
		"A write torn by a power loss, storage code of several generations in turn, or damage to a header, checksum or counter.",
		"Repair re-seals the container so that every version reads the same copy."},
	{ReadersDiffer, "readers-differ", SeverityWarning, RepairSource,
		"Firmware versions that read this container choose copies that differ, but not in keys or server settings.",
		"As for readers-differ-on-keys.",
		"Repair re-seals the container so that every version reads the same copy; or leave it as it is."},
	{ChecksumMismatch, "checksum-mismatch", SeverityInfo, RepairNone,
		"A stored checksum does not fit its copy, and no firmware chooses differently for it.",
		"Normal after a write by firmware up to 0.6.4, which keeps a checksum without renewing it, and in factory images; else a sign that bytes changed after the last write.",
		"Nothing needs to be done."},

	{TransportSwitched, "transport-switched", SeverityError, RepairSource,
		"The byte at 2977 is not FF, so this Electron uses TCP and its RSA slots, and these hold no sound configuration.",
		"A flipped bit or a neighbour's overrun; 'particle keys protocol tcp' also writes it.",
		"Set the byte back to FF. The command line tool of the vendor can no longer do that."},
	{TransportTCP, "transport-tcp", SeverityInfo, RepairNone,
		"This Electron is set to TCP and provisioned for it.",
		"'particle keys protocol tcp' wrote 00 at 2977.",
		"Nothing needs to be done if TCP is what you want."},

	{PrivateNull, "private-key-null", SeverityError, RepairSource,
		"The device's private key is all zeros. The firmware never replaces such a key: the device fails for ever.",
		"A programmed-over or cleared slot; a write of zeros by an application.",
		"Restore the key from a backup."},
	{PrivateErased, "private-key-erased", SeverityError, RepairSource,
		"The device's private key is erased. At the next boot the device makes a new key, which the cloud does not know, and the old identity is lost.",
		"Normal on a device that has never booted; else an erased sector.",
		"Do not let the device boot before the key is restored. A new device: let it boot, then register its key with 'particle keys send'."},
	{PrivateFill, "private-key-fill", SeverityError, RepairSource,
		"The device's private key slot holds one byte throughout.",
		"A failed or test write.",
		"Restore the key from a backup."},
	{PrivateWrongAlgorithm, "private-key-wrong-algorithm", SeverityError, RepairSource,
		"The private key slot holds a well-formed key of another kind than the device's transport uses.",
		"'particle keys load' of the wrong file, or System.set, which wrote to the TCP slot on every transport up to 2.0.0-rc.1.",
		"Restore the right key from a backup."},
	{PrivateTruncated, "private-key-truncated", SeverityError, RepairSource,
		"The private key begins well, but its length runs past the slot.",
		"A damaged length byte, or a key cut while it was written.",
		"Restore the key from a backup."},
	{PrivateMalformed, "private-key-malformed", SeverityError, RepairSource,
		"The private key slot does not hold the structure of a key.",
		"Overwritten, or bits changed in tags, lengths or the curve's name.",
		"If only the structure is damaged, repair rebuilds it around the numbers; else restore a backup."},
	{PrivateInconsistent, "private-key-inconsistent", SeverityError, RepairSource,
		"The private key has the right structure, but its numbers do not form a key.",
		"Bits changed inside the numbers.",
		"Repair re-derives what follows from the rest; else restore a backup."},
	{PrivateFirstByte, "private-key-first-byte-erased", SeverityError, RepairSource,
		"The first byte of the private key is FF, though there is more behind it. The firmware looks at nothing else and takes that for 'no key': at the next boot it overwrites the slot with a new key.",
		"Bits lost in the one byte that decides, alone or among others.",
		"DO NOT LET THIS DEVICE BOOT before patching: keep it in DFU mode. Where the rest is intact, repair puts 30 back."},
	{PrivateTolerated, "private-key-damaged-but-usable", SeverityWarning, RepairSource,
		"The private key is damaged where this device's own reader does not look; the device still connects.",
		"Bits changed in RSA tags or in D, or behind the scalar of an EC key.",
		"Repair it before more is lost; other tools and firmware may refuse the key."},
	{PrivateUnloadable, "private-key-unloadable", SeverityError, RepairSource,
		"The private key is sound, but encoded so that the device's fixed-stride reader gets garbage from it.",
		"A number shorter than its place, as openssl writes in 0.7 % of RSA keys.",
		"Repair writes the same key in the device's own form."},

	{PublicMismatched, "public-key-mismatched", SeverityInfo, RepairNone,
		"The public-key slot holds a sound key that is not the private key's. It does not affect the connection.",
		"The private key changed since the slot was last written: it is a witness of the key before.",
		"Keep this dump: the slot can prove which private key is the right one."},
	{PublicDamaged, "public-key-damaged", SeverityInfo, RepairNone,
		"The public-key slot holds no key. It does not affect the connection: the firmware derives the key anew.",
		"Overwritten; on an Electron it is a mere cache.",
		"Nothing needs to be done."},

	{ServerKeyNull, "server-key-null", SeverityError, RepairSource,
		"The server's public key is all zeros: the handshake fails.",
		"A cleared slot.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyErased, "server-key-erased", SeverityError, RepairSource,
		"The server's public key is erased: up to 0.6.4 the handshake fails, later firmware uses a built-in key.",
		"An erased sector, or a server never configured.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyFill, "server-key-fill", SeverityError, RepairSource,
		"The server's public key slot holds one byte throughout.",
		"A failed or test write.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyWrongAlgorithm, "server-key-wrong-algorithm", SeverityError, RepairSource,
		"The server key slot holds a well-formed key of another kind than the transport uses.",
		"'particle keys server' with the wrong file, or System.set up to 2.0.0-rc.1.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyTruncated, "server-key-truncated", SeverityError, RepairSource,
		"The server's public key begins well, but its length runs past the slot.",
		"A damaged length byte, or a torn write.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyMalformed, "server-key-malformed", SeverityError, RepairSource,
		"The server key slot does not hold the structure of a public key.",
		"Overwritten, or bits changed in tags and lengths.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyDamaged, "server-key-damaged", SeverityError, RepairSource,
		"The server's public key is the cloud's with a few bits changed, or its numbers do not form a key.",
		"Bit rot.",
		"Repair writes the cloud's key, which is public and known."},
	{ServerKeyUnrecognised, "server-key-unrecognised", SeverityWarning, RepairSource,
		"The server's public key is sound, but not the public cloud's.",
		"A private cloud.",
		"Leave it if the device belongs to a private cloud; repair never replaces it unasked."},

	{AddressNull, "server-address-null", SeverityError, RepairSource,
		"The server address is all zeros, which the firmware reads as the IPv4 address 0.0.0.0.",
		"A cleared slot.",
		"Repair writes the cloud's address."},
	{AddressErased, "server-address-erased", SeverityError, RepairSource,
		"The server address is erased. On UDP firmware up to 0.6.4 cannot connect at all: three orange flashes and network resets without end.",
		"An erased sector.",
		"Repair writes the cloud's address."},
	{AddressFill, "server-address-fill", SeverityError, RepairSource,
		"The server address holds one byte throughout.",
		"A failed or test write.",
		"Repair writes the cloud's address."},
	{AddressMalformed, "server-address-malformed", SeverityError, RepairSource,
		"The server address is none that every firmware parses.",
		"Overwritten, or bits changed in the type, the length or the name.",
		"Repair writes the cloud's address."},
	{AddressUnrecognised, "server-address-unrecognised", SeverityWarning, RepairSource,
		"The server address is well-formed, but not the public cloud's.",
		"A private cloud, or bits changed in the name.",
		"Leave it if the device belongs to a private cloud; repair never replaces it unasked."},
	{AddressErasedTCP, "tcp-server-address-erased", SeverityInfo, RepairNone,
		"The TCP server address is erased; the firmware falls back to device.spark.io.",
		"Normal on an Electron from the factory.",
		"Nothing needs to be done."},

	{InactiveDamaged, "inactive-slot-damaged", SeverityInfo, RepairNone,
		"A slot that this device's transport does not use holds something that is neither blank nor sound.",
		"An overrun, a key loaded to the wrong place, or an earlier life on the other transport.",
		"Nothing needs to be done."},
}

// Problems returns the table of everything that can be found, by code.
func Problems() []Problem { return append([]Problem(nil), problems...) }

// ProblemNamed returns the row for a code or a name, in any letter case.
func ProblemNamed(s string) (Problem, bool) {
	for _, p := range problems {
		if strings.EqualFold(s, string(p.Code)) || strings.EqualFold(s, p.Name) {
			return p, true
		}
	}
	return Problem{}, false
}

// problem returns the row of a code; every Code constant has one.
func problem(c Code) Problem {
	p, _ := ProblemNamed(string(c))
	return p
}

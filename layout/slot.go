package layout

// A Transport is the protocol a device reaches the cloud with; it decides
// which key slots are read (behaviour.md 4).
type Transport string

// The transports.
const (
	NoTransport Transport = ""
	TCP         Transport = "tcp"
	UDP         Transport = "udp"
	// ByByte: the byte at TransportOffset decides, FF meaning UDP and every
	// other value TCP. Only the Electron reads it.
	ByByte Transport = "by-byte"
)

// A Role is what a slot is for.
type Role string

// The roles.
const (
	DevicePrivateKey Role = "device_private_key"
	DevicePublicKey  Role = "device_public_key"
	ServerPublicKey  Role = "server_public_key"
	ServerAddress    Role = "server_address"
)

// A Slot is a place in the application DCT that holds a key or a server
// address.
type Slot struct {
	Name      string
	Role      Role
	Transport Transport
	// Range is what is judged: the bytes that firmware reads or writes. The
	// field around it can be larger (fields.md 5.1).
	Range
	// Algorithm is the key that belongs there, "" for an address. The names
	// are those of package asn1check.
	Algorithm string
}

// Slot sizes and places (fields.md 5.1, behaviour.md 6.1): the firmware reads
// 612 bytes of the 1216-byte TCP private key, and the TCP server address lies
// inside the server_public_key field.
var slots = []Slot{
	{"device_private_key", DevicePrivateKey, TCP, Range{34, 612}, "rsa-1024"},
	{"device_public_key", DevicePublicKey, TCP, Range{1250, 384}, "rsa-1024"},
	{"server_public_key", ServerPublicKey, TCP, Range{2082, 384}, "rsa-2048"},
	{"server_address", ServerAddress, TCP, Range{2466, 128}, ""},
	{"alt_device_public_key", DevicePublicKey, UDP, Range{2978, 128}, "ec-p256"},
	{"alt_device_private_key", DevicePrivateKey, UDP, Range{3106, 192}, "ec-p256"},
	{"alt_server_public_key", ServerPublicKey, UDP, Range{3298, 192}, "ec-p256"},
	{"alt_server_address", ServerAddress, UDP, Range{3490, 128}, ""},
}

// Slots returns the slots that matter on a platform, by rising offset: the TCP
// ones on Photon and P1, the UDP ones on Gen 3, all eight on Electron and
// where the platform is unknown.
func Slots(p Platform) []Slot {
	reads := p.Transport()
	var out []Slot
	for _, s := range slots {
		if reads == TCP || reads == UDP {
			if s.Transport != reads {
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// FindSlot returns the one slot with that role and transport.
func FindSlot(role Role, t Transport) (Slot, bool) {
	for _, s := range slots {
		if s.Role == role && s.Transport == t {
			return s, true
		}
	}
	return Slot{}, false
}

// SlotNamed returns the slot with that name.
func SlotNamed(name string) (Slot, bool) {
	for _, s := range slots {
		if s.Name == name {
			return s, true
		}
	}
	return Slot{}, false
}

// TransportOffset is the application offset of cloud_transport: FF means UDP,
// every other value TCP; read on the Electron only (behaviour.md 4).
const TransportOffset = 2977

// TransportUDP is the one value of that byte that means UDP.
const TransportUDP = 0xFF

// Inside a server address (fields.md 5.2): type, length, then an IPv4 address
// of 4 bytes (most significant octet first) or a name of up to 64, and a
// big-endian port.
const (
	AddressTypeIPv4   = 0
	AddressTypeDomain = 1
	AddressText       = 2  // offset of the name or IPv4
	AddressTextSize   = 64 // bytes for the name
	AddressPort       = 66 // offset of the port
)

package dct

import (
	_ "embed"
	"math/bits"

	"github.com/dctkit/dctkit/layout"
)

// The public keys of the cloud's servers, byte for byte as firmware and
// particle-cli carry them (behaviour.md 1.10). They are public.
var (
	//go:embed cloud/udp-server.der
	udpServerKey string // P-256, 91 bytes of SubjectPublicKeyInfo
	//go:embed cloud/tcp-server.der
	tcpServerKey string // RSA-2048, 294 bytes
)

// CloudKey returns the DER SubjectPublicKeyInfo of the cloud's server for a
// transport, nil for any but TCP and UDP. The caller may change it.
func CloudKey(t layout.Transport) []byte {
	switch t {
	case layout.TCP:
		return []byte(tcpServerKey)
	case layout.UDP:
		return []byte(udpServerKey)
	}
	return nil
}

// cloudHosts are the cloud's own host names (contract; behaviour.md 1.10): the
// first of a transport is what factories write.
var cloudHosts = map[layout.Transport][]string{
	layout.TCP: {"device.spark.io", "device.tcp.particle.io"},
	layout.UDP: {"$id.udp.particle.io", "$id.udp-mesh.particle.io"},
}

// CloudAddress returns the 128-byte server address of the factory for a
// transport: type 1, length, the name, FF behind. Both the lenient and the
// strict parser of the firmware accept it (behaviour.md 12, item 10).
func CloudAddress(t layout.Transport) []byte {
	hosts := cloudHosts[t]
	if len(hosts) == 0 {
		return nil
	}
	slot, _ := layout.FindSlot(layout.ServerAddress, t)
	out := make([]byte, slot.Length)
	for i := range out {
		out[i] = 0xFF
	}
	out[0], out[1] = layout.AddressTypeDomain, byte(len(hosts[0]))
	copy(out[layout.AddressText:], hosts[0])
	return out
}

// bitDistance counts the bits in which two equally long slices differ.
func bitDistance(a, b string) int {
	n := 0
	for i := range len(a) {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

// nearCloudKey reports whether the head of a slot is the cloud's key with at
// most 5 % of its bits changed, and how many are. Two unrelated keys differ in
// about half of theirs.
func nearCloudKey(slot []byte, t layout.Transport) (changed int, near bool) {
	key := string(CloudKey(t))
	if key == "" || len(slot) < len(key) {
		return 0, false
	}
	changed = bitDistance(string(slot[:len(key)]), key)
	return changed, changed*20 <= len(key)*8
}

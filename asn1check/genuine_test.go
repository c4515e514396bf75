package asn1check

import "testing"

// The keys that Particle ships: their fingerprints are from behaviour.md 1.10.
func TestGenuineServerKeys(t *testing.T) {
	const (
		udp = "a22c78edbbefc04dec7333da227fc6f6904754d17d042099c765a02864555183"
		tcp = "aa8aba3c973ed4b668999047a09597948f36eefde525352e705fe8ef98c1677e"
	)
	for _, tt := range []struct {
		name string
		size int
		want string
	}{
		{"device-os_electron_server-public-key.udp.particle.io@v0.4.8-rc.2-v3.3.1.der", 192, udp},
		{"particle-cli_assets_keys_ec.pub.der", 192, udp},
		{"particle-cli_assets_keys_ec-gen3.pub.der", 192, udp},
		{"device-os_electron_cloud_public@v0.4.8-rc.2-v3.3.1.der", 384, tcp},
		{"particle-cli_assets_keys_rsa.pub.der", 384, tcp},
		{"particle-cli_assets_keys_rsa.pub-padded.der", 384, tcp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shared(t, "genuine", tt.name)[:tt.size]
			judge, other := ECPublic, func(s []byte) Verdict { return RSAPublic(s, 2048) }
			if tt.size == 384 {
				judge, other = other, judge
			}
			if v := judge(s); v.State != OK || Fingerprint(v.Public) != tt.want {
				t.Errorf("judged as %v (%s), %s, want ok, %s", v.State, v.Detail, Fingerprint(v.Public), tt.want)
			}
			if v := other(s); v.State != WrongAlgorithm || Fingerprint(v.Public) != tt.want {
				t.Errorf("judged as %v (%s), %s in the other slot, want wrong-algorithm, %s", v.State, v.Detail, Fingerprint(v.Public), tt.want)
			}
		})
	}
}

package asn1check

import "testing"

func BenchmarkVerdict(b *testing.B) {
	ec, rsa := mustEC(b, testScalar(1)), mustRSA(b, 0)
	ecSlot, rsaSlot := residueSlot(ec.DeviceDER()), slot(rsa.DeviceDER(), 612, 0xFF)
	cached, server := append(make([]byte, 37), ec.Public()...), slot(spki2048(b), 384, 0xFF)
	for _, bb := range []struct {
		name  string
		judge func() Verdict
	}{
		{"RSAPrivate", func() Verdict { return RSAPrivate(rsaSlot, nil, Options{}) }},
		{"RSAPrivateSkipPrimality", func() Verdict { return RSAPrivate(rsaSlot, nil, Options{SkipPrimality: true}) }},
		{"ECPrivate", func() Verdict { return ECPrivate(ecSlot, nil) }},
		{"RSAPublic", func() Verdict { return RSAPublic(server, 2048) }},
		{"ECPublic", func() Verdict { return ECPublic(cached) }},
		{"Garbage", func() Verdict { return ECPrivate(rsaSlot[100:292], nil) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bb.judge()
			}
		})
	}
}

func BenchmarkDeviceStrides(b *testing.B) {
	s := slot(mustRSA(b, 0).DeviceDER(), 612, 0xFF)
	b.ReportAllocs()
	for b.Loop() {
		DeviceStrides(s)
	}
}

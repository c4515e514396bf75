package asn1check

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"testing"
)

// shared reads a file of ../../shared/data, which is not part of the project.
func shared(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "shared", "data"}, path...)...))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type vectors struct {
	TestGroups []struct {
		Tests []struct {
			ID      int    `json:"tcId"`
			Comment string `json:"comment"`
			Result  string `json:"result"`
			Public  string `json:"public"`
			Value   string `json:"value"`
		}
	}
}

func readVectors(t *testing.T, name string) vectors {
	t.Helper()
	var v vectors
	if err := json.Unmarshal(shared(t, "wycheproof", name), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Primality is judged by an independent list, which has the pseudoprimes made against known tests.
func TestWycheproofPrimality(t *testing.T) {
	q := testPrimes()[0][1]
	for _, g := range readVectors(t, "primality_test.json").TestGroups {
		for _, tt := range g.Tests {
			b := unhex(t, tt.Value)
			x := new(big.Int).SetBytes(b)
			if len(b) > 0 && b[0] >= 0x80 { // two's complement
				x.Sub(x, new(big.Int).Lsh(one, uint(8*len(b))))
			}
			if got, want := isPrime(x), tt.Result == "valid"; got != want {
				t.Errorf("isPrime(%d: %s) = %v, want %v", tt.ID, tt.Comment, got, want)
			}
			if tt.Result != "valid" {
				if k, err := NewRSA(nil, nil, x, q); err == nil {
					t.Errorf("NewRSA(p of %d: %s) = %v, want an error", tt.ID, tt.Comment, k)
				}
			}
		}
	}
}

// Public keys, sound and damaged, in slots of the server key's size, at both ends.
func TestWycheproofPublicKeys(t *testing.T) {
	judged := 0
	for _, g := range readVectors(t, "ecdh_secp256r1_test.json").TestGroups {
		for _, tt := range g.Tests {
			der := unhex(t, tt.Public)
			if len(der) > 192 {
				der = der[:192]
			}
			want := tt.Result == "valid" || soundPrefix(der)
			for _, s := range [][]byte{slot(der, 192, 0xFF), append(make([]byte, 192-len(der)), der...)} {
				judged++
				v := ECPublic(s)
				if (v.State == OK) != want {
					t.Errorf("ECPublic(%d: %s) = %v (%s), want ok %v", tt.ID, tt.Comment, v.State, v.Detail, want)
				}
			}
		}
	}
	if judged == 0 {
		t.Error("no vectors")
	}
}

// soundPrefix recognises a vector whose one defect is bytes behind the key, which a slot always has.
func soundPrefix(der []byte) bool {
	if len(der) <= 91 || der[1] != 91-2 {
		return false
	}
	_, err := x509.ParsePKIXPublicKey(der[:91])
	return err == nil
}

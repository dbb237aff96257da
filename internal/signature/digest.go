package signature

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strings"
)

// algorithm is a hash algorithm that a sender may have used.
type algorithm struct {
	name        string
	size, block int
	make        func() hash.Hash
}

// algorithms returns the algorithms that most languages provide. Vidiking's comes first.
func algorithms() []algorithm {
	return []algorithm{
		{"SHA-256", sha256.Size, sha256.BlockSize, sha256.New},
		{"SHA-1", sha1.Size, sha1.BlockSize, sha1.New},
		{"SHA-512", sha512.Size, sha512.BlockSize, sha512.New},
		{"SHA-384", sha512.Size384, sha512.BlockSize, sha512.New384},
		{"MD5", md5.Size, md5.BlockSize, md5.New},
		{"SHA-224", sha256.Size224, sha256.BlockSize, sha256.New224},
	}
}

// hmac returns the name of the HMAC with this algorithm.
func (a algorithm) hmac() string { return "HMAC-" + strings.ReplaceAll(a.name, "-", "") }

// isVidiking reports whether Vidiking signs with this algorithm.
func (a algorithm) isVidiking() bool { return a.name == "SHA-256" }

// isNamedBy reports whether a prefix such as sha1= names the algorithm.
func (a algorithm) isNamedBy(prefix string) bool {
	fold := strings.NewReplacer("-", "", "_", "", "hmac", "")
	return prefix != "" && fold.Replace(strings.ToLower(prefix)) == fold.Replace(strings.ToLower(a.name))
}

// fits reports whether a candidate may be a digest of the algorithm. If its length is not that of another algorithm, it may be truncated or
// have extra text. A digest of Vidiking's algorithm may be truncated anywhere.
func (a algorithm) fits(c candidate) bool {
	n := len(c.digits)
	return a.isVidiking() || n == 2*a.size || !isDigestLength(n)
}

// fittingAlgorithms returns the algorithms that fit at least one candidate.
func fittingAlgorithms(all []candidate) []algorithm {
	var fit []algorithm
	for _, a := range algorithms() {
		for _, c := range all {
			if a.fits(c) {
				fit = append(fit, a)
				break
			}
		}
	}
	return fit
}

// construction is how a digest is computed from the secret and the body.
type construction int

const (
	hmacOfBody          construction = iota // HMAC
	hashOfBody                              // a hash of only the body
	hashOfSecretAndBody                     // a hash of the secret followed by the body
	hashOfBodyAndSecret                     // a hash of the body followed by the secret
	hmacOfSecret                            // HMAC of the secret, with the body as the key
)

// digester computes digests of one body after another.
type digester struct {
	algorithm

	construction construction
	key          *key
	hash         hash.Hash
	head         []byte // the beginning of the body, for swapped
}

func newDigester(a algorithm, c construction, k *key) *digester {
	d := &digester{algorithm: a, construction: c, key: k}
	if c == hmacOfBody {
		d.hash = hmac.New(a.make, k.value)
	} else {
		d.hash = a.make()
	}
	return d
}

func (d *digester) reset() {
	d.hash.Reset()
	d.head = d.head[:0]
	if d.construction == hashOfSecretAndBody {
		_, _ = d.hash.Write(d.key.value)
	}
}

// write never fails, because hashes don't.
func (d *digester) write(p []byte) {
	_, _ = d.hash.Write(p)
	if d.construction == hmacOfSecret && len(d.head) <= d.block {
		d.head = append(d.head, p[:min(len(p), d.block+1)]...)
	}
}

// sum appends the digest of everything written so far, followed by tail. It does not change the state. ok is false if the digest cannot be
// computed.
func (d *digester) sum(dst []byte, tail string) (_ []byte, ok bool) {
	h := d.hash
	if tail != "" || d.construction == hashOfBodyAndSecret {
		c, can := h.(hash.Cloner)
		if !can {
			return dst, false
		}
		var err error
		if h, err = c.Clone(); err != nil {
			return dst, false
		}
		_, _ = h.Write([]byte(tail))
	}
	switch d.construction {
	case hashOfBodyAndSecret:
		_, _ = h.Write(d.key.value)
	case hmacOfSecret:
		secret := d.head
		if tail != "" {
			return dst, false
		}
		if len(d.head) > d.block { // HMAC hashes a key that is longer than a block (RFC 2104)
			secret = h.Sum(nil)
		}
		mac := hmac.New(d.make, secret)
		_, _ = mac.Write(d.key.value)
		return mac.Sum(dst), true
	}
	return h.Sum(dst), true
}

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

// algorithm is a hash that a signature may be made with.
type algorithm struct {
	name        string
	size, block int
	make        func() hash.Hash
}

// algorithms is what languages offer at hand, the right one first.
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

// hmac is the name of the HMAC that is made with it.
func (a algorithm) hmac() string { return "HMAC-" + strings.ReplaceAll(a.name, "-", "") }

// isRight reports whether it is the one that Vidiking signs with.
func (a algorithm) isRight() bool { return a.name == "SHA-256" }

// isNamed reports whether a prefix names the algorithm, as in sha1=.
func (a algorithm) isNamed(prefix string) bool {
	fold := strings.NewReplacer("-", "", "_", "", "hmac", "")
	return prefix != "" && fold.Replace(strings.ToLower(prefix)) == fold.Replace(strings.ToLower(a.name))
}

// fits reports whether a candidate can be of the algorithm. Of a length that is no other's, it may be cut short or have something
// behind it; the right one can be cut anywhere.
func (a algorithm) fits(c candidate) bool {
	n := len(c.digits)
	return a.isRight() || n == 2*a.size || !isDigestLength(n)
}

// fitting is the algorithms that some candidate fits.
func fitting(all []candidate) []algorithm {
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

// construction is how a digest is made of secret and body.
type construction int

const (
	keyed   construction = iota // HMAC
	plain                       // the body's hash
	before                      // the hash of secret and body
	behind                      // the hash of body and secret
	swapped                     // HMAC of the secret, with the body for the key
)

// digester makes digests of one body after the other.
type digester struct {
	algorithm

	how  construction
	key  *key
	hash hash.Hash
	head []byte // the body's beginning, where swapped needs it
}

func newDigester(a algorithm, how construction, k *key) *digester {
	d := &digester{algorithm: a, how: how, key: k}
	if how == keyed {
		d.hash = hmac.New(a.make, k.value)
	} else {
		d.hash = a.make()
	}
	return d
}

func (d *digester) reset() {
	d.hash.Reset()
	d.head = d.head[:0]
	if d.how == before {
		_, _ = d.hash.Write(d.key.value)
	}
}

// write never fails, as no hash does.
func (d *digester) write(p []byte) {
	_, _ = d.hash.Write(p)
	if d.how == swapped && len(d.head) <= d.block {
		d.head = append(d.head, p[:min(len(p), d.block+1)]...)
	}
}

// sum appends the digest of what was written so far and a tail behind it. It leaves the state as it is. ok is false where there is no
// such digest.
func (d *digester) sum(dst []byte, tail string) (_ []byte, ok bool) {
	h := d.hash
	if tail != "" || d.how == behind {
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
	switch d.how {
	case behind:
		_, _ = h.Write(d.key.value)
	case swapped:
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

package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"mabsbot/bot"
)

// KeySize is the length of a key in bytes, for AES-256.
const KeySize = 32

// A sealer encrypts stored content. Each message has a random 96-bit nonce,
// which is safe for 2^32 messages per key (NIST SP 800-38D, 8.3): ten messages
// per second for 13 years.
type sealer struct {
	aead   cipher.AEAD
	macKey []byte
}

func newSealer(key []byte) (sealer, error) {
	if len(key) != KeySize {
		return sealer{}, fmt.Errorf("key has %d bytes, want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, err
	}
	macKey, err := hkdf.Key(sha256.New, key, nil, "mabsbot mac", sha256.Size)
	return sealer{aead, macKey}, err
}

// mac returns a keyed hash, by which what is in no clear text is found again.
func (s sealer) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, s.macKey)
	h.Write(additionalData(parts))
	return h.Sum(nil)[:16]
}

// seal encrypts plain for the row that id names. It cannot be opened in any
// other row, because id is authenticated.
func (s sealer) seal(plain []byte, id ...string) []byte {
	return s.aead.Seal(nil, nil, pack(plain), additionalData(id))
}

func (s sealer) open(sealed []byte, id ...string) ([]byte, error) {
	packed, err := s.aead.Open(nil, nil, sealed, additionalData(id))
	if err != nil {
		return nil, fmt.Errorf("%w: unseal %q: %w", bot.ErrUnreadable, id, err)
	}
	plain, err := unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("%w: unpack %q: %w", bot.ErrUnreadable, id, err)
	}
	return plain, nil
}

// additionalData joins the parts of id unambiguously.
func additionalData(id []string) []byte { return fmt.Appendf(nil, "%q", id) }

// KeyFile reads the key from the file at path, which holds KeySize raw bytes.
// If the file does not exist, KeyFile creates it, but only if the database file
// does not exist or is empty: a new key could not open the existing database
// and would hide that its key is lost.
//
// KeyFile rejects a file that every user of the machine can read. Its group
// may, because containers mount secrets readable by a group.
func KeyFile(path, database string) ([]byte, error) {
	key, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = keyForNewDatabase(path, database)
	}
	return key, wrap("key file "+path, err)
}

// keyForNewDatabase creates a key file for a new database. If another process
// is creating the same database, it returns the key of that process.
func keyForNewDatabase(path, database string) ([]byte, error) {
	info, err := os.Stat(database)
	if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		// Keys are created before databases: if there is no key by now, it is
		// lost.
		key, err := readKeyFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("missing, but the database %s was encrypted with it or with a configured key: "+
				"restore it (or move the database away to start empty)", database)
		}
		return key, err
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := createKeyFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create: %w", err)
	}
	return readKeyFile(path)
}

// ReadKeyFile reads the key from the file at path, which must exist.
func ReadKeyFile(path string) ([]byte, error) {
	key, err := readKeyFile(path)
	return key, wrap("key file "+path, err)
}

func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// Windows has no permission bits; the folder's ACL applies.
	if mode := info.Mode().Perm(); mode&0o007 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("mode %04o lets other users access it: remove their permissions, or use another key", mode)
	}
	if !info.Mode().IsRegular() || info.Size() != KeySize {
		return nil, fmt.Errorf("not a regular file of exactly %d bytes", KeySize)
	}
	return os.ReadFile(path)
}

// createKeyFile creates a key file atomically, so that neither a crash nor a
// concurrent process leaves or reads half a key. It returns fs.ErrExist if the
// file exists.
func createKeyFile(path string) error {
	key := make([]byte, KeySize)
	rand.Read(key)
	return createWhole(path, func(f *os.File) error {
		_, err := f.Write(key)
		return err
	})
}

// createWhole creates a file that only its owner can read, and that exists once
// write has written all of it. It returns fs.ErrExist if the file exists.
func createWhole(path string, write func(*os.File) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new directory entry survive a power failure: a database
// without its key is lost.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // Windows cannot sync directories
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

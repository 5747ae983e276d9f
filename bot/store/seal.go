package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// KeySize is the length of a key in bytes: AES-256.
const KeySize = 32

// A sealer encrypts what people wrote. Each message has a random 96-bit
// nonce, which is safe for 2^32 messages under one key (NIST SP 800-38D, 8.3):
// ten messages a second for thirteen years.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	if len(key) != KeySize {
		return sealer{}, fmt.Errorf("the key has %d bytes, not %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

// seal encrypts plain for the row that id names: in any other row it does not
// open.
func (s sealer) seal(plain []byte, id ...string) []byte {
	return s.aead.Seal(nil, nil, plain, additionalData(id))
}

func (s sealer) open(sealed []byte, id ...string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, additionalData(id))
	if err != nil {
		return nil, fmt.Errorf("unseal %q: %w", id, err)
	}
	return plain, nil
}

// additionalData joins the parts of an id so that no two ids give the same bytes.
func additionalData(id []string) []byte { return fmt.Appendf(nil, "%q", id) }

// KeyFile reads the key kept in a file, KeySize bytes as they are. Where there
// is no file it makes one, but only for a database file that does not exist yet
// or is empty: an existing one opens with no other key than its own, and a new
// file would hide that the old one is lost. KeyFile refuses a file of another
// length and one that every user of the machine may read; a group may, since
// containers give mounted secrets to one.
func KeyFile(path, database string) ([]byte, error) {
	key, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = keyForNewDatabase(path, database)
	}
	return key, wrap("key file "+path, err)
}

// keyForNewDatabase makes a key file for a new database, or returns the key of another
// process that makes the same database at the same moment.
func keyForNewDatabase(path, database string) ([]byte, error) {
	info, err := os.Stat(database)
	if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		// Since a key is made before its database, it is there by now, or lost.
		key, err := readKeyFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("it is missing, and the database %s was made with it or with a key that was configured: "+
				"put it back (or move the database away to start empty)", database)
		}
		return key, err
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := createKeyFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make it: %w", err)
	}
	return readKeyFile(path)
}

func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// Windows keeps no such bits; there the folder's permissions decide.
	if mode := info.Mode().Perm(); mode&0o007 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("others may read it (mode %04o): take their permissions away, or use another key", mode)
	}
	if !info.Mode().IsRegular() || info.Size() != KeySize {
		return nil, fmt.Errorf("it is no file of exactly %d bytes", KeySize)
	}
	return os.ReadFile(path)
}

// createKeyFile makes a key file in one step, so that neither a crash nor a second
// process that starts at the same moment sees half of one. It returns
// fs.ErrExist where somebody else was first.
func createKeyFile(path string) error {
	key := make([]byte, KeySize)
	rand.Read(key)
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // with O_EXCL and mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the names in a folder survive a power cut: a database without
// its key is lost.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

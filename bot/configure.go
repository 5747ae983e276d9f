package bot

import (
	"slices"
	"sync"
	"time"
)

// A Configuration says what became of the configuration that the operator wrote.
type Configuration struct {
	Loaded  time.Time // when the one in use was loaded
	Problem string    // why a later one is not in use, or ""
	Restart []string  // the keys that were changed and count after a restart
}

// ConfigurationOperations are the part of Operations for the configuration.
type ConfigurationOperations interface {
	// Configuration returns the state of the configuration.
	Configuration() Configuration
}

// configuration is the policy as configured, with its state. The two change together.
type configuration struct {
	mu     sync.Mutex
	policy Policy
	state  Configuration
}

// Configure replaces the policy, for decisions that begin later. restart names the
// keys that were changed and do not count yet.
func (b *Bot) Configure(p Policy, restart []string) {
	b.configured.mu.Lock()
	defer b.configured.mu.Unlock()
	b.configured.policy, b.configured.state = p, Configuration{Loaded: time.Now(), Restart: slices.Clone(restart)}
}

// ConfigureFailed records why a changed configuration is not in use.
func (b *Bot) ConfigureFailed(problem string) {
	b.configured.mu.Lock()
	defer b.configured.mu.Unlock()
	b.configured.state.Problem = problem
}

// Configuration implements Operations.
func (b *Bot) Configuration() Configuration {
	b.configured.mu.Lock()
	defer b.configured.mu.Unlock()
	c := b.configured.state
	c.Restart = slices.Clone(c.Restart)
	return c
}

// policy returns the policy as configured; see currentPolicy. A caller that needs
// several values of it keeps the one that it got.
func (b *Bot) policy() Policy {
	b.configured.mu.Lock()
	defer b.configured.mu.Unlock()
	return b.configured.policy
}

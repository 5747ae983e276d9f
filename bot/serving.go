package bot

import "slices"

// A Service is an adapter that Run serves, and whether it works.
type Service struct {
	Adapter   string
	Simulated bool // see Simulator
	State     ServiceState
	Connection
}

// A ServiceState says whether an adapter works.
type ServiceState string

// The states of an adapter.
const (
	ServiceConnecting ServiceState = "connecting" // not connected to its platform
	ServiceUp         ServiceState = "up"
	ServiceStandby    ServiceState = "standby" // another process serves it, see Standby
	ServiceEnded      ServiceState = "ended"   // the platform refused for good; the log says why
)

// ServiceStates returns all states.
func ServiceStates() []ServiceState {
	return []ServiceState{ServiceConnecting, ServiceUp, ServiceStandby, ServiceEnded}
}

// Services returns the adapters of Run in its order. Before Run there are none.
func (b *Bot) Services() []Service {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Service, 0, len(b.run))
	for _, a := range b.run {
		s := Service{Adapter: a.Name(), Simulated: !isPlatform(a), State: ServiceUp}
		c, connects := As[Connector](a)
		if connects {
			s.Connection = c.Connection()
		}
		switch {
		case slices.Contains(b.ended, s.Adapter):
			s.State = ServiceEnded
		case standsBy(a):
			s.State = ServiceStandby
		case connects && !s.Up:
			s.State = ServiceConnecting
		}
		all = append(all, s)
	}
	return all
}

// Serves reports whether a process with these adapters does its work: a platform is
// up, or another process serves it. Simulated adapters count only if there are
// no others.
func Serves(services []Service) bool {
	onlySimulated := !slices.ContainsFunc(services, func(s Service) bool { return !s.Simulated })
	return slices.ContainsFunc(services, func(s Service) bool {
		return s.Simulated == onlySimulated && (s.State == ServiceUp || s.State == ServiceStandby)
	})
}

// isPlatform reports whether an adapter serves a real platform.
func isPlatform(a Adapter) bool {
	s, ok := As[Simulator](a)
	return !ok || !s.Simulated()
}

func standsBy(a Adapter) bool {
	s, ok := As[Standby](a)
	return ok && s.StandsBy()
}

// Package chat holds what the adapters of chat platforms share. intake.go keeps
// acknowledged events from being lost, and lanes.go handles the events of a
// conversation in order. retry.go retries, throttle.go limits how often connections
// are opened, and link.go knows whether one is open. cut.go splits and shortens text,
// file.go decodes attached logs, json.go decodes JSON leniently, and words.go loads an
// adapter's own texts in several languages. finding.go is what the check of an
// installation found.
package chat

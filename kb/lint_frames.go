package kb

import "slices"

// An entry with more frames describes several problems. A frame with a single
// concept says too little, and nobody names more than four in one message.
const (
	maxFrames   = 8
	minInFrame  = 2
	maxInFrame  = 4
	framesLimit = "want 1 to 8 frames of 2 to 4 concepts each"
)

// frames checks the frames of the entry.
func (l *linter) frames(at place) {
	frames := l.e.Frames
	if n := len(frames); frames != nil && n == 0 || n > maxFrames {
		l.add(at, "the entry has %s; %s", count(n, "frame"), framesLimit)
		return
	}
	sorted := make([][]string, len(frames))
	for i, f := range frames {
		at := at.item(i)
		sorted[i] = slices.Sorted(slices.Values(f))
		if len(f) < minInFrame || len(f) > maxInFrame {
			l.add(at, "the frame has %s; %s", count(len(f), "concept"), framesLimit)
		}
		if len(slices.Compact(slices.Clone(sorted[i]))) < len(f) {
			l.add(at, "the frame has a concept twice")
		}
		if slices.ContainsFunc(sorted[:i], func(o []string) bool { return slices.Equal(o, sorted[i]) }) {
			l.add(at, "the frame is repeated")
		}
	}
}

// frameConcepts checks that the concepts of the frames exist.
func (l *linter) frameConcepts(at place) {
	for i, f := range l.e.Frames {
		for k, id := range f {
			if _, ok := slices.BinarySearch(l.concepts, id); !ok {
				l.add(at.item(i).item(k), "the concept %q does not exist%s", id, suggestOne(id, l.concepts))
			}
		}
	}
}

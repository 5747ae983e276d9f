package locale

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A model says which intent a reply expresses, from the features of features.go:
// a multinomial logistic regression. The rules of a language know what its words
// mean, but not all words, and not how likely a meaning is; the model learns both
// from labeled replies. TestFit fits it and writes its file, replies/TAG.model.
// After a line with the intents, each line has a feature and a weight for each
// intent, in one character:
//
//	talk fixed not_fixed …
//	w works	KbF…
type model struct {
	intents []Intent
	weights []int8                // those of a feature in a row, in the order of the intents
	at      map[featureHash]int32 // the index of the first weight of a feature
}

// The characters of weights. The one in the middle is 0, and each of the others
// is weightStep more or less than its neighbor. TestFit has no weight beyond
// their range of ±46 steps.
const (
	firstWeight, zeroWeight, lastWeight = '!', 'O', '}'
	weightStep                          = 0.08 // log odds
)

// loadModel reads the model of a language. A language without one is read by its
// rules alone.
func loadModel(files fs.FS, lang string) (*model, error) {
	name := "replies/" + lang + ".model"
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &model{at: map[featureHash]int32{}}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if err := m.read(lines.Text()); err != nil {
			return nil, fmt.Errorf("locale/%s:%d: %w", name, n, err)
		}
	}
	return m, lines.Err()
}

// read reads a line of the file.
func (m *model) read(line string) error {
	feature, weights, ok := strings.Cut(line, "\t")
	switch {
	case line == "" || line[0] == '#':
		return nil
	case m.intents == nil:
		for name := range strings.FieldsSeq(line) {
			intent, err := parseIntent(name)
			if err != nil {
				return err
			}
			m.intents = append(m.intents, intent)
		}
		if len(m.intents) > maxIntents {
			return fmt.Errorf("%d intents; want %d at most", len(m.intents), maxIntents)
		}
		return nil
	case !ok || len(feature) < 2 || len(weights) != len(m.intents):
		return fmt.Errorf("%q is not a feature with %d weights", line, len(m.intents))
	}
	m.at[hashFeature(feature[0], feature[2:])] = int32(len(m.weights))
	for _, c := range []byte(weights) {
		if c < firstWeight || c > lastWeight {
			return fmt.Errorf("%q is no weight", c)
		}
		m.weights = append(m.weights, int8(int(c)-zeroWeight))
	}
	return nil
}

// unclear is the name of IntentUnclear in the files of the models and their rows.
const unclear = "unclear"

func parseIntent(name string) (Intent, error) {
	switch i := Intent(name); {
	case name == unclear:
		return IntentUnclear, nil
	case i == IntentChoose || i == IntentValue:
		return i, nil
	default:
		return i, checkIntent(i)
	}
}

// maxIntents is at least the number of intents.
const maxIntents = 40

// A Judgment is what the model of a language makes of a reply. Differences of
// scores are log odds in steps of weightStep.
type Judgment struct {
	Intent Intent // the likeliest but talk
	Margin int    // its score minus that of the next
	Talk   int    // the score of talk minus that of Intent
}

// Judge says what a reply wants in its scene. Without a model, it is what the
// rules read, and talk if they do not know all its words.
func (all Locales) Judge(r Reading, at Scene) Judgment {
	l := all[r.lang]
	if l == nil || l.model == nil {
		j := Judgment{Intent: r.Main, Talk: -certain}
		if r.Unknown > 0 || r.Bare {
			j.Talk = certain
		}
		return j
	}
	found := make([]int32, 0, 256)
	r.features(l, at, func(h featureHash, _ byte, _ string) {
		if n, ok := l.model.at[h]; ok {
			found = append(found, n)
		}
	})
	slices.Sort(found)
	var s scores
	for _, n := range slices.Compact(found) {
		s.add(l.model, n)
	}
	return s.judge(l.model.intents)
}

// certain is a score that decides, whatever its limit.
const certain = 1000

// scores are the scores of the intents of a model.
type scores [maxIntents]int

// add adds the weights of a feature.
func (s *scores) add(m *model, at int32) {
	for k, w := range m.weights[at : int(at)+len(m.intents)] {
		s[k] += int(w)
	}
}

// judge finds the likeliest intents.
func (s *scores) judge(intents []Intent) Judgment {
	best, second, talk := -1, -1, 0
	for k, i := range intents {
		switch {
		case i == IntentTalk:
			talk = s[k]
		case best < 0 || s[k] > s[best]:
			best, second = k, best
		case second < 0 || s[k] > s[second]:
			second = k
		}
	}
	return Judgment{intents[best], s[best] - s[second], talk - s[best]}
}

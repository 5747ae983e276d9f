package console

// A shortcut is a line of the help on keyboard shortcuts.
type shortcut struct {
	Keys []string
	Does string
}

// shortcuts returns the keyboard shortcuts, which static/keys.js implements.
func shortcuts(s *setup, lang string) ([]shortcut, error) {
	all := []shortcut{
		{[]string{"Ctrl", "K"}, "key_search"},
		{[]string{"Alt", "↑"}, "key_previous_place"},
		{[]string{"Alt", "↓"}, "key_next_place"},
		{[]string{"F6"}, "key_part"},
		{[]string{"J"}, "key_next_message"},
		{[]string{"K"}, "key_previous_message"},
		{[]string{"End"}, "key_newest"},
		{[]string{"↑"}, "key_edit"},
		{[]string{"1", "…", "9"}, "key_number"},
		{[]string{"Esc"}, "key_close"},
		{[]string{"?"}, "key_help"},
		{[]string{"Ctrl", "/"}, "key_help_typing"},
	}
	for i := range all {
		text, err := s.text(lang, all[i].Does)
		if err != nil {
			return nil, err
		}
		all[i].Does = text
	}
	return all, nil
}

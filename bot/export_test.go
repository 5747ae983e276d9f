package bot

// For external tests.
var (
	IsNear = isNear
	KeyOf  = keyOf
)

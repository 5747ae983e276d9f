package bot

// IsNear is isNear, for external tests.
var IsNear = isNear

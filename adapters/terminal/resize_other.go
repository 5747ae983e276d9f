//go:build !unix

package terminal

// onResize does nothing: the next key redraws the message in the new size.
func onResize(func()) (end func()) { return func() {} }

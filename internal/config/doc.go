// Package config knows the program's settings: what there is to set, where each value comes from, and how the file that holds them
// is read and changed.
//
// A value given on the command line beats the environment, that beats the project's file, that beats the user's file, that beats the
// default; in the user's file a profile beats the top level. Every [Value] says where it came from. The project's file, .vidiking.toml
// in the working directory or above it, may set little, since it is anybody's who can write to the repository.
//
// The package promises:
//
//   - What is wrong is never used. Syntax, an unknown setting or a wrong value gives a [FileError] with its place, when the file is
//     read as when it is written.
//   - [Config.Set] and [Config.Unset] change one setting and nothing else: comments, order, blank lines and quoting stay. The new text
//     is read again and compared before anything is written. It is written whole, by rename, under a lock; an interrupted write
//     leaves the old file whole.
//   - A secret is shown masked, in values as in errors. Only [Config.Secret], [MadeSecret] and [MakeSecret] hand it out.
//
// It reads nothing but its [World], and computes paths only where they are asked for: a machine without a home directory is an error
// for what needs one. Whether a forward target can be parsed is for dispatch to say; here it is text.
package config

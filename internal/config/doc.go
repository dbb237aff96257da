// Package config reads and changes the program's settings.
//
// Sources override each other in this order: the command line, the environment, the project's file, the user's file, the default. In the
// user's file, a profile overrides the top level. Every [Value] has its source. The project's file, .vidiking.toml in the working
// directory or above it, may set only a few settings, because everyone who can write to the repository controls it.
//
// The package guarantees:
//
//   - Invalid settings are never used. A syntax error, an unknown setting or an invalid value in the file is a [FileError] with its
//     position.
//   - [Config.Set] and [Config.Unset] change one setting and keep comments, order, blank lines and quoting. They parse the new text and
//     compare the settings before they replace the file by a rename, under a lock. An interrupted write keeps the old file.
//   - Values and errors contain secrets only in masked form. Only [Config.Secret], [Config.Reveal], [GeneratedSecret] and [EnsureSecret]
//     return them.
//
// The package reads nothing but its [Environment]. It computes paths only when they are needed, so a machine without a home directory
// fails only then. It does not parse forward targets: package dispatch does.
package config

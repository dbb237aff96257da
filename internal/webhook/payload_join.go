package webhook

import "strconv"

// PathTo returns the path of a member of what a path names, as it can be typed: data and a.b give data."a.b". The path of the whole
// payload is "".
func PathTo(path, name string) string {
	name = writeName(appendQuoted(nil, name))
	if path == "" {
		return name
	}
	return path + "." + name
}

// PathToElement returns the path of an element of the list that a path names.
func PathToElement(path string, index int) string { return path + "[" + strconv.Itoa(index) + "]" }

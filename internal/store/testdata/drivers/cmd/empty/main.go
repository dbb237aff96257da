// Command empty is what start-up is compared with.
package main

func main() {}

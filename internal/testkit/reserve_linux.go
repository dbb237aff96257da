package testkit

import (
	"errors"
	"net/netip"
	"syscall"
)

// reservePort reserves a port of address until release is called. Meanwhile a test can listen there, stop, and listen again, and no
// other process gets the port.
//
// The port is reserved by a socket that is bound and does not listen: connections to it are refused. Several sockets can be bound
// to one port if all set SO_REUSEADDR, as package net does, and at most one listens.
func reservePort(address string) (held string, release func(), err error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || at.Addr().Zone() != "" {
		return "", nil, errors.Join(err, errors.ErrUnsupported)
	}
	domain, name := syscall.AF_INET, syscall.Sockaddr(nil)
	if at.Addr().Is4() {
		name = &syscall.SockaddrInet4{Addr: at.Addr().As4()}
	} else {
		domain, name = syscall.AF_INET6, &syscall.SockaddrInet6{Addr: at.Addr().As16()}
	}
	fd, err := syscall.Socket(domain, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, err
	}
	err = errors.Join(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1), syscall.Bind(fd, name))
	var port int
	if bound, nameErr := syscall.Getsockname(fd); nameErr != nil {
		err = errors.Join(err, nameErr)
	} else if v4, ok := bound.(*syscall.SockaddrInet4); ok {
		port = v4.Port
	} else if v6, ok := bound.(*syscall.SockaddrInet6); ok {
		port = v6.Port
	}
	if err != nil || port == 0 {
		_ = syscall.Close(fd)
		return "", nil, errors.Join(err, errors.ErrUnsupported)
	}
	return netip.AddrPortFrom(at.Addr(), uint16(port)).String(), func() { _ = syscall.Close(fd) }, nil
}

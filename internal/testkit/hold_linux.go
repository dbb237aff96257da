package testkit

import (
	"errors"
	"net/netip"
	"syscall"
)

// hold keeps a port of the address until it is released, so that whoever listens there can go and come back: meanwhile no other process
// is given it. What holds it is a socket that is bound and does not listen, so that who connects is refused. Several may be bound to one
// port where all of them say so (SO_REUSEADDR, as those of net do) and one at most listens.
func hold(address string) (held string, release func(), err error) {
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

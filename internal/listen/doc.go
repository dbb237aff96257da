// Package listen runs one listening session: it opens the ingress and the tunnel, records and forwards deliveries until
// the session ends, and then drains.
package listen

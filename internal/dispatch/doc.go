// Package dispatch hands one delivery to one handler by HTTP, once, and says what came of it.
//
// A Sender promises
//
//   - exact bytes: the body as it was given; every header field that may travel, all values of a name in their order, and
//     nothing of its own but Host and Content-Length;
//   - one answer: no redirect is followed, nothing is decompressed, and the body is kept up to a cap;
//   - an end: the time-out spans everything from the name look-up to the last byte of the answer;
//   - a reason: a failure is told apart by type and said for people in a sentence or two.
//
// It speaks HTTP/1.1 only, over TLS too. That is what every handler understands, and it spares the developer a second
// protocol between what is recorded and what the framework shows.
//
// It uses no proxy, whatever HTTP_PROXY says. The handler is the developer's own, on this machine or near it; and the
// environment is a parameter in this program, which net/http's look at it would go around.
//
// What it leaves to others: recording the attempt, its number, when to try again, and what a refusal may mean.
//
// # At least once
//
// Connections are kept open between deliveries, and a handler may close one (idle for too long, restarted) just as a delivery
// leaves on it. Such a connection is stale: it was used before, and it ends within 50 ms of the write without a single byte of an
// answer. The delivery is then sent once more, on a new connection. If the first send was written as a whole, the handler may have
// received it, and it is an attempt of its own (Result.Stale). A handler must bear to see a delivery twice anyway: the provider sends
// again whatever was not answered with 2xx. A connection that ends later, or that is new, is never followed by another send: the
// handler ended it because of this delivery.
//
// # Half an answer
//
// An answer that breaks off (cut connection, time-out) is no answer: the attempt has a Failure, and so the delivery is not
// delivered, whatever its code. The code, the header and what came of the body are kept all the same, since they say how far
// the handler got. What happens after the cap is not looked at.
package dispatch

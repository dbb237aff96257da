// Package dispatch sends one delivery to one handler over HTTP, once, and reports the result.
//
// A Sender guarantees:
//
//   - Exact bytes: the body is sent unchanged. Every end-to-end header field is sent with all its values in order, and nothing
//     is added except Host and Content-Length.
//   - One response: redirects are not followed, nothing is decompressed, and the body is kept up to a limit.
//   - A deadline: the timeout covers everything from the DNS lookup to the last byte of the response.
//   - A reason: each failure has a webhook.Failure and a message of one or two sentences for the user.
//
// A Sender speaks only HTTP/1.1, also over TLS. Every handler supports it, and the recorded header then matches the one that
// the handler's framework shows.
//
// It never uses a proxy. Handlers run on the developer's machine or close to it, and this program doesn't read its environment
// through net/http.
//
// Deliveries to plain HTTP handlers are sent and received in the caller's goroutine, on the Sender's own connections (direct.go). TLS, host
// names outside ASCII, invalid headers, and Windows are left to http.Transport. All results are the same either way: the package's tests run
// with both, and a fuzz test compares them.
//
// Recording and numbering attempts, retrying, and explaining refusals are the caller's job.
//
// # At least once
//
// Connections are reused. A handler can close one (after an idle timeout, or in a restart) just as a delivery is sent on it. Such a
// connection is stale: it was used before, and it closes within 50 ms of the write without sending a byte. The delivery is then
// sent again on a new connection. If the first send was written completely, the handler may have received it, so it counts as a
// separate attempt (Result.Stale). Handlers must accept duplicates anyway, because the provider retries everything that isn't
// answered with a 2xx. If a connection is new, or closes later, the delivery is not sent again: the handler closed the connection
// because of this delivery.
//
// # Incomplete responses
//
// If a response is cut off by a closed connection or a timeout, the attempt has a Failure, and the delivery is not delivered,
// whatever the status code. The attempt still keeps the code, the header and the part of the body that arrived, because they show
// how far the handler got. Errors past the response limit are ignored.
package dispatch

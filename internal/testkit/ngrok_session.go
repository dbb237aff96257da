package testkit

import (
	"encoding/json"
	"net"
	"strconv"
	"sync"

	"golang.ngrok.com/muxado/v2"
)

// The stream types of the protocol.
const (
	streamAuth       muxado.StreamType = 0
	streamBind       muxado.StreamType = 1
	streamUnbind     muxado.StreamType = 2
	streamProxy      muxado.StreamType = 3
	streamStopTunnel muxado.StreamType = 9
)

// ngrokSession is one connected client. A call is a stream with one JSON object in each direction.
type ngrokSession struct {
	server *NgrokServer
	mux    muxado.TypedStreamSession

	mu       sync.Mutex
	bindings map[string]*ngrokEndpoint // by the client's id
}

func newNgrokSession(e *NgrokServer, c net.Conn) *ngrokSession {
	// A Heartbeat that is not started responds to the client's heartbeats and sends none.
	mux := muxado.NewHeartbeat(muxado.NewTypedStreamSession(muxado.Server(c, nil)), nil, nil)
	return &ngrokSession{server: e, mux: mux, bindings: map[string]*ngrokEndpoint{}}
}

func (s *ngrokSession) run() {
	defer s.close()
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		stream, err := s.mux.AcceptTypedStream()
		if err != nil {
			return
		}
		calls.Go(func() { s.call(stream) })
	}
}

func (s *ngrokSession) call(stream muxado.TypedStream) {
	defer stream.Close()
	in, out := json.NewDecoder(stream), json.NewEncoder(stream)
	switch stream.StreamType() {
	case streamAuth:
		var req authRequest
		if in.Decode(&req) == nil {
			_ = out.Encode(s.auth(req))
		}
	case streamBind:
		var req bindRequest
		if in.Decode(&req) == nil {
			_ = out.Encode(s.bind(req))
		}
	case streamUnbind:
		var req struct{ ID string }
		if in.Decode(&req) == nil {
			s.unbind(req.ID)
			_ = out.Encode(struct{ Error string }{})
		}
	default:
		_ = out.Encode(struct{ Region string }{"test"})
	}
}

type authRequest struct {
	ClientID string `json:"ClientId"`
	Extra    struct{ Authtoken, Cookie string }
}

type authResponse struct {
	Version  string
	ClientID string `json:"ClientId"`
	Error    string
	Extra    struct{ Region, Cookie, AccountName, PlanName, AgentSessionID string }
}

func (s *ngrokSession) auth(req authRequest) (resp authResponse) {
	e := s.server
	e.mu.Lock()
	defer e.mu.Unlock()
	e.auths = append(e.auths, NgrokAuth{req.Extra.Authtoken, req.Extra.Cookie, req.ClientID})
	resp.Version, resp.ClientID, resp.Error = "3", req.ClientID, e.authError
	if resp.Error != "" {
		return resp
	}
	if resp.ClientID == "" {
		resp.ClientID = "client-" + strconv.Itoa(len(e.auths))
	}
	resp.Extra.Region, resp.Extra.Cookie, resp.Extra.AgentSessionID = "test", "cookie-of-"+resp.ClientID, "ts_"+resp.ClientID
	e.sessions[s] = true
	return resp
}

type bindRequest struct {
	ID    string `json:"Id"`
	Proto string
	Opts  map[string]any
	Extra struct{ Token string }
}

type bindResponse struct {
	ID    string `json:"Id"`
	URL   string
	Proto string
	Opts  map[string]any
	Error string
	Extra struct{ Token, TunnelID string }
}

func (s *ngrokSession) bind(req bindRequest) (resp bindResponse) {
	url, _ := req.Opts["URL"].(string)
	policy, _ := req.Opts["TrafficPolicy"].(string)
	e := s.server
	e.mu.Lock()
	e.binds = append(e.binds, NgrokBind{url, policy, req.Extra.Token})
	n, refused := len(e.binds), e.bindError
	if e.bindErrorURL != "" && e.bindErrorURL != url {
		refused = ""
	}
	e.mu.Unlock()
	if refused != "" {
		resp.Error = refused
		return resp
	}
	endpoint, rejection := e.endpoint(url)
	if rejection != "" {
		resp.Error = rejection
		return resp
	}
	if req.ID == "" {
		req.ID = "bind-" + strconv.Itoa(n)
	}
	if req.Opts == nil {
		req.Opts = map[string]any{}
	}
	// A client that reconnects requests the URL it was given, and takes it from these options.
	req.Opts["URL"] = endpoint.url
	resp.ID, resp.URL, resp.Proto, resp.Opts = req.ID, endpoint.url, req.Proto, req.Opts
	resp.Extra.Token, resp.Extra.TunnelID = "token-of-"+endpoint.url, "tn_"+strconv.Itoa(n)
	s.mu.Lock()
	s.bindings[req.ID] = endpoint
	s.mu.Unlock()
	endpoint.bindTo(s, req.ID)
	return resp
}

func (s *ngrokSession) unbind(id string) {
	s.mu.Lock()
	endpoint := s.bindings[id]
	delete(s.bindings, id)
	s.mu.Unlock()
	if endpoint != nil {
		endpoint.free(s)
	}
}

func (s *ngrokSession) stopEndpoints(message, code string) {
	s.mu.Lock()
	var ids []string
	for id := range s.bindings {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	for _, id := range ids {
		stream, err := s.mux.OpenTypedStream(streamStopTunnel)
		if err != nil {
			return
		}
		_ = json.NewEncoder(stream).Encode(map[string]string{"Id": id, "Message": message, "ErrorCode": code})
		s.unbind(id)
	}
}

func (s *ngrokSession) close() {
	s.server.mu.Lock()
	delete(s.server.sessions, s)
	s.server.mu.Unlock()
	s.free()
	_ = s.mux.Close()
}

// free unbinds the client's endpoints.
func (s *ngrokSession) free() {
	s.mu.Lock()
	bindings := s.bindings
	s.bindings = map[string]*ngrokEndpoint{}
	s.mu.Unlock()
	for _, endpoint := range bindings {
		endpoint.free(s)
	}
}

package testkit

import (
	"encoding/json"
	"net"
	"strconv"
	"sync"

	"golang.ngrok.com/muxado/v2"
)

// The types of the protocol's streams.
const (
	edgeAuth       muxado.StreamType = 0
	edgeBind       muxado.StreamType = 1
	edgeUnbind     muxado.StreamType = 2
	edgeProxy      muxado.StreamType = 3
	edgeStopTunnel muxado.StreamType = 9
)

// edgeSession is one client of the edge. A call is a stream with one JSON object each way.
type edgeSession struct {
	edge *Edge
	mux  muxado.TypedStreamSession

	mu       sync.Mutex
	bindings map[string]*edgeEndpoint // by the client's id for them
}

func newEdgeSession(e *Edge, c net.Conn) *edgeSession {
	// A Heartbeat that is not started answers the client's and sends none.
	mux := muxado.NewHeartbeat(muxado.NewTypedStreamSession(muxado.Server(c, nil)), nil, nil)
	return &edgeSession{edge: e, mux: mux, bindings: map[string]*edgeEndpoint{}}
}

func (s *edgeSession) run() {
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

func (s *edgeSession) call(stream muxado.TypedStream) {
	defer stream.Close()
	in, out := json.NewDecoder(stream), json.NewEncoder(stream)
	switch stream.StreamType() {
	case edgeAuth:
		var req edgeAuthReq
		if in.Decode(&req) == nil {
			_ = out.Encode(s.auth(req))
		}
	case edgeBind:
		var req edgeBindReq
		if in.Decode(&req) == nil {
			_ = out.Encode(s.bind(req))
		}
	case edgeUnbind:
		var req struct{ ID string }
		if in.Decode(&req) == nil {
			s.unbind(req.ID)
			_ = out.Encode(struct{ Error string }{})
		}
	default:
		_ = out.Encode(struct{ Region string }{"test"})
	}
}

type edgeAuthReq struct {
	ClientID string `json:"ClientId"`
	Extra    struct{ Authtoken, Cookie string }
}

type edgeAuthResp struct {
	Version  string
	ClientID string `json:"ClientId"`
	Error    string
	Extra    struct{ Region, Cookie, AccountName, PlanName, AgentSessionID string }
}

func (s *edgeSession) auth(req edgeAuthReq) (resp edgeAuthResp) {
	e := s.edge
	e.mu.Lock()
	defer e.mu.Unlock()
	e.auths = append(e.auths, EdgeAuth{req.Extra.Authtoken, req.Extra.Cookie, req.ClientID})
	resp.Version, resp.ClientID, resp.Error = "3", req.ClientID, e.refused
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

type edgeBindReq struct {
	ID    string `json:"Id"`
	Proto string
	Opts  map[string]any
	Extra struct{ Token string }
}

type edgeBindResp struct {
	ID    string `json:"Id"`
	URL   string
	Proto string
	Opts  map[string]any
	Error string
	Extra struct{ Token, TunnelID string }
}

func (s *edgeSession) bind(req edgeBindReq) (resp edgeBindResp) {
	url, _ := req.Opts["URL"].(string)
	policy, _ := req.Opts["TrafficPolicy"].(string)
	e := s.edge
	e.mu.Lock()
	e.binds = append(e.binds, EdgeBind{url, policy, req.Extra.Token})
	n, refused := len(e.binds), e.bindError
	if e.goneURL != "" && e.goneURL != url {
		refused = ""
	}
	e.mu.Unlock()
	if refused != "" {
		resp.Error = refused
		return resp
	}
	endpoint, problem := e.endpoint(url)
	if problem != "" {
		resp.Error = problem
		return resp
	}
	if req.ID == "" {
		req.ID = "bind-" + strconv.Itoa(n)
	}
	if req.Opts == nil {
		req.Opts = map[string]any{}
	}
	// Who comes back asks for what it was given, so what was given is written down for it.
	req.Opts["URL"] = endpoint.url
	resp.ID, resp.URL, resp.Proto, resp.Opts = req.ID, endpoint.url, req.Proto, req.Opts
	resp.Extra.Token, resp.Extra.TunnelID = "token-of-"+endpoint.url, "tn_"+strconv.Itoa(n)
	s.mu.Lock()
	s.bindings[req.ID] = endpoint
	s.mu.Unlock()
	endpoint.bindTo(s, req.ID)
	return resp
}

func (s *edgeSession) unbind(id string) {
	s.mu.Lock()
	endpoint := s.bindings[id]
	delete(s.bindings, id)
	s.mu.Unlock()
	if endpoint != nil {
		endpoint.free(s)
	}
}

func (s *edgeSession) stopEndpoints(message, code string) {
	s.mu.Lock()
	var ids []string
	for id := range s.bindings {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	for _, id := range ids {
		stream, err := s.mux.OpenTypedStream(edgeStopTunnel)
		if err != nil {
			return
		}
		_ = json.NewEncoder(stream).Encode(map[string]string{"Id": id, "Message": message, "ErrorCode": code})
		s.unbind(id)
	}
}

func (s *edgeSession) close() {
	s.edge.mu.Lock()
	delete(s.edge.sessions, s)
	s.edge.mu.Unlock()
	s.free()
	_ = s.mux.Close()
}

// free lets others have the endpoints that it is bound to.
func (s *edgeSession) free() {
	s.mu.Lock()
	bindings := s.bindings
	s.bindings = map[string]*edgeEndpoint{}
	s.mu.Unlock()
	for _, endpoint := range bindings {
		endpoint.free(s)
	}
}

package conformance

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/refusal"
)

// Frameworks returns the frameworks that Recipe knows, as --framework accepts them.
func Frameworks() []string {
	return []string{"django", "express", "fastapi", "fastify", "flask", "go", "laravel", "nestjs", "nextjs", "php", "rails", "sinatra"}
}

// FrameworkOf returns the name of a framework for Recipe by the name in a finding, or "" if it has no recipe.
func FrameworkOf(name string) string {
	switch name {
	case refusal.Go:
		return "go"
	case refusal.Next:
		return "nextjs"
	}
	if name = strings.ToLower(name); slices.Contains(Frameworks(), name) {
		return name
	}
	return ""
}

// Recipe returns the lines of a handler that check the signature: over the raw bytes, with the whole secret, in both forms of the header.
// It returns nil if the framework is unknown.
func Recipe(framework string) []string {
	const (
		nodeCheck = `const expected = crypto.createHmac('sha256', process.env.VIDIKING_WEBHOOK_SECRET).update(RAW).digest();
const given = Buffer.from(String(HEADER).replace(/^sha256=/, ''), 'hex');
if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) REFUSE`
		pythonCheck = `expected = hmac.new(os.environ["VIDIKING_WEBHOOK_SECRET"].encode(), RAW, hashlib.sha256).hexdigest()
given = HEADER.removeprefix("sha256=")
if not hmac.compare_digest(given, expected):
    REFUSE`
		rubyCheck = `expected = OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("VIDIKING_WEBHOOK_SECRET"), RAW)
given = HEADER.to_s.delete_prefix("sha256=")
REFUSE unless Rack::Utils.secure_compare(expected, given)`
		phpCheck = `$expected = hash_hmac('sha256', RAW, getenv('VIDIKING_WEBHOOK_SECRET'));
$given = preg_replace('/^sha256=/', '', HEADER);
if (!hash_equals($expected, $given)) REFUSE`
	)
	fill := func(text, raw, header, refuse string) string {
		return strings.NewReplacer("RAW", raw, "HEADER", header, "REFUSE", refuse).Replace(text)
	}
	var text string
	switch framework {
	case "express":
		text = "app.post('/webhooks/vidiking', express.raw({ type: '*/*' }), (req, res) => {\n" +
			indent(fill(nodeCheck, "req.body", "req.headers['x-vidiking-signature']", "return res.sendStatus(401);"))
	case "fastify":
		text = "app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (req, body, done) => done(null, body));\n" +
			"app.post('/webhooks/vidiking', async (req, reply) => {\n" +
			indent(fill(nodeCheck, "req.body", "req.headers['x-vidiking-signature']", "return reply.code(401).send();"))
	case "nestjs":
		text = "// main.ts: NestFactory.create(AppModule, { rawBody: true })\n" +
			"@Post('webhooks/vidiking') handle(@Req() req: RawBodyRequest<Request>) {\n" +
			indent(fill(nodeCheck, "req.rawBody", "req.headers['x-vidiking-signature']", "throw new UnauthorizedException();"))
	case "nextjs":
		text = "export async function POST(request) {\n  const raw = Buffer.from(await request.arrayBuffer());\n" +
			indent(fill(nodeCheck, "raw", "request.headers.get('x-vidiking-signature')", "return new Response(null, { status: 401 });"))
	case "flask":
		text = fill(pythonCheck, "request.get_data()", `request.headers.get("X-Vidiking-Signature", "")`, "abort(401)")
	case "fastapi":
		text = "raw = await request.body()\n" + fill(pythonCheck, "raw", `request.headers.get("x-vidiking-signature", "")`, "raise HTTPException(401)")
	case "django":
		text = "@csrf_exempt\ndef vidiking(request):\n" +
			indent2(fill(pythonCheck, "request.body", `request.headers.get("X-Vidiking-Signature", "")`, "return HttpResponse(status=401)"))
	case "rails":
		text = "skip_forgery_protection\ndef create\n" + indent(fill(rubyCheck, "request.raw_post", `request.headers["X-Vidiking-Signature"]`, "return head(:unauthorized)"))
	case "sinatra":
		text = "post '/webhooks/vidiking' do\n" + indent(fill(rubyCheck, "request.body.read", `request.env["HTTP_X_VIDIKING_SIGNATURE"]`, "halt 401"))
	case "laravel":
		text = fill(phpCheck, "$request->getContent()", "$request->header('X-Vidiking-Signature', '')", "abort(401);")
	case "php":
		text = fill(phpCheck, "file_get_contents('php://input')", "$_SERVER['HTTP_X_VIDIKING_SIGNATURE'] ?? ''", "{ http_response_code(401); exit; }")
	case "go":
		text = `raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 10<<20))
mac := hmac.New(sha256.New, []byte(os.Getenv("VIDIKING_WEBHOOK_SECRET")))
mac.Write(raw)
given, _ := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Vidiking-Signature"), "sha256="))
if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
	http.Error(w, "invalid signature", http.StatusUnauthorized)
	return
}`
	default:
		return nil
	}
	return strings.Split(text, "\n")
}

func indent(text string) string  { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
func indent2(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

// FrameworkFix returns what to change in a framework so that a handler passes a case, or "" if there is nothing to say beyond Case.Fix.
func FrameworkFix(framework, caseID string) string {
	switch framework + " " + caseID {
	case "express body.large":
		return "Raise the limit for this route: express.raw({ type: '*/*', limit: '1mb' })."
	case "nestjs body.large":
		return "Raise the limit: app.useBodyParser('json', { limit: '1mb' })."
	case "flask body.large":
		return "Raise the limit: app.config['MAX_CONTENT_LENGTH'] = 2 * 1024 * 1024."
	case "django body.large":
		return "Raise the limit: DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024."
	case "django http.get-head":
		return "Use @require_POST of django.views.decorators.http on the view."
	case "express body.not-json", "fastify body.not-json", "nextjs body.not-json", "express body.empty", "fastify body.empty", "nextjs body.empty":
		return "Put JSON.parse into try and catch, and respond 400 if it throws."
	case "django body.not-json", "fastapi body.not-json", "django body.empty", "fastapi body.empty":
		return "Catch ValueError around json.loads, and respond 400."
	case "flask body.not-json", "flask body.empty":
		return "Use request.get_json(force=True), which responds 400 by itself, after the signature is verified."
	}
	return ""
}

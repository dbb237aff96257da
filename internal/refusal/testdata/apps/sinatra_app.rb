# Mistakes that Sinatra answers for a handler. Arguments: port, and development or production.
require "json"
require "openssl"
require "sinatra/base"
require "rack/protection"

class Hooks < Sinatra::Base
  set :environment, ARGV[1].to_sym
  set :show_exceptions, ARGV[1] == "development"
  set :raise_errors, false
  set :logging, false
  set :dump_errors, false
  enable :sessions
  set :session_secret, "0" * 64

  post("/secret") { ENV.fetch("VIDIKING_WEBHOOK_SECRET") }
  post("/none") { OpenSSL::HMAC.hexdigest("SHA256", ENV["VIDIKING_WEBHOOK_SECRET"], request.body.read) }

  # Handlers that check the signature, each but the first with one mistake.
  post("/right") { check { |body| "sha256=" + digest(ENV["HOOK_SECRET"], body) } }
  post("/bare") { check { |body| digest(ENV["HOOK_SECRET"], body) } }
  post("/written") { check { |body| "sha256=" + digest(ENV["HOOK_SECRET"], JSON.generate(JSON.parse(body))) } }
  post("/other") { check { |body| "sha256=" + digest("whsec_other", body) } }

  def digest(key, body) = OpenSSL::HMAC.hexdigest("SHA256", key, body)

  def check
    halt 401, "Invalid signature" unless request.env["HTTP_X_VIDIKING_SIGNATURE"] == yield(request.body.read)
    "ok"
  end

  post("/halt") { halt 401, "Invalid signature" }
end

class Guarded < Hooks
  use Rack::Protection::AuthenticityToken
end

application = Rack::Builder.new do
  map("/token") { run Guarded }
  run Hooks
end
require "rack/handler/webrick"
Rack::Handler::WEBrick.run(
  application, Host: "127.0.0.1", Port: ARGV[0].to_i, AccessLog: [], Logger: WEBrick::Log.new(File::NULL)
)

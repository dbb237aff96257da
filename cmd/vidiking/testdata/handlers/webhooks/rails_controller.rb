# In config/routes.rb: post "/webhooks/vidiking", to: "vidiking#create"
class VidikingController < ActionController::API
  SECRET = ENV.fetch("VIDIKING_WEBHOOK_SECRET")
  raise "VIDIKING_WEBHOOK_SECRET is empty" if SECRET.empty?

  def create
    body = request.raw_post
    return render json: { error: "invalid signature" }, status: :unauthorized unless signed?(body)

    begin
      payload = JSON.parse(body)
    rescue JSON::ParserError
      return render json: { error: "not JSON" }, status: :bad_request
    end

    # Hand long work to a job (perform_later): Vidiking waits 10 seconds.
    logger&.info "#{payload["event"]} #{payload.dig("data", "id")}"
    render json: { received: payload["event"] }
  end

  private

  def signed?(body)
    expected = OpenSSL::HMAC.hexdigest("SHA256", SECRET, body)
    received = request.headers["X-Vidiking-Signature"].to_s.delete_prefix("sha256=")
    ActiveSupport::SecurityUtils.secure_compare(received, expected)
  end
end

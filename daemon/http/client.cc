#include "daemon/http/client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace rw::http {
namespace {

class HttplibClient final : public Client {
 public:
  explicit HttplibClient(ClientOptions options) : options_(std::move(options)), client_(options_.url) {
    client_.set_connection_timeout(options_.timeout);
    client_.set_read_timeout(options_.timeout);
    client_.set_keep_alive(true);
    if (!options_.ca.empty()) client_.set_ca_cert_path(options_.ca.c_str());
    if (!options_.token.empty()) client_.set_bearer_token_auth(options_.token.c_str());
  }

  bool is_valid() const { return client_.is_valid(); }

  core::Result<std::string> get(const std::string& path) override {
    const httplib::Result result = client_.Get(path.c_str());
    if (!result) {
      return core::Error{core::ErrorCode::kIo,
                         fmt::format("{}: no answer: {}", options_.url, httplib::to_string(result.error())),
                         "is the daemon running, and is this its `api.listen`?"};
    }
    if (result->status == 200) return result->body;
    core::Error error{core::ErrorCode::kInvalidInput,
                      fmt::format("{}{}: answered {}", options_.url, path.substr(0, path.find('?')), result->status)};
    if (result->status == 401)
      error.hint = "it asks for a token with scope read: regwarden token add NAME --scope read";
    return error;
  }

 private:
  const ClientOptions options_;
  httplib::Client client_;
};

}  // namespace

core::Result<std::unique_ptr<Client>> Client::open(ClientOptions options) {
  std::error_code error;
  if (!options.ca.empty() && !std::filesystem::exists(options.ca, error)) {
    return core::Error{core::ErrorCode::kIo, options.ca + ": no such file"};
  }
  const std::string url = options.url;
  if (url.starts_with("http://") || url.starts_with("https://")) {  // of others the library throws
    auto client = std::make_unique<HttplibClient>(std::move(options));
    if (client->is_valid()) return std::unique_ptr<Client>(std::move(client));
  }
  return core::invalid_input(fmt::format("'{}': expected a URL such as http://127.0.0.1:8089", url));
}

}  // namespace rw::http

#include "daemon/notify/curl.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/core/version.h"
#include "daemon/tls/certificate.h"

namespace rw::notify {
namespace {

constexpr std::chrono::milliseconds kConnect{10'000};

CURL* new_curl() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  RW_ASSERT(ready == CURLE_OK);
  CURL* curl = curl_easy_init();
  RW_ASSERT(curl != nullptr);  // else out of memory
  return curl;
}

}  // namespace

Transfer::Transfer(std::chrono::milliseconds timeout, TlsFiles tls, const std::atomic<bool>& stopping)
    : stopping_(stopping), tls_(std::move(tls)), curl_(new_curl()) {
  CURL* const curl = curl_.get();
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // does not wait for a name server
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, kConnect).count()));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(CURLOPT_USERAGENT, "regwarden/" + std::string(core::kVersion));
  if (!tls_.ca.empty()) set(CURLOPT_CAINFO, tls_.ca);
  if (!tls_.certificate.empty()) {
    set(CURLOPT_SSLCERT, tls_.certificate);
    set(CURLOPT_SSLKEY, tls_.key);
    set(CURLOPT_KEYPASSWD, std::string());  // else it would be asked for on the terminal
  }
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Transfer::on_line);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
}

void Transfer::set_list(CURLoption option, const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list, line.c_str());
    RW_ASSERT(longer != nullptr);  // else out of memory
    list = longer;
  }
  lists_.emplace_back(list);
  curl_easy_setopt(curl_.get(), option, list);
}

CURLcode Transfer::perform() {
  error_.fill('\0');
  certificate_error_.clear();
  if (!tls_.certificate.empty()) {
    // libcurl does not say which file is at fault, nor what is wrong with it.
    if (const auto checked = tls::check_certificate(tls_.certificate, tls_.key); !checked.ok()) {
      certificate_error_ = core::render(checked.error());
      return CURLE_SSL_CERTPROBLEM;
    }
  }
  return curl_easy_perform(curl_.get());
}

std::string Transfer::error(CURLcode code) const {
  if (!certificate_error_.empty()) return certificate_error_;
  std::string text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

long Transfer::response_code() const {
  long code = 0;
  curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::chrono::seconds Transfer::retry_after() const {
  curl_off_t seconds = 0;
  curl_easy_getinfo(curl_.get(), CURLINFO_RETRY_AFTER, &seconds);
  return std::chrono::seconds(seconds);
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  std::string& body = static_cast<Transfer*>(self)->body_;
  body.append(bytes, std::min(size * count, kKeptBytes - std::min(kKeptBytes, body.size())));
  return size * count;
}

std::size_t Transfer::on_line(char* bytes, std::size_t size, std::size_t count, void* self) {
  // Lines of HTTP begin with letters. What comes after a refusal is "221 Bye".
  const std::string_view line = core::trim({bytes, std::min(size * count, kKeptBytes)});
  if (line.starts_with('4') || line.starts_with('5')) static_cast<Transfer*>(self)->refusal_ = line;
  return size * count;
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(self)->stopping_ ? 1 : 0;
}

}  // namespace rw::notify

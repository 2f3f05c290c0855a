// One transfer of libcurl's with what all of ours have in common: a time limit, an end on request, verified
// certificates, no redirect, the words of an error. One thread.
#pragma once

#include <curl/curl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/notify/options.h"

namespace rw::notify {

struct CurlFree {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class Transfer {
 public:
  static constexpr std::size_t kKeptBytes = 4096;

  // stopping outlives it and ends it within a second.
  Transfer(std::chrono::milliseconds timeout, TlsFiles tls, const std::atomic<bool>& stopping);

  CURL* raw() { return curl_.get(); }
  void set(CURLoption option, long value) { curl_easy_setopt(curl_.get(), option, value); }
  void set(CURLoption option, const std::string& value) { curl_easy_setopt(curl_.get(), option, value.c_str()); }
  void set_list(CURLoption option, const std::vector<std::string>& lines);

  // CURLE_SSL_CERTPROBLEM: of our own certificate, before there is a connection.
  CURLcode perform();
  // Of the last perform() that failed. May have secrets in it.
  std::string error(CURLcode code) const;
  // HTTP's status, or the code of the last answer of an SMTP server; 0: there was none.
  long response_code() const;
  std::chrono::seconds retry_after() const;  // 0: not said
  // The first kKeptBytes of the answer's body; the last line in which an SMTP server refused something.
  const std::string& body() const { return body_; }
  const std::string& refusal() const { return refusal_; }

 private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_line(char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  const std::atomic<bool>& stopping_;
  const TlsFiles tls_;
  std::vector<std::unique_ptr<curl_slist, CurlListFree>> lists_;
  std::unique_ptr<CURL, CurlFree> curl_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string certificate_error_;
  std::string body_;
  std::string refusal_;
};

}  // namespace rw::notify

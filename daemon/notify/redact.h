// Keeps secrets out of what others read: logs, answers of the API, errors in the outbox. URLs of webhooks are secrets,
// and both libraries and receivers like to repeat them. Immutable after building, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rw::notify {

class Redactor {
 public:
  // Texts shorter than this are left: they would be found everywhere.
  static constexpr std::size_t kShortest = 4;

  void add(std::string_view secret);
  // The URL, its user and password, its path with the query, and every long part of these.
  void add_url(std::string_view url);

  // On one line, each secret as "***", cut where it is long.
  std::string redacted(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace rw::notify

// Asks an HTTP server, for commands that show what a running daemon says. One thread; one connection, kept.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "daemon/core/result.h"

namespace rw::http {

struct ClientOptions {
  std::string url;         // "http://127.0.0.1:8089", "https://siem.corp.example:8089"
  std::string token = {};  // a bearer token; empty: none
  std::string ca = {};     // PEM file, in place of the system's certificates
  std::chrono::seconds timeout{10};
};

class Client {
 public:
  // Errors: InvalidInput (no such URL), Io (the CA file).
  static core::Result<std::unique_ptr<Client>> open(ClientOptions options);
  virtual ~Client() = default;

  // The body of a 200. Errors: Io (no answer, and why), InvalidInput (another status; the hint says what to do).
  virtual core::Result<std::string> get(const std::string& path) = 0;
};

}  // namespace rw::http

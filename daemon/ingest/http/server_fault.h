// What a client is told when the HTTP server itself has to answer, in words that every endpoint shares, and the headers
// that belong to a refusal of any of them.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/server.h"

namespace rw::ingest {

inline std::string_view server_fault(int status) {
  switch (status) {
    case 404:
      return "There is no such path";
    case 405:
      return "The path does not take this method";
    case 408:
      return "The request did not go on";
    case 413:
      return "Content too large: the limit counts after decompression; send smaller batches";
    case 415:
      return "Content-Encoding not supported: send gzip, deflate, zstd or none";
    case 500:
      return "Internal server error";
    case 503:
      return "The server is busy; send again";
    default:
      return "The request was not understood";
  }
}

// What belongs to the response's status: to 401 the challenge, to 503 when to come again.
inline void add_error_headers(http::Response& response, std::string_view challenge) {
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", std::string(challenge));
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
}

}  // namespace rw::ingest

// What a client is told when the HTTP server itself has to answer, in words that every endpoint shares.
#pragma once

#include <string_view>

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

}  // namespace rw::ingest

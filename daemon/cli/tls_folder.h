// The folder of `regwarden tls`: the CA, the server's certificate and those of clients, as files.
//   ca.pem ca.key   server.pem server.key   clients/NAME.pem NAME.key NAME.p12 NAME.password
// Keys and passwords have mode 0600, certificates 0644. Nothing that is there is replaced unless it is asked for; a
// file appears whole or not at all.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::cli {

struct TlsRequest {
  std::string folder;
  std::vector<std::string> hosts;    // names and addresses of the server, besides those of this machine
  std::vector<std::string> clients;  // names that shall have certificates
  std::chrono::days lasts{825};      // of what is signed
  bool renew = false;                // make the server's certificate and those of `clients` anew
  std::string owner;                 // the user that reads server.key; empty: whoever runs this
};

struct TlsFile {
  std::string path;
  bool made = false;  // false: it was there and stays
  std::string what;   // for people
};

struct TlsReport {
  std::vector<TlsFile> files;
  std::vector<std::string> server_names;
  std::vector<std::string> remarks;  // what is not as it should be, and what to do
};

// Makes what is missing. machine_names: of this machine, as the certificate shall have them. Errors: InvalidInput (a
// name), NotFound (a half of what belongs together is missing; owner), Io. What was made before an error stays.
core::Result<TlsReport> make_tls_files(const TlsRequest& request, const std::vector<std::string>& machine_names,
                                       core::Micros now);

}  // namespace rw::cli

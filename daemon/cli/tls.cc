// regwarden tls: a CA of one's own, the server's certificate and those of clients, and what to do with them.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/machine.h"
#include "daemon/cli/tls_folder.h"

namespace rw::cli {
namespace {

constexpr const char* kServiceUser = "regwarden";  // as the package makes it
constexpr int kMostDays = 3650;

struct TlsCommandOptions {
  TlsRequest request;
  int days = 825;
  bool force = false;
};

std::vector<std::string> all_names_of_machine() {
  std::vector<std::string> names = host_names();
  std::ranges::reverse(names);  // the full name first: it is the one to be reached by
  for (std::string& address : addresses()) names.push_back(std::move(address));
  for (const char* own : {"localhost", "127.0.0.1", "::1"}) {
    if (std::ranges::find(names, own) == names.end()) names.emplace_back(own);
  }
  return names;
}

std::string for_url(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

void print_files(const TlsReport& report) {
  std::size_t width = 0;
  for (const TlsFile& file : report.files) width = std::max(width, file.path.size());
  for (const TlsFile& file : report.files) {
    std::cout << fmt::format("{}  {:<{}}  {}\n", file.made ? "made" : "kept", file.path, width, file.what);
  }
  for (const std::string& remark : report.remarks) std::cout << "note: " << remark << '\n';
}

void print_configuration(const TlsRequest& request, bool has_clients) {
  const auto files = [&](std::string_view indent) {
    return fmt::format("certificate: {0}/server.pem\n{1}key: {0}/server.key\n", request.folder, indent);
  };
  std::cout << "\nPut into regwarden.yaml what you use of this:\n\n"
               "inputs:\n"
               "  syslog:\n"
               "    - protocol: tls\n"
               "      listen: \"0.0.0.0:6514\"\n      "
            << files("      ");
  if (has_clients) {
    std::cout << fmt::format("      client_ca: {}/ca.pem    # only machines that have a certificate of yours\n",
                             request.folder);
  }
  std::cout << "  http:\n"
               "    - listen: \"0.0.0.0:8088\"    # asks for a token: regwarden token add NAME --scope ingest\n      "
            << files("      ")
            << "api:\n"
               "  listen: \"0.0.0.0:8089\"\n  "
            << files("  ")
            << "\nThen: regwarden check && systemctl restart regwarden; later, for renewed certificates: systemctl "
               "reload regwarden\n";
}

void print_windows_side(const TlsRequest& request, const TlsReport& report) {
  const std::string host = report.server_names.empty() ? "HOST" : report.server_names.front();
  std::cout << fmt::format(
      "\nTry it: curl --cacert {0}/ca.pem https://{1}:8088/services/collector/health\n"
      "\nOn each Windows machine: copy ca.pem to C:\\regwarden, then in an elevated prompt\n\n"
      "  certutil -addstore Root C:\\regwarden\\ca.pem\n",
      request.folder, for_url(host));
  for (const std::string& client : request.clients) {
    std::cout << fmt::format(
        "  certutil -p PASSWORD -importpfx My C:\\regwarden\\{0}.p12    on {0}; PASSWORD is in clients/{0}.password\n",
        client);
  }
  std::cout << fmt::format(
      "\nand in the forwarder (whole files are in etc/forwarders):\n\n"
      "  NXLog        Module om_ssl, Host {0}, Port 6514, CAFile C:\\regwarden\\ca.pem, AllowUntrusted FALSE\n"
      "  Winlogbeat   output.elasticsearch: hosts: [\"https://{1}:8088\"], "
      "ssl.certificate_authorities: ['C:\\regwarden\\ca.pem']\n"
      "  Fluent Bit   Name splunk, Host {0}, Port 8088, tls On, tls.verify On, tls.ca_file C:\\regwarden\\ca.pem\n",
      host, for_url(host));
  if (!request.clients.empty()) {
    std::cout << "\nWhere client_ca is set, NXLog needs the machine's own certificate, too:\n\n";
    for (const std::string& client : request.clients) {
      std::cout << fmt::format("  CertFile C:\\regwarden\\{0}.pem, CertKeyFile C:\\regwarden\\{0}.key    on {0}\n",
                               client);
    }
  }
}

int make_files(TlsCommandOptions& options) {
  TlsRequest& request = options.request;
  request.lasts = std::chrono::days(options.days);
  request.renew = request.renew || options.force;
  const bool is_root = ::geteuid() == 0;
  if (request.owner.empty() && is_root && ::getpwnam(kServiceUser) != nullptr) request.owner = kServiceUser;
  const auto report = make_tls_files(request, all_names_of_machine(), core::SystemClock().now());
  if (!report.ok()) return fail(report.error());
  print_files(*report);
  if (request.owner.empty() && is_root) {
    std::cout << fmt::format(
        "note: server.key can be read by root alone; if the daemon runs as another user: chown USER {}/server.key\n",
        request.folder);
  }
  if (request.renew) {
    std::cout << "\nThe daemon takes it with: systemctl reload regwarden\n";
    return kDone;
  }
  print_configuration(request, !request.clients.empty());
  print_windows_side(request, *report);
  return kDone;
}

void add_tls_options(CLI::App& command, TlsCommandOptions& options) {
  command.add_option("--dir", options.request.folder, "Where the files are")
      ->default_val("/etc/regwarden/tls")
      ->type_name("DIR");
  command
      .add_option("--host", options.request.hosts,
                  "A name or address of this machine that it does not know itself; may stand several times")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command
      .add_option("--client", options.request.clients,
                  "A machine that shall have a certificate of its own; may stand several times")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_option("--days", options.days, "How long what is signed is valid")
      ->capture_default_str()
      ->check(CLI::Range(1, kMostDays))
      ->type_name("N");
  command
      .add_option("--owner", options.request.owner,
                  "The user that the daemon runs as (default: regwarden where there is one)")
      ->type_name("USER");
}

}  // namespace

void add_tls(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("tls", "A CA of your own, and certificates for the daemon and those who send");
  command->require_subcommand(1);

  auto made = std::make_shared<TlsCommandOptions>();
  CLI::App* init = command->add_subcommand("init", "Make what is missing, and say what to do with it");
  add_tls_options(*init, *made);
  init->add_flag("--force", made->force, "As renew: replace the server's certificate and those of --client");
  init->callback([made, &status] { status = make_files(*made); });

  auto renewed = std::make_shared<TlsCommandOptions>();
  renewed->request.renew = true;
  CLI::App* renew =
      command->add_subcommand("renew", "Make the server's certificate anew, by the same CA; and those of --client");
  add_tls_options(*renew, *renewed);
  renew->callback([renewed, &status] { status = make_files(*renewed); });
}

}  // namespace rw::cli

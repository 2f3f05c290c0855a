#include "daemon/cli/tls_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/core/durable_write.h"
#include "daemon/core/file_descriptor.h"
#include "daemon/core/random.h"
#include "daemon/core/text.h"
#include "daemon/tls/allowed_clients.h"
#include "daemon/tls/authority.h"
#include "daemon/tls/certificate.h"
#include "daemon/tls/certificate_facts.h"

namespace rw::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::days kAuthorityLasts{3653};  // ten years
constexpr mode_t kPrivate = 0600;
constexpr mode_t kPublic = 0644;
constexpr std::size_t kPasswordBytes = 24;  // of randomness

core::Error file_error(const fs::path& path, int error) {
  return {core::ErrorCode::kIo, fmt::format("{}: {}", path.string(), std::strerror(error)),
          error == EACCES || error == EPERM ? "run it as root, or name a folder of yours with --dir" : ""};
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

core::Result<std::string> read_file(const fs::path& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return file_error(path, errno);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return file_error(path, EIO);
  return text;
}

struct Owner {
  uid_t user;
  gid_t group;
};

core::Result<std::optional<Owner>> find_owner(const std::string& name) {
  if (name.empty()) return std::optional<Owner>();
  const passwd* user = ::getpwnam(name.c_str());  // the command has one thread
  if (user == nullptr) {
    return core::Error{core::ErrorCode::kNotFound, fmt::format("there is no user {}", core::quoted(name)),
                       "--owner names the user that the daemon runs as"};
  }
  return std::optional(Owner{user->pw_uid, user->pw_gid});
}

core::Result<void> make_folder(const fs::path& path, mode_t mode) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  if (!path.parent_path().empty()) fs::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), mode) != 0) return file_error(path, errno);
  if (::chmod(path.c_str(), mode) != 0) return file_error(path, errno);  // whatever the umask is
  return {};
}

// replace false: a file that has come meanwhile stays, which is an error. True: what takes its place belongs to whom it
// belonged, and may be read by its group where it might.
core::Result<void> write_file(const fs::path& path, std::string_view text, mode_t mode, std::optional<Owner> owner,
                              bool replace) {
  struct stat before {};
  if (replace && ::stat(path.c_str(), &before) == 0) {
    owner = Owner{before.st_uid, before.st_gid};
    mode |= before.st_mode & S_IRGRP;
  }
  const std::string part = path.string() + ".part";
  ::unlink(part.c_str());
  const core::FileDescriptor file(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivate));
  if (!file) return file_error(part, errno);
  const bool handed_over =
      (!owner || ::fchown(file.get(), owner->user, owner->group) == 0) && ::fchmod(file.get(), mode) == 0;
  int error = handed_over ? core::write_durably(file.get(), text) : errno;
  if (error == 0) {
    const bool placed = replace ? ::rename(part.c_str(), path.c_str()) == 0 : ::link(part.c_str(), path.c_str()) == 0;
    error = placed ? 0 : errno;
  }
  ::unlink(part.c_str());
  if (error != 0) return file_error(path, error);
  return {};
}

std::string day_of_expiry(core::Micros time) { return core::format_rfc3339(time).substr(0, 10); }

class TlsFolder {
 public:
  TlsFolder(const TlsRequest& request, std::optional<Owner> owner, core::Micros now)
      : request_(request), folder_(request.folder), owner_(owner), now_(now) {}

  core::Result<tls::Authority> authority(const std::string& name) {
    const fs::path certificate = folder_ / "ca.pem";
    const fs::path key = folder_ / "ca.key";
    const bool has_certificate = is_there(certificate);
    if (has_certificate != is_there(key)) {
      return core::Error{core::ErrorCode::kNotFound,
                         fmt::format("{} is there, {} is not", (has_certificate ? certificate : key).string(),
                                     (has_certificate ? key : certificate).string()),
                         "put it back, since only both can sign; or name another folder with --dir for a new CA"};
    }
    tls::Identity identity;
    if (has_certificate) {
      RW_TRY(identity.certificate, read_file(certificate));
      RW_TRY(identity.key, read_file(key));
    } else {
      RW_TRY(identity, tls::Authority::make(name, kAuthorityLasts, now_));
      RW_CHECK(write_file(key, identity.key, kPrivate, std::nullopt, false));
      RW_CHECK(write_file(certificate, identity.certificate, kPublic, std::nullopt, false));
    }
    auto authority = tls::Authority::open(identity);
    if (!authority.ok()) return core::invalid_input(fmt::format("{}: {}", folder_.string(), authority.error().message));
    RW_TRY(const tls::CertificateFacts facts, tls::certificate_facts(identity.certificate, certificate.string()));
    note(certificate, !has_certificate,
         fmt::format("the CA's certificate, until {}: for every machine that sends", day_of_expiry(facts.expires)));
    note(key, !has_certificate, "the CA's key: whoever has it can sign; it may be kept elsewhere");
    return authority;
  }

  core::Result<void> server(const tls::Authority& authority, const std::vector<std::string>& machine_names) {
    const fs::path certificate = folder_ / "server.pem";
    const fs::path key = folder_ / "server.key";
    std::vector<std::string> names = request_.hosts;
    add_names(names, machine_names);
    if (is_there(certificate)) {
      RW_TRY(const std::string pem, read_file(certificate));
      const auto facts = tls::certificate_facts(pem, certificate.string());
      if (!request_.renew) {
        RW_CHECK(facts);
        if (!is_there(key)) {
          return core::Error{core::ErrorCode::kNotFound,
                             fmt::format("{} is there, its key {} is not", certificate.string(), key.string()),
                             "put it back, or make both anew: regwarden tls renew --dir " + request_.folder};
        }
        keep_server(authority, *facts, pem);
        return {};
      }
      if (facts.ok()) add_names(names, facts->names);  // what was named once stays
    }
    std::string key_pem;
    const bool keep_key = !request_.renew && is_there(key);
    if (keep_key) {
      RW_TRY(key_pem, read_file(key));
    }
    RW_TRY(const tls::Identity made,
           authority.issue({tls::Role::kServer, names, request_.lasts, std::move(key_pem)}, now_));
    if (!keep_key) RW_CHECK(write_file(key, made.key, kPrivate, owner_, request_.renew));
    RW_CHECK(write_file(certificate, made.certificate, kPublic, owner_, request_.renew));
    RW_TRY(const tls::CertificateFacts facts, tls::certificate_facts(made.certificate, certificate.string()));
    note(certificate, true, described(facts));
    note(key, !keep_key, "its key, for the daemon alone");
    report_.server_names = facts.names;
    return {};
  }

  core::Result<void> client(const tls::Authority& authority, const std::string& name) {
    RW_CHECK(make_folder(folder_ / "clients", 0700));
    const fs::path base = folder_ / "clients" / name;
    const fs::path certificate = base.string() + ".pem";
    const fs::path key = base.string() + ".key";
    const fs::path bundle = base.string() + ".p12";
    const fs::path password_file = base.string() + ".password";
    const bool replace = request_.renew;
    tls::Identity identity;
    if (is_there(certificate) && !replace) {
      RW_TRY(identity.certificate, read_file(certificate));
      RW_TRY(identity.key, read_file(key));
      note(certificate, false, "");
    } else {
      const bool keep_key = !replace && is_there(key);
      if (keep_key) {
        RW_TRY(identity.key, read_file(key));
      }
      RW_TRY(identity, authority.issue({tls::Role::kClient, {name}, request_.lasts, identity.key}, now_));
      if (!keep_key) RW_CHECK(write_file(key, identity.key, kPrivate, std::nullopt, replace));
      RW_CHECK(write_file(certificate, identity.certificate, kPublic, std::nullopt, replace));
      note(certificate, true, "");
    }
    RW_TRY(const tls::CertificateFacts facts, tls::certificate_facts(identity.certificate, certificate.string()));
    report_.files.back().what = described(facts);
    note(key, report_.files.back().made, "its key");
    if (is_there(bundle) && !replace) {
      note(bundle, false, "both for Windows");
      return {};
    }
    std::string password;
    if (is_there(password_file)) {
      RW_TRY(password, read_file(password_file));
      password = std::string(core::trim(password));
    } else {
      password = "p" + core::random_text(kPasswordBytes);  // it must not look like an option
      RW_CHECK(write_file(password_file, password + "\n", kPrivate, std::nullopt, false));
    }
    RW_TRY(const std::string bytes, authority.pkcs12(identity, name, password));
    RW_CHECK(write_file(bundle, bytes, kPrivate, std::nullopt, replace));
    note(bundle, true, fmt::format("both for Windows; its password is in {}", password_file.filename().string()));
    return {};
  }

  TlsReport take_report() { return std::move(report_); }

 private:
  static void add_names(std::vector<std::string>& names, const std::vector<std::string>& more) {
    for (const std::string& name : more) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }

  std::string described(const tls::CertificateFacts& facts) const {
    return fmt::format("for {}; until {}", fmt::join(facts.names, ", "), day_of_expiry(facts.expires));
  }

  void keep_server(const tls::Authority& authority, const tls::CertificateFacts& facts, const std::string& pem) {
    note(folder_ / "server.pem", false, described(facts));
    note(folder_ / "server.key", false, "its key, for the daemon alone");
    report_.server_names = facts.names;
    const std::string renew = "regwarden tls renew --dir " + request_.folder;
    if (!authority.has_signed(pem)) {
      report_.remarks.push_back(fmt::format("server.pem is not signed by ca.pem; {} makes one that is", renew));
    }
    if (facts.expires <= now_) report_.remarks.push_back(fmt::format("server.pem has expired: {}", renew));
    std::vector<std::string> missing = request_.hosts;
    std::erase_if(missing, [&](const std::string& host) { return tls::names_host(facts.names, host); });
    if (!missing.empty()) {
      report_.remarks.push_back(fmt::format("server.pem is not for {}: {} --host {}", fmt::join(missing, ", "), renew,
                                            fmt::join(missing, " --host ")));
    }
  }

  void note(const fs::path& path, bool made, std::string what) {
    report_.files.push_back({path.string(), made, std::move(what)});
  }

  const TlsRequest& request_;
  const fs::path folder_;
  const std::optional<Owner> owner_;
  const core::Micros now_;
  TlsReport report_;
};

bool is_host(const std::string& name) {
  const auto parsed = tls::AllowedClients::parse({name});
  return parsed.ok() && parsed->has_names();
}

// They become names of files.
core::Result<void> check_client_name(const std::string& name) {
  if (is_host(name) && !name.starts_with('*')) return {};
  return core::invalid_input(fmt::format("--client {}: expected a DNS name such as ws1.shop.lan", core::quoted(name)));
}

}  // namespace

core::Result<TlsReport> make_tls_files(const TlsRequest& request, const std::vector<std::string>& machine_names,
                                       core::Micros now) {
  for (const std::string& name : request.clients) RW_CHECK(check_client_name(name));
  for (const std::string& host : request.hosts) {
    if (is_host(host)) continue;
    return core::invalid_input(fmt::format("--host {}: expected a DNS name or an IP address", core::quoted(host)));
  }
  RW_TRY(const auto owner, find_owner(request.owner));
  RW_CHECK(make_folder(request.folder, 0755));
  TlsFolder folder(request, owner, now);
  std::vector<std::string> own_names = machine_names;
  std::erase_if(own_names, [](const std::string& name) { return !is_host(name); });
  const std::vector<std::string>& first_names = request.hosts.empty() ? own_names : request.hosts;
  const std::string first = first_names.empty() ? "regwarden" : first_names.front();
  RW_TRY(const tls::Authority authority, folder.authority(fmt::format("regwarden CA {}", first).substr(0, 64)));
  RW_CHECK(folder.server(authority, own_names));
  for (const std::string& name : request.clients) RW_CHECK(folder.client(authority, name));
  return folder.take_report();
}

}  // namespace rw::cli

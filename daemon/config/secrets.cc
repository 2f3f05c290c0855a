#include "daemon/config/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "daemon/config/environment.h"
#include "daemon/core/text.h"

namespace rw::config {
namespace {

// It comes in an HTTP header, where blanks end it.
core::Result<void> check_token(std::string_view token) {
  if (token.empty()) return core::invalid_input("the token is empty");
  if (!std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; })) {
    return core::invalid_input("the token has a blank or a character that is not ASCII");
  }
  return {};
}

core::Result<std::string> read_token(const std::string& written) {
  RW_TRY(std::string token, expand_environment(written));
  RW_CHECK(check_token(token));
  return token;
}

// A small regular file.
core::Result<std::ifstream> open_secrets(const std::string& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status)) {
    // A FIFO would keep us waiting.
    if (!std::filesystem::is_regular_file(status)) return core::invalid_input(path + ": is no regular file");
    if (std::filesystem::file_size(path, ignored) > kMaxTokenFileBytes) {
      return core::Error{core::ErrorCode::kLimit,
                         fmt::format("{}: larger than {} KiB", path, kMaxTokenFileBytes / 1024)};
    }
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return core::Error{core::ErrorCode::kIo, path + ": cannot be read: " + std::generic_category().message(errno)};
  }
  return file;
}

}  // namespace

core::Result<std::vector<std::string>> read_token_file(const std::string& path) {
  RW_TRY(std::ifstream file, open_secrets(path));
  std::vector<std::string> tokens;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::string_view token = core::trim(line);
    if (token.empty()) continue;
    const auto checked = check_token(token);
    if (!checked.ok()) {
      return core::invalid_input(fmt::format("{}:{}: {}", path, number, checked.error().message));
    }
    tokens.emplace_back(token);
  }
  if (file.bad()) return core::Error{core::ErrorCode::kIo, path + ": cannot be read to its end"};
  if (tokens.empty()) return core::invalid_input(path + ": there is no token in it: expected one a line");
  return tokens;
}

core::Result<std::string> read_secret_file(const std::string& path) {
  RW_TRY(std::ifstream file, open_secrets(path));
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const std::string_view secret = core::trim(content);
  if (secret.empty()) return core::invalid_input(path + ": it is empty: expected one line");
  if (std::ranges::any_of(secret, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return core::invalid_input(path + ": expected one line without control characters");
  }
  return std::string(secret);
}

std::optional<std::string> read_secret(Section& section, std::string_view key, std::string_view expected) {
  Context& context = section.context();
  const std::string file_key = fmt::format("{}_file", key);
  const yaml::Node written = section.value(key, expected);
  const auto path = section.path(file_key);
  if (written.present() && path) {
    context.report(section.node()[file_key], section.name_of(file_key), fmt::format("{} stands beside it", key));
    return std::nullopt;
  }
  if (path) {
    context.secret_files.push_back(*path);
    auto read = read_secret_file(*path);
    if (read.ok()) return std::move(read).value();
    context.report(section.node()[file_key], section.name_of(file_key), read.error());
    return std::nullopt;
  }
  if (!written.present()) return std::nullopt;
  // Not as_text(): no message may show what stands here.
  if (!written.is_scalar()) {
    context.report(written, section.name_of(key), fmt::format("expected {}", expected));
    return std::nullopt;
  }
  auto expanded = expand_environment(written.text());
  if (!expanded.ok()) {
    context.report(written, section.name_of(key), expanded.error());
  } else if (expanded->empty()) {
    context.report(written, section.name_of(key), fmt::format("expected {}, found nothing", expected));
  } else if (std::ranges::any_of(*expanded, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    context.report(written, section.name_of(key), "it has control characters");
  } else {
    context.has_secrets = context.has_secrets || *expanded == written.text();  // not from the environment
    return std::move(expanded).value();
  }
  return std::nullopt;
}

std::vector<std::string> read_tokens(Section& section) {
  Context& context = section.context();
  std::vector<std::string> tokens;
  const auto add_file = [&](const yaml::Node& node, const std::string& name, const std::string& path) {
    context.secret_files.push_back(path);
    auto read = read_token_file(path);
    if (!read.ok()) return context.report(node, name, read.error());
    tokens.insert(tokens.end(), read->begin(), read->end());
  };
  const auto add_item = [&](const yaml::Node& node, const std::string& name) {
    if (node.is_map() && node.entries().size() == 1 && node["file"].present()) {
      const auto path = Section(context, node, name).path("file");
      if (path) add_file(node["file"], name + ".file", *path);
      return;
    }
    // Not finish(): what stands here may be a secret with a colon in it.
    if (!node.is_scalar()) return context.report(node, name, "expected a token, or {file: path}");
    auto token = read_token(node.text());
    if (!token.ok()) return context.report(node, name, token.error());
    context.has_secrets = context.has_secrets || *token == node.text();
    tokens.push_back(std::move(token).value());
  };

  const yaml::Node list = section.value("tokens", "a list of tokens ([] for none)");
  const std::string name = section.name_of("tokens");
  if (list.is_list()) {
    std::size_t index = 0;
    for (const auto& item : list.items()) add_item(item, fmt::format("{}[{}]", name, index++));
  } else if (list.present()) {
    add_item(list, name);
  }
  const auto path = section.path("token_file");
  if (path) add_file(section.node()["token_file"], section.name_of("token_file"), *path);
  return tokens;
}

}  // namespace rw::config

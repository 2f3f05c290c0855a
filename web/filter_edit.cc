#include "web/filter_edit.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/compile.h"
#include "daemon/detect/tuning_file.h"

namespace rw::web {
namespace {

// "2:9: message" of a search that begins with `before` in the line above: where it stands in what was asked for.
core::Error placed(const core::Error& error, std::size_t before) {
  constexpr std::string_view kSecondLine = "2:";
  std::size_t col = 0;
  const std::string& message = error.message;
  if (!message.starts_with(kSecondLine)) return core::Error{core::ErrorCode::kInvalidInput, "search: " + message};
  const char* const end = message.data() + message.size();
  const auto [rest, fault] = std::from_chars(message.data() + kSecondLine.size(), end, col);
  if (fault != std::errc()) return core::Error{core::ErrorCode::kInvalidInput, "search: " + message};
  return core::invalid_input(fmt::format("search: 1:{}{}", col > before ? col - before : 1,
                                         std::string_view(rest, static_cast<std::size_t>(end - rest))));
}

}  // namespace

std::string filter_command(std::string_view search) {
  const std::string_view text = core::trim(search);
  for (const std::string_view command : {"search ", "where "}) {
    if (text.starts_with(command)) return std::string(text);
  }
  return "search " + std::string(text);
}

core::Result<void> try_filter(const detect::Catalogue& catalogue, const detect::Detection& detection,
                              const std::string& macro, std::string_view search) {
  RW_CHECK(detect::check_filter(search));
  const std::string command = filter_command(search);
  constexpr std::string_view kPipe = "| ";
  const auto alone = detect::compile_spl("| makeresults\n" + std::string(kPipe) + command, catalogue.knowledge());
  if (!alone.ok()) {
    const std::size_t added = command.size() - core::trim(search).size();
    return placed(alone.error(), kPipe.size() + added);
  }
  detect::Knowledge knowledge = catalogue.knowledge();
  knowledge.macros.add({.name = macro, .arguments = {}, .definition = command});
  const auto whole = detect::compile_spl(detection.search_text, knowledge);
  if (!whole.ok())
    return core::invalid_input("search: the detection does not compile with it: " + whole.error().message);
  return {};
}

}  // namespace rw::web

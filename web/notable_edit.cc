#include "web/notable_edit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "daemon/core/text.h"
#include "web/body.h"

namespace rw::web {
namespace {

core::Result<std::string> parse_word(std::string_view member, const Json& value, std::span<const char* const> words) {
  const auto* const text = value.get_ptr<const std::string*>();
  if (text == nullptr || std::ranges::find(words, *text) == words.end()) {
    return unexpected(member, value, fmt::format("one of {}", fmt::join(words, ", ")));
  }
  return *text;
}

core::Result<std::string> parse_owner(const Json& value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto* const text = value.get_ptr<const std::string*>();
  if (text == nullptr || text->size() > kMaxOwnerBytes || std::ranges::any_of(*text, is_control)) {
    return unexpected("owner", value, fmt::format("a name of at most {} bytes", kMaxOwnerBytes));
  }
  const std::string_view name = core::trim(*text);
  return std::string(name.empty() ? "unassigned" : name);
}

core::Result<std::vector<std::int64_t>> parse_ids(const Json& value) {
  const std::string expected = fmt::format("a list of 1 to {} ids of notables", kMaxTriageIds);
  if (!value.is_array() || value.empty() || value.size() > kMaxTriageIds) return unexpected("ids", value, expected);
  std::vector<std::int64_t> ids;
  for (const Json& id : value) {
    // Beyond 64 bits a number is a double to the parser.
    if (!id.is_number_integer() || id.get<std::int64_t>() < 1) return unexpected("ids", id, expected);
    ids.push_back(id.get<std::int64_t>());
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

core::Result<Triage> parse_triage(std::string_view body, TriageOf of) {
  const bool many = of == TriageOf::kMany;
  Triage triage;
  RW_TRY(triage.asked, parse_object(body, many ? R"({"ids": [1, 2], "status": "closed"})" : R"({"status": "closed"})"));
  storage::NotableEdit& edit = triage.edit;
  for (const auto& [member, value] : triage.asked.items()) {
    if (member == "status") {
      RW_TRY(edit.status, parse_word(member, value, storage::kNotableStatuses));
    } else if (member == "disposition") {
      RW_TRY(edit.disposition, parse_word(member, value, storage::kNotableDispositions));
    } else if (member == "owner") {
      RW_TRY(edit.owner, parse_owner(value));
    } else if (member == "comment") {
      RW_TRY(edit.comment, parse_text(member, value));
      if (edit.comment.size() > kMaxCommentBytes) {
        return core::invalid_input(
            fmt::format("comment: {} bytes: expected at most {}", edit.comment.size(), kMaxCommentBytes));
      }
    } else if (many && member == "ids") {
      RW_TRY(triage.notables, parse_ids(value));
    } else {
      return unknown_member(member,
                            many ? "ids, status, owner, disposition, comment" : "status, owner, disposition, comment");
    }
  }
  if (many && triage.notables.empty()) return core::invalid_input("ids: expected the ids of the notables");
  if (!edit.status && !edit.owner && !edit.disposition && core::trim(edit.comment).empty()) {
    return core::invalid_input("expected at least one of status, owner, disposition, comment");
  }
  return triage;
}

}  // namespace rw::web

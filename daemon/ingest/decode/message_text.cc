// The text has no quoting, and values may hold anything that their makers like, labels included. What can be told apart
// all the same:
//   - Nothing before the first label is a value, so what stands between the title and that label is the line end as the
//     forwarder wrote it. Every other label must stand behind the same.
//   - Paths of files, accounts, ids and hashes cannot hold a label; key paths, value names, data, command lines and the
//     texts of a program's version resource can ("free").
//   - Labels behind a free value that only safe ones follow are found from the end of the text (from_behind).
// Where two free values meet, the first label wins: so Details, NewValue and CommandLine are never shorter than the
// truth, whatever is written into them, and no path is longer.
#include "daemon/ingest/decode/message_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_fields.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMaxLabels = 32;

// Line ends and tabs as relays write them.
constexpr std::string_view kWrittenLineEnds[] = {"#015#012", "#012#015", "#012", "#015", "\\r\\n", "\\n", "\\r"};
constexpr std::string_view kWrittenTabs[] = {"#011", "\\t"};

bool is_blank_or_tab(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(char c) { return c == '\r' || c == '\n'; }

// What a forwarder made of the line ends.
class Separator {
 public:
  // What stands before text[at]. nullopt: nothing that separates.
  static std::optional<Separator> before(std::string_view text, std::size_t at) {
    Separator separator;
    const std::size_t end = separator.skip_blanks(text, at);
    if (end > 0 && is_line_end(text[end - 1])) {
      separator.kind_ = Kind::kLineEnd;
      return separator;
    }
    for (const std::string_view written : kWrittenLineEnds) {
      if (!text.substr(0, end).ends_with(written)) continue;
      separator.kind_ = Kind::kWritten;
      separator.written_ = written;
      return separator;
    }
    separator.blanks_ = at - end;
    if (separator.blanks_ == 0) return std::nullopt;
    return separator;
  }

  // A label at text[at] is behind a separator.
  bool stands_before(std::string_view text, std::size_t at) const {
    const std::size_t end = skip_blanks(text, at);
    switch (kind_) {
      case Kind::kBlanks:
        return at - end >= blanks_;
      case Kind::kLineEnd:
        return end > 0 && is_line_end(text[end - 1]);
      case Kind::kWritten:
        return text.substr(0, end).ends_with(written_);
    }
    return false;
  }

  // A value from behind the colon to the next label.
  std::string_view trim(std::string_view value) const {
    if (kind_ != Kind::kWritten) return core::trim(value);
    for (const std::string_view tab : kWrittenTabs) {
      while (value.starts_with(tab)) value.remove_prefix(tab.size());
    }
    while (true) {
      value = core::trim(value.substr(0, skip_blanks(value, value.size())));
      if (!value.ends_with(written_)) return value;
      value.remove_suffix(written_.size());
    }
  }

  // rsyslog's "#ooo" in a value; what C-like escapes a value holds cannot be told from a path.
  bool has_octal_escapes() const { return kind_ == Kind::kWritten && written_.starts_with('#'); }

 private:
  enum class Kind { kBlanks, kLineEnd, kWritten };

  // The end of what stands before the blanks and tabs before text[at].
  std::size_t skip_blanks(std::string_view text, std::size_t at) const {
    while (at > 0) {
      if (is_blank_or_tab(text[at - 1])) {
        --at;
        continue;
      }
      const std::string_view head = text.substr(0, at);
      const auto* const tab = std::find_if(std::begin(kWrittenTabs), std::end(kWrittenTabs),
                                           [&](std::string_view written) { return head.ends_with(written); });
      // A tab that is written out follows a line end that is, or another tab.
      if (tab == std::end(kWrittenTabs) || !follows_written(head.substr(0, at - tab->size()))) return at;
      at -= tab->size();
    }
    return at;
  }

  static bool follows_written(std::string_view head) {
    const auto ends = [&](std::string_view written) { return head.ends_with(written); };
    return std::any_of(std::begin(kWrittenLineEnds), std::end(kWrittenLineEnds), ends) ||
           std::any_of(std::begin(kWrittenTabs), std::end(kWrittenTabs), ends);
  }

  Kind kind_ = Kind::kBlanks;
  std::string_view written_;
  std::size_t blanks_ = 0;
};

bool ends_label(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != ':') return false;
  return at + 1 == text.size() || is_blank_or_tab(text[at + 1]) || is_line_end(text[at + 1]) || text[at + 1] == '#' ||
         text[at + 1] == '\\';
}

// An account as Windows writes it cannot hold these.
bool may_be_account(std::string_view text) { return text.find_first_of(":\"<>|*?\r\n") == std::string_view::npos; }

class LabelFinder {
 public:
  LabelFinder(std::string_view text, const EventFields& fields, const Separator& separator)
      : text_(text), labels_(fields.labels), separator_(separator) {
    at_.fill(kNone);
  }

  void find() {
    // The labels of [from, to) belong together; what was found of the later ones bounds the earlier.
    std::size_t to = labels_.size();
    std::size_t end = text_.size();
    std::size_t optional_tail = to;
    for (std::size_t from = to; from-- > 0;) {
      if (from != 0 && !labels_[from].from_behind) continue;
      if (from == 0) {
        forward(0, to, 0, end);
        return;
      }
      std::size_t start = rightmost(from, to, end);
      if (start == kNone && optional_tail == to && to < labels_.size()) {
        // What looked like the last label was part of a value before it.
        at_[to] = kNone;
        end = text_.size();
        start = rightmost(from, to, end);
      }
      if (start == kNone) continue;  // its labels are searched with those before it
      if (!labels_[from].always) optional_tail = from;
      forward(from, to, start, end);
      to = from;
      end = start;
    }
  }

  // Where the label begins; kNone: it is not there.
  std::size_t at(std::size_t label) const { return at_[label]; }

 private:
  bool matches(std::size_t at, std::string_view label) const {
    return ends_label(text_, at + label.size()) && separator_.stands_before(text_, at);
  }

  std::size_t first(std::string_view label, std::size_t from, std::size_t to) const {
    const std::string_view range = text_.substr(0, to);
    for (std::size_t at = range.find(label, from); at != kNone; at = range.find(label, at + 1)) {
      if (matches(at, label)) return at;
    }
    return kNone;
  }

  std::size_t last(std::string_view label, std::size_t to) const {
    const std::string_view range = text_.substr(0, to);
    for (std::size_t at = range.rfind(label); at != kNone; at = at == 0 ? kNone : range.rfind(label, at - 1)) {
      if (matches(at, label)) return at;
    }
    return kNone;
  }

  // Where the last run of these labels in their order begins.
  std::size_t rightmost(std::size_t from, std::size_t to, std::size_t end) const {
    if (!labels_[from].always) {
      const std::size_t at = last(labels_[from].label, end);
      if (at == kNone) return kNone;
      const std::size_t value = at + labels_[from].label.size() + 1;
      return may_be_account(separator_.trim(text_.substr(value, end - value))) ? at : kNone;
    }
    for (std::size_t label = to; label-- > from;) {
      if (!labels_[label].always || labels_[label].field.empty()) continue;
      end = last(labels_[label].label, end);
      if (end == kNone) return kNone;
    }
    return end;
  }

  // Each label searched from the end of the one before; the optional ones where the others leave room.
  void forward(std::size_t from, std::size_t to, std::size_t start, std::size_t end) {
    std::size_t next = start;
    for (std::size_t label = from; label < to; ++label) {
      if (labels_[label].always) take(label, next, end);
    }
    next = start;
    for (std::size_t label = from; label < to; ++label) {
      if (at_[label] != kNone) {
        next = at_[label] + labels_[label].label.size();
        continue;
      }
      if (labels_[label].always) continue;
      std::size_t room = end;
      for (std::size_t later = label + 1; later < to; ++later) {
        if (at_[later] == kNone) continue;
        room = at_[later];
        break;
      }
      take(label, next, room);
    }
  }

  void take(std::size_t label, std::size_t& next, std::size_t end) {
    at_[label] = first(labels_[label].label, next, end);
    if (at_[label] != kNone) next = at_[label] + labels_[label].label.size();
  }

  const std::string_view text_;
  const std::span<const MessageLabel> labels_;
  const Separator separator_;
  std::array<std::size_t, kMaxLabels> at_{};
};

std::optional<Separator> separator_of(std::string_view text, const EventFields& fields) {
  std::size_t earliest = kNone;
  std::size_t tried = 0;
  for (const MessageLabel& label : fields.labels) {
    if (label.field.empty()) continue;
    if (++tried > 3) break;  // the first may be missing, and a text may begin with the second
    for (std::size_t at = text.find(label.label); at != kNone; at = text.find(label.label, at + 1)) {
      if (!ends_label(text, at + label.label.size()) || !Separator::before(text, at)) continue;
      earliest = std::min(earliest, at);
      break;
    }
  }
  if (earliest == kNone) return std::nullopt;
  return Separator::before(text, earliest);
}

std::string_view without_octal_escapes(std::string_view value, core::Arena& arena) {
  return value.find("#01") == kNone ? value : arena.copy(undo_octal_escapes(value));
}

// An empty value is one, too.
bool has_all(std::span<const MessageLabel> labels, const WindowsEvent& event) {
  return std::all_of(labels.begin(), labels.end(), [&](const MessageLabel& label) {
    return label.field.empty() || std::any_of(event.data.begin(), event.data.end(),
                                              [&](const NamedValue& item) { return item.name == label.field; });
  });
}

}  // namespace

void add_message_fields(core::Arena& arena, WindowsEvent& event) {
  const EventFields* const fields = fields_of(event);
  if (fields == nullptr || event.message.empty() || has_all(fields->labels, event)) return;
  std::string_view text = event.message;
  const std::optional<Separator> separator = separator_of(text, *fields);
  if (!separator) return;
  if (!fields->after_message.empty()) {
    const std::size_t prose = text.rfind(fields->after_message);
    if (prose != kNone && separator->stands_before(text, prose)) text = text.substr(0, prose);
  }

  LabelFinder finder(text, *fields, *separator);
  finder.find();
  std::size_t end = text.size();
  std::array<std::string_view, kMaxLabels> values;
  for (std::size_t i = fields->labels.size(); i-- > 0;) {
    if (finder.at(i) == kNone) continue;
    const std::size_t value = finder.at(i) + fields->labels[i].label.size() + 1;
    values[i] = separator->trim(text.substr(value, end - value));
    end = finder.at(i);
  }
  for (std::size_t i = 0; i < fields->labels.size(); ++i) {
    if (finder.at(i) == kNone || fields->labels[i].field.empty()) continue;
    const std::string_view value = separator->has_octal_escapes() ? without_octal_escapes(values[i], arena) : values[i];
    if (!event.add(fields->labels[i].field, value)) return;
  }
}

}  // namespace rw::ingest

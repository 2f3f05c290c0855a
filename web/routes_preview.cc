#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/time_modifier.h"
#include "daemon/detect/rows.h"
#include "web/body.h"
#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"
#include "web/tuning_body.h"

namespace rw::web {
namespace {

constexpr std::size_t kMostPreviewed = 100;
constexpr std::size_t kMostLookedAt = 100'000;  // findings of a kind
constexpr int kPreviewPage = 1000;

// A value of a stored row, as a search gave it.
storage::Value value_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  std::vector<std::string> texts;
  for (const Json& element : json) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

struct Preview {
  std::size_t matched = 0;
  std::size_t looked_at = 0;
  Json items = Json::array();
};

core::Result<void> look(ReaderPool::Lease& reader, storage::ListRequest list, std::string_view kind,
                        const detect::RowException& exception, Preview& preview) {
  list.limit = kPreviewPage;
  for (std::size_t seen = 0; seen < kMostLookedAt;) {
    RW_TRY(const storage::ListPage page, reader->list(list));
    for (const Json& item : render_items(page)) {
      ++seen;
      ++preview.looked_at;
      const auto row = item.find("row");
      if (row == item.end() || !row->is_object()) continue;
      std::optional<storage::Value> cell;
      const bool matches = detect::is_excepted(exception, [&](const std::string& column) -> const storage::Value* {
        const auto value = row->find(column);
        if (value == row->end()) return nullptr;
        cell = value_of(*value);
        return &*cell;
      });
      if (!matches) continue;
      ++preview.matched;
      if (preview.items.size() == kMostPreviewed) continue;
      preview.items.push_back({{"kind", kind},
                               {"id", item.at("id")},
                               {"time", item.at("time")},
                               {"detection", item.at("detection")},
                               {"row", *row}});
    }
    if (!page.next) return {};
    list.after = page.next;
  }
  return {};
}

}  // namespace

Answer preview_exception(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(Json body, parse_object(request.body, R"({"detection": "*", "fields": {"dest": "build-*"}})"));
  storage::ListRequest list;
  const core::Micros now = context.sources.clock.now();
  const auto catalogue = context.sources.catalogue.get();
  std::string earliest = "-30d";
  if (const auto member = body.find("earliest"); member != body.end()) {
    RW_TRY(earliest, parse_text("earliest", *member));
    body.erase(member);
  }
  const auto from = core::parse_time_argument(earliest, now, context.sources.zone);
  if (!from.ok()) return core::invalid_input("earliest: " + from.error().message);
  list.earliest = *from;
  RW_TRY(const detect::Exception exception, parse_exception(body, *catalogue, now));
  if (exception.detection != detect::kEveryDetection) {
    RW_TRY(const auto detection, find_detection(*catalogue, exception.detection));
    list.filters.emplace_back("detection_id", detection->id);
  }
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  const detect::RowException row = detect::row_exception(exception);
  Preview preview;
  list.listing = storage::Listing::kNotables;
  RW_CHECK(look(reader, list, "notable", row, preview));
  list.listing = storage::Listing::kRiskEvents;
  RW_CHECK(look(reader, list, "risk_event", row, preview));
  return json_response(
      {{"matched", preview.matched}, {"looked_at", preview.looked_at}, {"items", std::move(preview.items)}});
}

}  // namespace rw::web

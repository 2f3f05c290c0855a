#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "daemon/detect/compile.h"
#include "daemon/detect/tick.h"
#include "daemon/scheduler/findings.h"
#include "web/deadline_reader.h"
#include "web/parameters.h"
#include "web/problem.h"
#include "web/render.h"
#include "web/routes.h"
#include "web/search_request.h"

namespace rw::web {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::string_view kNarrow = "narrow the search or its time range";

core::Error took_too_long(const SearchRequest& request, const storage::SearchLimits& most) {
  const std::string hint = request.timeout < most.timeout ? fmt::format("{}, or raise timeout (at most {})", kNarrow,
                                                                        core::format_duration(most.timeout))
                                                          : std::string(kNarrow);
  return {core::ErrorCode::kLimit,
          fmt::format("the search took longer than {}", core::format_duration(request.timeout)), hint};
}

core::Error gave_too_much(const SearchRequest& request, std::size_t rows, const storage::SearchLimits& most) {
  const std::string hint = request.max_rows < most.max_rows
                               ? fmt::format("{}, or raise max_rows (at most {})", kNarrow, most.max_rows)
                               : std::string(kNarrow);
  return {core::ErrorCode::kLimit, fmt::format("the search gave {} rows, more than {}", rows, request.max_rows), hint};
}

// All rows, or an error: a search cut short would look like one that found no more.
core::Result<detect::SearchResult> run(const std::shared_ptr<const detect::Search>& search,
                                       const SearchRequest& request, SteadyTime began, core::Micros now,
                                       storage::Reader& reader, const Context& context) {
  const storage::SearchLimits& most = context.search_limits;
  storage::SearchLimits limits = most;  // max_rows is for the rows that come out, not for those on the way
  limits.timeout = request.timeout;
  limits.max_bytes /= RunningSearches::kMostAtATime;  // all of them together take what one run of a detection may
  RW_TRY(detect::Tick tick, detect::Tick::open(reader, {search}));
  const auto sifted = tick.sift(request.window, limits);
  if (!sifted.ok()) {
    return sifted.error().code == core::ErrorCode::kLimit ? took_too_long(request, most) : sifted.error();
  }
  DeadlineReader timed(reader, began + request.timeout, took_too_long(request, most));
  RW_TRY(detect::SearchResult result, search->run({timed, context.sources.store.dialect(), request.window,
                                                   context.sources.zone, now, limits, &*sifted}));
  const std::size_t rows = result.table.rows.size();
  if (rows > static_cast<std::size_t>(request.max_rows)) return gave_too_much(request, rows, most);
  return result;
}

// The rows come last and as text: of many rows, the document tree would take several times their room.
http::Response answer_of(const std::string& id, const cim::Window& window, const detect::SearchResult& result,
                         std::chrono::milliseconds took) {
  http::Response response = json_response({{"id", id},
                                           {"earliest", core::format_rfc3339(window.earliest)},
                                           {"latest", core::format_rfc3339(window.latest)},
                                           {"took_ms", took.count()},
                                           {"warnings", render_texts(result.warnings)},
                                           {"columns", render_texts(result.table.columns)}});
  std::string& body = response.body;
  body.back() = ',';  // for the brace that ends the object
  body += R"("rows":[)";
  for (const auto& row : result.table.rows) {
    if (body.back() != '[') body += ',';
    body += scheduler::row_json(result.table.columns, row);
  }
  body += "]}";
  return response;
}

}  // namespace

Answer run_search(const Context& context, const http::Request& request) {
  const SteadyTime began = std::chrono::steady_clock::now();
  const core::Micros now = context.sources.clock.now();
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(SearchRequest wanted, parse_search_request(request.body, now, context.sources.zone, context.search_limits));
  const auto catalogue = context.sources.catalogue.get();
  const auto search = detect::compile_spl(wanted.search, catalogue->knowledge());
  if (!search.ok()) {  // whichever way it cannot be run: the fault is in what was sent
    return problem(400, "search: " + search.error().message, request.path, search.error().hint);
  }

  auto running = context.searches.begin({wanted.id, wanted.search, wanted.window, now});
  if (!running.ok()) {
    const core::Error& error = running.error();
    if (error.code != core::ErrorCode::kInvalidInput) return error;
    return problem(409, error.message, request.path, error.hint);
  }
  const auto result = run(*search, wanted, began, now, running->reader(), context);
  const auto took = std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  Answer answer = result.ok() ? Answer(answer_of(running->id(), wanted.window, *result, took)) : Answer(result.error());
  switch (running->finish()) {
    case SearchEnd::kNothing:
      break;
    case SearchEnd::kCancel:
      return problem(409, "the search was cancelled", request.path);
    case SearchEnd::kShutdown:
      return problem(503, "the daemon is stopping", request.path);
  }
  if (answer.ok() || answer.error().code != core::ErrorCode::kLimit) return answer;
  // Over a limit: the same search asked again later would be, too.
  const core::Error& limit = answer.error();
  return problem(422, limit.message, request.path, limit.hint.empty() ? kNarrow : limit.hint);
}

// They are few: one page, and no cursor.
Answer list_searches(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  Json items = Json::array();
  for (const SearchEntry& entry : context.searches.list()) {
    items.push_back({{"id", entry.id},
                     {"search", render_text(entry.search)},
                     {"earliest", core::format_rfc3339(entry.window.earliest)},
                     {"latest", core::format_rfc3339(entry.window.latest)},
                     {"started", core::format_rfc3339(entry.started)}});
  }
  return json_response({{"items", std::move(items)}});
}

Answer cancel_search(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& id = request.path_parameters.at(0);
  if (!context.searches.cancel(id)) {
    return core::Error{core::ErrorCode::kNotFound,
                       fmt::format("no search with the id {} is running", core::quoted(id))};
  }
  return http::Response{.status = 204};
}

}  // namespace rw::web

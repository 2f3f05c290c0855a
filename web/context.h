// What every handler is given, and what it gives back. A handler answers with its body or an Error; status, problem
// document and headers around it are made in one place (api.cc). Handlers run on any of the server's threads.
#pragma once

#include <atomic>

#include "daemon/core/result.h"
#include "daemon/http/server.h"
#include "web/api.h"
#include "web/logins.h"
#include "web/news.h"
#include "web/reader_pool.h"
#include "web/searches.h"

namespace rw::web {

struct Context {
  const ApiSources& sources;
  ReaderPool& readers;
  RunningSearches& searches;
  const storage::SearchLimits& search_limits;  // no search may ask for more
  const std::atomic<bool>& stopping;
  const Caller& caller;  // who asks, and what that may do
  Logins& logins;
  bool over_tls;
  NewsDesk& news;
};

using Answer = core::Result<http::Response>;
using RouteHandler = Answer (*)(const Context&, const http::Request&);

}  // namespace rw::web

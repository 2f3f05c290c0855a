// What POST /api/v1/session needs to let a user in and nobody try passwords for long. Thread-safe.
#pragma once

#include <chrono>

#include "web/attempts.h"
#include "web/password.h"

namespace rw::web {

struct Logins {
  Passwords passwords;
  // Ten tries at once and sixty an hour for a user, wherever they come from; of an address, which may be that of many
  // people, twice and four times as many.
  Attempts of_user{10, std::chrono::seconds(60)};
  Attempts of_address{20, std::chrono::seconds(15)};
};

}  // namespace rw::web

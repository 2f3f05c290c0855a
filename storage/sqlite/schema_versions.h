// The schema's migrations after the first. One that has been released is never changed: what comes later is a new one.
#pragma once

namespace rw::storage::sqlite {

// The views know the vendor and product of the Security log's events, and compare providers without case.
extern const char* const kSchemaVersion2;
// Sources: who sends what.
extern const char* const kSchemaVersion4;
// Late events: windows that were searched are searched again for them.
extern const char* const kSchemaVersion5;
// Upkeep: retention, and origins that are found by name.
extern const char* const kSchemaVersion6;
// What people decide about notables, and who did.
extern const char* const kSchemaVersion7;
// Who may ask: tokens, users, sessions.
extern const char* const kSchemaVersion8;
// The outbox of notifications.
extern const char* const kSchemaVersion9;
// Throttled findings; what risk events count for.
extern const char* const kSchemaVersion10;
// Indexes from which findings and runs are counted and sorted without reading their rows.
extern const char* const kSchemaVersion11;
// Blocks of events: what is counted and passed over without reading them.
extern const char* const kSchemaVersion12;
// Notables say whom they concern, and how urgent they are.
extern const char* const kSchemaVersion13;
// One index of events in place of two; value data is stored once, as Details has it.
extern const char* const kSchemaVersion14;

}  // namespace rw::storage::sqlite

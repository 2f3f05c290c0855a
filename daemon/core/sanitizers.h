// RW_SANITIZED: this build has the address or the thread sanitizer.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RW_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RW_SANITIZED 1
#endif
#endif
#if !defined(RW_SANITIZED)
#define RW_SANITIZED 0
#endif

# How a program is compiled that reads what strangers send, where it is given to others (REGWARDEN_PACKAGE). What goes
# wrong all the same ends the program, and does not hand it over. Nothing of the place it was built in gets into it.
target_compile_options(rw_options INTERFACE
  -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
  -fstack-protector-strong -fstack-clash-protection -fPIE
  # The later one of those that fit holds. ../.. is what ccache makes of the sources' folder (CCACHE_BASEDIR).
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=./build -ffile-prefix-map=../..=.)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(rw_options INTERFACE -fcf-protection)
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  target_compile_options(rw_options INTERFACE -mbranch-protection=standard)
endif()
# Symbols go when it is linked: the build id is then that of what is packed, and not of paths in debug information.
target_link_options(rw_options INTERFACE -s -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)

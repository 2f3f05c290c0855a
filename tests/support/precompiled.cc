// Gives the precompiled header of the tests (CMakeLists.txt) a source to belong to.

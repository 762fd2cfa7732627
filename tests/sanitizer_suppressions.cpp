// What the sanitizers must not blame on the tests: it happens in libraries that
// are not instrumented.
#ifdef PROJECTIONS_SANITIZED

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  // libpqxx 6.4 leaks where a statement finds the connection lost: that throws
  // while it asks for the encoding of the result, before anybody owns it.
  return "leak:pqxx::connection_base::\n"
         "leak:PQmakeEmptyPGresult";
}

extern "C" const char* __tsan_default_suppressions() {
  // The standard library counts the owners of an exception with atomic
  // operations that are not seen, so that its end looks like a race.
  return "race:std::__exception_ptr::exception_ptr::_M_release";
}

#endif

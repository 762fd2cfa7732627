// Keeps LeakSanitizer from blaming tests that lose connections for what libpqxx
// 6.4 leaks: where a statement finds the connection lost, that throws while it
// asks for the encoding of the result, before anybody owns the result.
#ifdef PROJECTIONS_SANITIZED

extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  return "leak:pqxx::connection_base::";
}

#endif

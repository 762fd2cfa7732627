#include "projections/storage/sqlite/file_claim.hpp"

#include "projections/messages/text/sip_hash.hpp"
#include "projections/storage/log/store_error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace projections {

namespace {

/// An open file. Closing it ends its locks.
struct open_file {
  explicit open_file(int opened) : descriptor(opened) {
    // nop
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (descriptor >= 0)
      ::close(descriptor);
  }

  int descriptor;
};

} // namespace

std::shared_ptr<void> claim_by_file(const std::string& path,
                                    std::string_view name) {
  auto fail = [&](const char* what) {
    return store_error{path + ": cannot " + what + ": " + std::strerror(errno)};
  };
  auto result = std::make_shared<open_file>(
    ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (result->descriptor < 0)
    throw fail("open it");
  // Every name has a byte of its own, far behind the end of the file. The lock
  // belongs to the open file, not to the process, so that two claims of one
  // process exclude each other as well.
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(sip_hash({}, name).low >> 2);
  lock.l_len = 1;
  if (::fcntl(result->descriptor, F_OFD_SETLK, &lock) == 0)
    return result;
  if (errno == EAGAIN || errno == EACCES)
    return nullptr;
  throw fail("lock it");
}

} // namespace projections

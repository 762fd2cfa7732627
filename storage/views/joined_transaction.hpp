// The transaction that nested commands of a thread share. The tracking tables
// of databases and the recorder of emissions derive from it.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

namespace projections {

/// One transaction at a time: the outermost `run` of a thread begins and ends
/// it, and every `run` within is a part of it. Nothing of the whole happens if
/// a part throws, even if nobody lets that exception through. Other threads
/// wait for their turn. Thread-safe.
class joined_transaction {
public:
  joined_transaction() = default;
  joined_transaction(const joined_transaction&) = delete;
  joined_transaction& operator=(const joined_transaction&) = delete;

  /// Calls `commands()` in the transaction, and passes on what that or the end
  /// of the transaction throws.
  template <class F>
  void run(F&& commands) {
    // A thread that is inside has the turn.
    if (is_inside())
      return run_part(commands);
    std::lock_guard guard{turn()};
    begin();
    thread_ = std::this_thread::get_id();
    is_doomed_ = false;
    try {
      commands();
      commit();
    } catch (...) {
      roll_back();
      thread_ = std::thread::id{};
      throw;
    }
    thread_ = std::thread::id{};
    committed();
  }

  /// Returns whether this thread is in the transaction.
  [[nodiscard]] bool is_inside() const {
    return thread_ == std::this_thread::get_id();
  }

protected:
  ~joined_transaction() = default;

  /// Calls `part()` in the transaction of this thread, which fails if that
  /// throws.
  template <class F>
  void run_part(F&& part) {
    try {
      part();
    } catch (...) {
      is_doomed_ = true;
      throw;
    }
  }

  /// Returns whether a part of the transaction has failed. `commit` must throw
  /// then.
  [[nodiscard]] bool is_doomed() const {
    return is_doomed_;
  }

private:
  /// Returns the mutex that the thread in the transaction holds.
  virtual std::recursive_mutex& turn() {
    return turn_;
  }

  /// Begins the transaction. If it throws, there is none.
  virtual void begin() {
    // Nothing has to be told.
  }

  /// Makes what the transaction has done last.
  virtual void commit() = 0;

  /// Undoes what the transaction has done, because it or its commit has failed.
  virtual void roll_back() = 0;

  /// Called after the commit, outside the transaction but before the next one.
  virtual void committed() {
    // Nobody has to be told.
  }

  std::recursive_mutex turn_;

  /// The thread that is in the transaction, if there is one.
  std::atomic<std::thread::id> thread_{};

  /// Whether a part of the transaction has failed. Used by that thread.
  bool is_doomed_ = false;
};

} // namespace projections

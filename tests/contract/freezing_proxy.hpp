// Stands between this process and the PostgreSQL server, and can stop passing
// anything on. Used by tests of servers that stand still.
#pragma once

#include "projections/storage/postgres/wake_descriptor.hpp"
#include "tests/contract/postgres_schema.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace projections::test {

/// A port whose connections lead to the server of the environment. Once it is
/// frozen, it still takes connections and what is sent, like a network that
/// swallows it, and answers nothing.
class freezing_proxy {
public:
  freezing_proxy() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_.number, any, size) != 0
        || ::listen(listening_.number, 8) != 0
        || ::getsockname(listening_.number, any, &size) != 0)
      throw std::runtime_error{"the proxy cannot listen"};
    port_ = ntohs(address.sin_port);
    find_server();
    thread_ = std::thread{[this] { run(); }};
  }

  freezing_proxy(const freezing_proxy&) = delete;
  freezing_proxy& operator=(const freezing_proxy&) = delete;

  ~freezing_proxy() {
    stop_.set();
    thread_.join();
  }

  /// Passes nothing on from here.
  void freeze() {
    is_frozen_ = true;
  }

  /// Waits until something was sent that is not passed on.
  void wait_until_swallowed() const {
    while (swallowed_ == 0)
      std::this_thread::yield();
  }

  /// Returns the name of the database through this proxy.
  [[nodiscard]] std::string uri(const postgres_schema& schema) const {
    return schema.uri("&host=127.0.0.1&port=" + std::to_string(port_));
  }

private:
  struct socket {
    explicit socket(int family)
      : number(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
      // nop
    }

    explicit socket(const socket& listening)
      : number(::accept4(listening.number, nullptr, nullptr, SOCK_CLOEXEC)) {
      // nop
    }

    socket& operator=(const socket&) = delete;

    ~socket() {
      ::close(number);
    }

    int number;
  };

  /// A connection of a client, and the one to the server behind it.
  struct link {
    std::unique_ptr<socket> client;
    std::unique_ptr<socket> server;
  };

  /// Finds out where the server is. Throws if it has no port.
  void find_server() {
    pqxx::connection server;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (!server.hostname()
        || ::getaddrinfo(server.hostname(), server.port(), &hints, &found) != 0)
      throw std::runtime_error{"the server has no port"};
    server_ = {found, ::freeaddrinfo};
  }

  /// Returns null if the server cannot be reached.
  [[nodiscard]] std::unique_ptr<socket> connect_to_server() const {
    for (auto* x = server_.get(); x; x = x->ai_next) {
      auto result = std::make_unique<socket>(x->ai_family);
      if (::connect(result->number, x->ai_addr, x->ai_addrlen) == 0)
        return result;
    }
    return nullptr;
  }

  void run() {
    std::vector<link> links;
    for (;;) {
      std::vector<pollfd> watched{{stop_.descriptor(), POLLIN, 0},
                                  {listening_.number, POLLIN, 0}};
      for (auto& x : links) {
        watched.push_back({x.client->number, POLLIN, 0});
        watched.push_back({x.server->number, POLLIN, 0});
      }
      ::poll(watched.data(), watched.size(), -1);
      if (watched[0].revents != 0)
        return;
      for (size_t i = links.size(); i-- > 0;) {
        auto& x = links[i];
        if ((watched[2 + 2 * i].revents != 0 && !pass(*x.client, *x.server))
            || (watched[3 + 2 * i].revents != 0 && !pass(*x.server, *x.client)))
          links.erase(links.begin() + static_cast<ptrdiff_t>(i));
      }
      if (watched[1].revents == 0)
        continue;
      auto client = std::make_unique<socket>(listening_);
      if (auto server = connect_to_server())
        links.push_back({std::move(client), std::move(server)});
    }
  }

  /// Passes on what has come. Returns false at the end of the connection.
  bool pass(const socket& from, const socket& to) {
    std::array<char, 65536> bytes;
    auto size = ::recv(from.number, bytes.data(), bytes.size(), 0);
    if (size <= 0)
      return false;
    if (is_frozen_) {
      ++swallowed_;
      return true;
    }
    for (ssize_t sent = 0; sent < size;) {
      auto n = ::send(to.number, bytes.data() + sent,
                      static_cast<size_t>(size - sent), MSG_NOSIGNAL);
      if (n < 0)
        return false;
      sent += n;
    }
    return true;
  }

  socket listening_{AF_INET};
  std::shared_ptr<addrinfo> server_;
  int port_ = 0;
  wake_descriptor stop_;
  std::atomic<bool> is_frozen_ = false;
  std::atomic<size_t> swallowed_ = 0;
  std::thread thread_;
};

} // namespace projections::test

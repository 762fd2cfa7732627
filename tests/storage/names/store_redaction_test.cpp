// Goal: no password is ever shown, whatever the name of the store looks like.
// Method: names and what is left of them, then random passwords in names that
// are well-formed or broken in many ways; the seed is printed.
#include "projections/storage/names/store_redaction.hpp"

#include "projections/storage/names/store_name.hpp"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <random>
#include <vector>

using namespace projections;

namespace {

void check(std::string_view text, std::string_view expected) {
  BOOST_TEST(redacted_store_name(text) == expected);
}

/// Returns `text` with every byte escaped that is no letter and no digit.
std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0)
      result += c;
    else
      result.append("%")
        .append(1, digits[byte >> 4])
        .append(1, digits[byte & 15]);
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(store_redaction_suite)

BOOST_AUTO_TEST_CASE(names_without_passwords_are_shown_as_they_are) {
  for (auto text :
       {"memory:", "memory:dogs", "sqlite:dogs.sqlite", "sqlite:/a:b@c=d.db",
        "postgresql://", "postgresql:///dogs", "postgresql://host/dogs",
        "postgres://ada@host:5432/dogs?sslmode=require&connect_timeout=3",
        "postgresql://a,b:5432,[::1]:5433,[fe80::1%25eth0]/dogs",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/dogs", "dogs.sqlite", ""})
    check(text, text);
}

BOOST_AUTO_TEST_CASE(password_of_the_user_is_hidden) {
  check("postgresql://ada:pw@host/dogs", "postgresql://ada:***@host/dogs");
  check("postgres://ada:@host", "postgres://ada:***@host");
  check("postgresql://:pw@host:5432", "postgresql://:***@host:5432");
  check("postgresql://ada:password@host/dogs?sslmode=off",
        "postgresql://ada:***@host/dogs?sslmode=off");
  check("postgresql://ada:p%40%3A%2Fw@[::1]:5432/dogs",
        "postgresql://ada:***@[::1]:5432/dogs");
  check("postgresql://ada%3Apw@host/dogs", "postgresql://ada:***@host/dogs");
}

BOOST_AUTO_TEST_CASE(password_among_the_parameters_is_hidden) {
  check("postgresql://host/dogs?password=pw",
        "postgresql://host/dogs?password=***");
  check("postgresql://host/dogs?user=ada&sslpassword=pw&sslmode=off",
        "postgresql://host/dogs?user=ada&sslpassword=***");
  check("postgresql://ada:pw@host/dogs?user=ada&password=pw",
        "postgresql://ada:***@host/dogs?user=ada&password=***");
  check("postgresql:///dogs?PassWord=pw", "postgresql:///dogs?***");
  check("postgresql:///dogs?%70assw%6Frd=pw", "postgresql:///dogs?***");
  check("postgresql:///dogs?password%3Dpw", "postgresql:///dogs?***");
}

BOOST_AUTO_TEST_CASE(password_in_a_broken_uri_is_hidden) {
  check("postgresql://ada:p@w@host/dogs", "postgresql://ada:***@host/dogs");
  check("postgresql://ada:p/w?@host/dogs", "postgresql://ada:***@host/dogs");
  check("postgresql://ada:12/pass@host", "postgresql://ada:***");
  check("postgresql://ada:pw", "postgresql://ada:***");
  check("postgresql://ada:pw/dogs", "postgresql://ada:***");
  check("postgresql://ada%3Apw", "postgresql://ada:***");
  check("postgresql://ada:pw%40host/dogs", "postgresql://ada:***");
  check("postgresql://password=pw", "postgresql://***");
  check("postgresql://host/dogs?password=p@w&q", "postgresql://host/dogs?***");
  check("postgresql://host:5432/dogs?password=p@w", "postgresql://host:***");
  check("postgresql://host/dogs;password=pw",
        "postgresql://host/dogs;password=***");
  check("postgresql://[::1/dogs", "postgresql://[:***");
}

BOOST_AUTO_TEST_CASE(text_that_names_no_store_is_shown_up_to_its_colon) {
  check("mysql://ada:pw@host/dogs", "mysql:***");
  check("Postgresql://ada:pw@host", "Postgresql:***");
  check("postgresql:ada:pw@host", "postgresql:***");
  check("sqlite://ada:pw@host", "sqlite:***");
  check("ada@pw:host", "***");
  check("host=a password=pw", "***");
  check("password%3Dpw", "***");
  check("\xFFpw", "***");
  check("sqlite:\xFF", "sqlite:***");
  check({"sqlite:\0", 8}, "sqlite:***");
}

BOOST_AUTO_TEST_CASE(random_passwords_are_never_shown) {
  auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random{seed};
  // Letters that no other part of the names below has, and everything that
  // means something in a URI.
  constexpr std::string_view letters = "XYZ0123:/?#[]@!$&'()*+,;=% .-_~\"\\";
  auto password = [&] {
    std::string result = "Q";
    for (auto n = 5 + random() % 12; n > 0; --n)
      result += letters[random() % letters.size()];
    return result + "Q";
  };
  for (auto i = 0; i < 1'500; ++i) {
    auto raw = password();
    for (auto& p : {raw, escaped(raw)}) {
      std::vector<std::string> names{
        "postgresql://ada:" + p + "@host:5432/dogs?sslmode=off",
        "postgres://:" + p + "@/dogs",
        "postgresql://ada%3a" + p + "@host",
        "postgresql://host/dogs?password=" + p,
        "postgresql://ada@host:5432/dogs?password=" + p + "&sslmode=off",
        "postgresql:///?user=ada&sslpassword=" + p + "&password=" + p,
        "postgresql:///dogs?pass%77ord=" + p,
        "postgresql://ada:" + p + "@host/dogs?password=" + p,
        "postgresql:/ada:" + p + "@host/dogs",
        "postgresql//ada:" + p + "@host/dogs",
        "Postgres://ada:" + p + "@host/dogs",
        "mysql://ada:" + p + "@host/dogs",
        "sqlite://ada:" + p + "@host/dogs",
        "host=host user=ada password=" + p,
        "ada:" + p + "@host/dogs"};
      for (auto& name : names) {
        auto shown = redacted_store_name(name);
        BOOST_TEST_REQUIRE(shown.find(p) == shown.npos,
                           "seed " << seed << ": " << name);
        // Not even the end of it, which would be enough to guess the rest.
        BOOST_TEST_REQUIRE(shown.find('Q') == shown.npos,
                           "seed " << seed << ": " << name << " is shown as "
                                   << shown);
        try {
          auto parsed = parse_store_name(name);
          BOOST_TEST_REQUIRE(parsed.redacted() == shown);
        } catch (const bad_store_name& e) {
          BOOST_TEST_REQUIRE(std::string{e.what()}.find('Q')
                               == std::string::npos,
                             "seed " << seed << ": " << e.what());
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(random_bytes_are_redacted_without_harm) {
  auto seed = std::random_device{}();
  std::mt19937_64 random{seed};
  for (auto i = 0; i < 20'000; ++i) {
    std::string text = random() % 2 == 0 ? "postgresql://" : "";
    for (auto n = random() % 20; n > 0; --n)
      text += random() % 2 == 0 ? static_cast<char>(random())
                                : "%:@/?[],"[random() % 8];
    auto shown = redacted_store_name(text);
    BOOST_TEST_REQUIRE(shown.size() <= text.size() + 7);
    if (text.find('@') == text.npos)
      continue;
    // What is in front of the last at sign is hidden from its first colon on.
    auto begin = text.starts_with("postgresql://") ? size_t{13} : size_t{0};
    auto colon = text.find(':', begin);
    auto at = text.rfind('@');
    if (colon < at && at - colon > 4)
      BOOST_TEST_REQUIRE(shown.find(text.substr(colon, at - colon))
                           == shown.npos,
                         "seed " << seed << ": " << text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

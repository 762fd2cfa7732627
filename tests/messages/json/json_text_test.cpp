// Goal: normalised text is walked through, compared and escaped exactly.
// Method: small cases by hand in both styles; escapes of all bytes there and
// back; texts of every short length that differ at every place.
#include "projections/messages/json/json_text.hpp"

#include "projections/messages/text/short_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace projections;

namespace {

using texts = std::vector<std::string>;

texts members_of(std::string_view object) {
  texts result;
  for (member_cursor i{object}; i.next();)
    result.push_back(std::string{i.key()} + " = " + std::string{i.value()});
  return result;
}

texts elements_of(std::string_view array) {
  texts result;
  for (element_cursor i{array}; i.next();)
    result.emplace_back(i.value());
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_text_test)

BOOST_AUTO_TEST_CASE(first_byte_tells_the_kind) {
  BOOST_TEST((kind_of("null") == json_kind::null));
  BOOST_TEST((kind_of("true") == json_kind::boolean));
  BOOST_TEST((kind_of("false") == json_kind::boolean));
  BOOST_TEST((kind_of("-0") == json_kind::number));
  BOOST_TEST((kind_of("7") == json_kind::number));
  BOOST_TEST((kind_of(R"("")") == json_kind::string));
  BOOST_TEST((kind_of("{}") == json_kind::object));
  BOOST_TEST((kind_of("[]") == json_kind::array));
}

BOOST_AUTO_TEST_CASE(value_ends_where_it_ends) {
  BOOST_TEST(value_length("12") == 2);
  BOOST_TEST(value_length("12, 3]") == 2);
  BOOST_TEST(value_length("true}") == 4);
  BOOST_TEST(value_length("null]") == 4);
  BOOST_TEST(value_length(R"("a\"]\\", 1)") == 8);
  BOOST_TEST(value_length(R"([1, [2, "]"], {}], 1)") == 17);
  BOOST_TEST(value_length(R"({"}": ["{"]}})") == 12);
  BOOST_TEST(value_length("[]") == 2);
}

BOOST_AUTO_TEST_CASE(members_come_in_order_in_both_styles) {
  const texts expected{"a = 1", R"(b\" = "x, y: z")", R"( = {"c": [2]})"};
  BOOST_TEST(members_of(R"({"a": 1, "b\"": "x, y: z", "": {"c": [2]}})")
               == expected,
             boost::test_tools::per_element());
  const texts compact{"a = 1", "b = [2,3]", "c = null"};
  BOOST_TEST(members_of(R"({"a":1,"b":[2,3],"c":null})") == compact,
             boost::test_tools::per_element());
  BOOST_TEST(members_of("{}").empty());
}

BOOST_AUTO_TEST_CASE(elements_come_in_order_in_both_styles) {
  const texts expected{"1", R"(", ")", "[2, 3]", R"({"a": "]"})"};
  BOOST_TEST(elements_of(R"([1, ", ", [2, 3], {"a": "]"}])") == expected,
             boost::test_tools::per_element());
  const texts compact{"1", R"(" ")", "true"};
  BOOST_TEST(elements_of(R"([1," ",true])") == compact,
             boost::test_tools::per_element());
  BOOST_TEST(elements_of("[]").empty());
}

BOOST_AUTO_TEST_CASE(member_is_found_at_the_top_only) {
  BOOST_TEST(find_member(R"({"a": {"b": 1}, "b": 2})", "b") == "2");
  BOOST_TEST(find_member(R"({"a\n": 1})", R"(a\n)") == "1");
  BOOST_TEST(find_member(R"({"a": {"b": 1}})", "b").empty());
  BOOST_TEST(find_member("{}", "").empty());
}

BOOST_AUTO_TEST_CASE(strings_and_numbers_identify_as_written) {
  BOOST_TEST(identity_of(R"({"id": "x"})") == R"("x")");
  BOOST_TEST(identity_of(R"({"a": 1, "id": 1.0})") == "1.0");
  BOOST_TEST(identity_of(R"({"id": ""})") == R"("")");
}

BOOST_AUTO_TEST_CASE(nothing_else_identifies) {
  for (auto value :
       {"null", "1", R"("id")", "[]", R"(["id", 1])", "{}", R"({"ID": 1})",
        R"({"id": null})", R"({"id": true})", R"({"id": false})",
        R"({"id": {}})", R"({"id": [1]})", R"({"a": {"id": 1}})"})
    BOOST_TEST(identity_of(value).empty(), value);
}

BOOST_AUTO_TEST_CASE(only_what_must_be_escaped_is) {
  BOOST_TEST(escaped("a/b\x7f é €") == "a/b\x7f é €");
  BOOST_TEST(escaped("\"\\\b\f\n\r\t") == R"(\"\\\b\f\n\r\t)");
  BOOST_TEST(escaped({"\0\x01\x1f", 3}) == R"(\u0000\u0001\u001f)");
  std::string appended{"x"};
  append_escaped(appended, "\n");
  BOOST_TEST(appended == R"(x\n)");
}

BOOST_AUTO_TEST_CASE(escaping_any_byte_can_be_undone) {
  std::string all;
  for (int c = 0; c < 128; ++c)
    all += static_cast<char>(c);
  all += "é€😀";
  BOOST_TEST(unescaped(escaped(all)) == all);
  // Next to each other, escapes do not run together.
  for (int c = 0; c < 128; ++c)
    for (auto raw : {std::string(2, static_cast<char>(c)),
                     std::string{static_cast<char>(c), 'u'},
                     std::string{'\\', static_cast<char>(c)}})
      BOOST_REQUIRE_EQUAL(unescaped(escaped(raw)), raw);
}

BOOST_AUTO_TEST_CASE(integers_have_neither_fraction_nor_exponent) {
  for (auto text : {"0", "-0", "-12", "123456789012345678901234567890"})
    BOOST_TEST(is_integer(text), text);
  for (auto text : {"0.0", "1e5", "1E5", "-1.5"})
    BOOST_TEST(!is_integer(text), text);
}

BOOST_AUTO_TEST_CASE(texts_are_equal_if_no_byte_differs) {
  // Beyond 16 bytes another way to compare begins.
  constexpr size_t bytes_max = 40;
  for (size_t bytes = 0; bytes <= bytes_max; ++bytes) {
    std::string x;
    for (size_t i = 0; i < bytes; ++i)
      x += static_cast<char>('a' + i % 26);
    // Neither text may be read beyond its end, where the two differ.
    auto y = x + "y";
    auto prefix = std::string_view{y}.substr(0, bytes);
    BOOST_TEST(short_equal(x + "x", x + "x"));
    BOOST_TEST(short_equal(x, prefix), x);
    BOOST_TEST(!short_equal(x, y), x);
    BOOST_TEST(!short_equal(y, x), x);
    for (size_t i = 0; i < bytes; ++i)
      for (auto mask : {0x01, 0x80, 0xff}) {
        auto other = x;
        other[i] = static_cast<char>(other[i] ^ mask);
        BOOST_TEST(!short_equal(x, other), x << " differs at " << i);
        BOOST_TEST(!short_equal(other, x), x << " differs at " << i);
      }
  }
}

BOOST_AUTO_TEST_SUITE_END()

// Goal: a picture shows what it is given, whatever the texts and numbers are.
// Method: looks for parts of the document; that XML parsers take it is tested
// with the whole program.
#include "bench/load/svg_plot.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace load;
using boost::test_tools::per_element;

namespace {

plot one_curve(std::vector<std::pair<double, double>> points,
               plot_scale scale = plot_scale::linear) {
  return {"title",
          "subtitle",
          "time (s)",
          {{"events (1/s)", scale, {{"applied", "#123456", points}}}}};
}

size_t count_of(const std::string& what, const std::string& text) {
  size_t result = 0;
  for (auto i = text.find(what); i != std::string::npos;
       i = text.find(what, i + 1))
    ++result;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(svg_plot)

BOOST_AUTO_TEST_CASE(markup_in_texts_is_escaped) {
  BOOST_TEST(xml_text("a<b> & \"c\" 'd'\n\x01")
             == "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;  ");
  auto x = one_curve({{0, 1}, {1, 2}});
  x.title = "</text><script>";
  x.panels[0].curves[0].name = "<script>";
  BOOST_TEST(svg_of(x).find("<script") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(axes_have_names_and_round_numbers) {
  BOOST_TEST(linear_ticks(4.2) == (std::vector<double>{0, 1, 2, 3, 4, 5}),
             per_element());
  BOOST_TEST(linear_ticks(1900)
               == (std::vector<double>{0, 500, 1000, 1500, 2000}),
             per_element());
  BOOST_TEST(logarithmic_ticks(2, 300)
               == (std::vector<double>{1, 10, 100, 1000}),
             per_element());
  auto text = svg_of(one_curve({{0, 0}, {2, 1'500'000}}));
  for (auto part : {">title<", ">subtitle<", ">time (s)<", ">events (1/s)<",
                    ">applied<", ">1.5M<", ">500k<", ">2<", "viewBox="})
    BOOST_TEST(text.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(axis_without_values_is_drawn_as_well) {
  BOOST_TEST(linear_ticks(0) == (std::vector<double>{0, 1}), per_element());
  BOOST_TEST(logarithmic_ticks(1, 1) == (std::vector<double>{1, 10}),
             per_element());
  for (auto scale : {plot_scale::linear, plot_scale::logarithmic}) {
    auto text = svg_of(one_curve({}, scale));
    BOOST_TEST(count_of("<path", text) == 0u);
    BOOST_TEST(text.find("nan") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(last_tick_is_never_below_the_largest_value) {
  for (double max = 0.001; max < 1e9; max *= 1.37) {
    auto ticks = linear_ticks(max);
    BOOST_REQUIRE_GE(ticks.back(), max * (1 - 1e-12));
    BOOST_REQUIRE_LE(ticks.size(), 6u);
    auto powers = logarithmic_ticks(max / 3, max);
    BOOST_REQUIRE_GE(powers.back(), max * (1 - 1e-12));
    BOOST_REQUIRE_LE(powers.front(), max / 3);
  }
}

BOOST_AUTO_TEST_CASE(curve_is_interrupted_where_there_is_no_value) {
  auto none = std::numeric_limits<double>::quiet_NaN();
  auto text = svg_of(one_curve({{0, 1}, {1, 2}, {2, none}, {3, 2}, {4, 1}}));
  auto path = text.substr(text.find("<path d=\""));
  path = path.substr(0, path.find("fill"));
  BOOST_TEST(count_of("M", path) == 2u);
  BOOST_TEST(count_of("L", path) == 2u);
  // A logarithm has no 0 either.
  text = svg_of(one_curve({{0, 1}, {1, 0}, {2, 1}}, plot_scale::logarithmic));
  path = text.substr(text.find("<path d=\""));
  BOOST_TEST(count_of("M", path.substr(0, path.find("fill"))) == 2u);
}

BOOST_AUTO_TEST_CASE(larger_values_are_higher_up) {
  // The axes go from 0 to 10, over the 240 units below 88.
  auto text = svg_of(one_curve({{0, 0}, {5, 5}, {10, 10}}));
  BOOST_TEST(text.find("M90.00 328.00 L485.00 208.00 L880.00 88.00")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

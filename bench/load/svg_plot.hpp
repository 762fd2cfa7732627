// Curves over time as an SVG picture that any browser shows. The program draws
// what a run was like with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace load {

/// Points that are joined by a line, x before y, in the order of their x.
struct plot_curve {
  std::string name;

  /// As in SVG, such as `#1f77b4`.
  std::string color;
  std::vector<std::pair<double, double>> points;
};

/// How the y axis of a panel is divided.
enum class plot_scale : uint8_t {
  /// From 0, in even steps.
  linear,
  /// In powers of ten. Points that are not above 0 are left out.
  logarithmic,
};

/// A coordinate system with its curves.
struct plot_panel {
  /// What the y axis shows, with its unit.
  std::string y_label;
  plot_scale scale = plot_scale::linear;
  std::vector<plot_curve> curves;
};

/// A picture: panels below each other, over the same x axis.
struct plot {
  std::string title;

  /// What the run was like; below the title.
  std::string subtitle;

  /// What the x axes show, with its unit.
  std::string x_label;
  std::vector<plot_panel> panels;
};

/// Returns `x` as a document of SVG 1.1, without scripts and with nothing from
/// elsewhere.
[[nodiscard]] std::string svg_of(const plot& x);

/// Returns `text` as it stands between tags: what XML reads as markup is
/// escaped, and control characters, which it does not allow, are spaces.
[[nodiscard]] std::string xml_text(std::string_view text);

/// Returns from two to `count_max` round numbers, which is at least 2, in even
/// steps from 0 on, the last of which is not below `max`.
[[nodiscard]] std::vector<double> linear_ticks(double max, int count_max = 6);

/// Returns the powers of ten from the last one that is not above `min` to the
/// first one that is not below `max`, at least two. Both are above 0.
[[nodiscard]] std::vector<double> logarithmic_ticks(double min, double max);

} // namespace load

#include "bench/load/svg_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace load {

namespace {

// Sizes in the units of the picture, which is as wide as most columns of text.
constexpr double width = 900;
constexpr double left = 90;
constexpr double right = 20;
constexpr double head_height = 64;
constexpr double panel_height = 240;
constexpr double panel_gap = 78;
constexpr double foot_height = 8;

constexpr const char* text_color = "#222222";
constexpr const char* grid_color = "#dddddd";

/// Returns a number with at most two digits behind the point, which is enough
/// for a place in the picture.
std::string place(double x) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.2f", x);
  return text.data();
}

/// Returns a number on an axis: `1500000` is `1.5M`.
std::string label_of(double x) {
  struct scale {
    double from;
    const char* suffix;
  };
  std::array<char, 64> text;
  for (auto [from, suffix] : {scale{1e9, "G"}, {1e6, "M"}, {1e3, "k"}})
    if (x >= from) {
      std::snprintf(text.data(), text.size(), "%.4g%s", x / from, suffix);
      return text.data();
    }
  std::snprintf(text.data(), text.size(), "%.4g", x);
  return text.data();
}

std::string text_at(double x, double y, std::string_view attributes,
                    std::string_view text) {
  return "<text x=\"" + place(x) + "\" y=\"" + place(y) + "\" fill=\""
         + text_color + "\" " + std::string{attributes} + ">" + xml_text(text)
         + "</text>\n";
}

std::string line_between(double x1, double y1, double x2, double y2,
                         std::string_view color, std::string_view stroke) {
  return "<line x1=\"" + place(x1) + "\" y1=\"" + place(y1) + "\" x2=\""
         + place(x2) + "\" y2=\"" + place(y2) + "\" stroke=\"" + xml_text(color)
         + "\" stroke-width=\"" + std::string{stroke} + "\"/>\n";
}

/// The numbers on an axis and where they are.
struct axis {
  std::vector<double> ticks;
  plot_scale scale = plot_scale::linear;

  /// The places of the first and the last number.
  double begin = 0;
  double end = 0;

  [[nodiscard]] double place_of(double x) const {
    auto on_scale = [this](double y) {
      return scale == plot_scale::linear ? y : std::log10(y);
    };
    auto first = on_scale(ticks.front());
    auto part = (on_scale(x) - first) / (on_scale(ticks.back()) - first);
    return begin + part * (end - begin);
  }

  [[nodiscard]] bool shows(double x) const {
    return std::isfinite(x) && (scale == plot_scale::linear || x > 0);
  }
};

std::vector<double> y_ticks(const plot_panel& panel) {
  auto min = std::numeric_limits<double>::max();
  double max = 0;
  for (auto& curve : panel.curves)
    for (auto& point : curve.points)
      if (std::isfinite(point.second) && point.second > 0) {
        min = std::min(min, point.second);
        max = std::max(max, point.second);
      }
  if (panel.scale == plot_scale::linear)
    return linear_ticks(max);
  return max > 0 ? logarithmic_ticks(min, max) : logarithmic_ticks(1, 1);
}

/// Draws a curve, interrupted where points are left out.
std::string drawn(const plot_curve& curve, const axis& x, const axis& y) {
  std::string path;
  auto is_drawing = false;
  for (auto& point : curve.points) {
    if (!x.shows(point.first) || !y.shows(point.second)) {
      is_drawing = false;
      continue;
    }
    path += is_drawing ? "L" : "M";
    path += place(x.place_of(point.first)) + ' '
            + place(y.place_of(point.second)) + ' ';
    is_drawing = true;
  }
  if (path.empty())
    return {};
  path.pop_back();
  // Round ends show points that have no neighbours.
  return "<path d=\"" + path + "\" fill=\"none\" stroke=\""
         + xml_text(curve.color)
         + "\" stroke-width=\"1.8\" stroke-linejoin=\"round\" "
           "stroke-linecap=\"round\"/>\n";
}

std::string drawn(const plot_panel& panel, const axis& x, const axis& y,
                  const std::string& x_label) {
  std::string result;
  for (auto tick : y.ticks) {
    auto at = y.place_of(tick);
    result += line_between(x.begin, at, x.end, at, grid_color, "1");
    result
      += text_at(x.begin - 8, at + 4, R"(text-anchor="end")", label_of(tick));
  }
  for (auto tick : x.ticks) {
    auto at = x.place_of(tick);
    result += line_between(at, y.begin, at, y.begin + 5, text_color, "1");
    result
      += text_at(at, y.begin + 20, R"(text-anchor="middle")", label_of(tick));
  }
  result += line_between(x.begin, y.begin, x.end, y.begin, text_color, "1");
  result += line_between(x.begin, y.begin, x.begin, y.end, text_color, "1");
  result += text_at((x.begin + x.end) / 2, y.begin + 38,
                    R"(text-anchor="middle")", x_label);
  auto middle = (y.begin + y.end) / 2;
  result += text_at(22, middle,
                    "text-anchor=\"middle\" transform=\"rotate(-90 22 "
                      + place(middle) + ")\"",
                    panel.y_label);
  // The legend stands above the panel, where no curve is.
  constexpr double legend_width = 150;
  auto at = x.end - legend_width * static_cast<double>(panel.curves.size());
  for (auto& curve : panel.curves) {
    result += drawn(curve, x, y);
    result
      += line_between(at, y.end - 12, at + 24, y.end - 12, curve.color, "3");
    result += text_at(at + 30, y.end - 8, R"(text-anchor="start")", curve.name);
    at += legend_width;
  }
  return result;
}

} // namespace

std::string svg_of(const plot& x) {
  auto panels = static_cast<double>(x.panels.size());
  auto height = head_height + panels * (panel_height + panel_gap) + foot_height;
  double last = 0;
  for (auto& panel : x.panels)
    for (auto& curve : panel.curves)
      for (auto& point : curve.points)
        if (std::isfinite(point.first))
          last = std::max(last, point.first);
  axis across{linear_ticks(last, 11), plot_scale::linear, left, width - right};
  auto result = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
                "viewBox=\"0 0 "
                + place(width) + ' ' + place(height) + "\" width=\""
                + place(width) + "\" height=\"" + place(height)
                + "\" font-family=\"sans-serif\" font-size=\"13\">\n<title>"
                + xml_text(x.title)
                + "</title>\n<rect width=\"100%\" height=\"100%\" "
                  "fill=\"#ffffff\"/>\n";
  result += text_at(left, 26, R"(font-size="18" font-weight="bold")", x.title);
  result += text_at(left, 46, "", x.subtitle);
  auto top = head_height + 24;
  for (auto& panel : x.panels) {
    axis up{y_ticks(panel), panel.scale, top + panel_height, top};
    result += drawn(panel, across, up, x.x_label);
    top += panel_height + panel_gap;
  }
  return result + "</svg>\n";
}

std::string xml_text(std::string_view text) {
  std::string result;
  for (auto c : text)
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  return result;
}

std::vector<double> linear_ticks(double max, int count_max) {
  if (!std::isfinite(max) || max <= 0)
    return {0, 1};
  auto rough = max / (count_max - 1);
  auto power = std::pow(10, std::floor(std::log10(rough)));
  auto step = 10 * power;
  for (auto factor : {1, 2, 5})
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  std::vector<double> result{0};
  for (int i = 1; result.back() < max && i < count_max; ++i)
    result.push_back(i * step);
  return result;
}

std::vector<double> logarithmic_ticks(double min, double max) {
  auto first = static_cast<int>(std::floor(std::log10(min)));
  auto last = static_cast<int>(std::ceil(std::log10(max)));
  if (last <= first)
    last = first + 1;
  std::vector<double> result;
  for (auto i = first; i <= last; ++i)
    result.push_back(std::pow(10, i));
  return result;
}

} // namespace load

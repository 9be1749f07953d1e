// Drawings as SVG text. Coordinates are px, y down, written with one decimal: equal drawings give equal
// bytes. Texts may hold anything: they are escaped here.
#pragma once
#include <string>
#include <string_view>

namespace cytoscale::chart {

// For text and attributes of SVG and HTML; control characters become spaces.
std::string escaped(std::string_view text);
std::string px(double value);  // "12.5", "12"

enum class Anchor { start, middle, end };
// `more`: further attributes, e.g. "font-weight=\"bold\"".
std::string text_at(double x, double y, Anchor anchor, std::string_view text, std::string_view more = {});
// Turned by degrees, clockwise, around its own place.
std::string turned_text(double x, double y, double degrees, Anchor anchor, std::string_view text);

// A mark such as "<rect …", left open, with what a pointer over it is shown; "" for nothing.
std::string mark(std::string_view open, std::string_view hover = {});
std::string box(double x, double y, double width, double height, std::string_view fill,
                std::string_view hover = {});
std::string line(double x1, double y1, double x2, double y2, std::string_view stroke);

// A whole drawing. `label`: what it shows, for those who do not see it. It shrinks to the width there is.
std::string drawing(double width, double height, std::string_view content, std::string_view label);
// The same as a file of its own, on white.
std::string drawing_file(double width, double height, std::string_view content, std::string_view label);

}  // namespace cytoscale::chart
